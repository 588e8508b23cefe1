// SPDX-License-Identifier: MIT
// The trusted certificate authorities (the trust store): read once, shared by all clients.
//
//   Source    PEM, one certificate after the other; anything else in the text is skipped.
//   Cost      5 ms and 5 MB for the 140 authorities of a typical system.
//   Lifetime  nothing views the text afterwards.
//   Threads   immutable: any number of threads may verify against the same object.
//   Errors    a text without an authority is unusable; a machine may be short of memory.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::tls {

class Authorities {
 public:
  struct Library;

  explicit Authorities(std::unique_ptr<const Library> library);
  Authorities(const Authorities&) = delete;
  Authorities& operator=(const Authorities&) = delete;
  ~Authorities();

  // How many certificates were read. Duplicates count.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const Library& library() const { return *library_; }

 private:
  std::unique_ptr<const Library> library_;
};

// A text without any readable certificate is unusable, unless it is empty.
Result<std::shared_ptr<const Authorities>> read_authorities(std::string_view pem);

}  // namespace mxsweep::tls
