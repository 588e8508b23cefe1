// SPDX-License-Identifier: MIT
// The authorities that are trusted: read once, for all clients.
//
//   Source    PEM, one certificate after the other; what else is in the text is passed over.
//   Cost      5 ms and 5 MB for the 140 authorities of a system.
//   Lifetime  nothing views the text afterwards.
//   Threads   any number may verify against the same one: it is never changed.
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

  // Certificates that were read, the same one twice counted twice.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const Library& library() const { return *library_; }

 private:
  std::unique_ptr<const Library> library_;
};

// A text without any certificate that can be read is unusable, but for an empty one.
Result<std::shared_ptr<const Authorities>> read_authorities(std::string_view pem);

}  // namespace mxsweep::tls
