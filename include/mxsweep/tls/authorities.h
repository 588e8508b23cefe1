// SPDX-License-Identifier: MIT
// The trusted certificate authorities (the trust store): read once, shared by all clients.
//
//   Source    PEM, one certificate after the other; anything else in the text is skipped.
//   Cost      5 ms and 5 MB for the 140 authorities of a typical system.
//   Lifetime  nothing views the text afterwards.
//   Threads   immutable: any number of threads may verify against the same object.
//   Errors    AuthoritiesRead::error has the reason; if short_of_memory is set, this machine is the
//             cause and not the text.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

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

struct AuthoritiesRead {
  std::shared_ptr<const Authorities> authorities;  // Null on error.
  std::string error;                               // Empty on success.
  bool short_of_memory = false;
};

// A text without any readable certificate is an error, unless it is empty.
[[nodiscard]] AuthoritiesRead read_authorities(std::string_view pem);

}  // namespace mxsweep::tls
