// SPDX-License-Identifier: MIT
// A certificate's octets as text.
//
//   Source    RFC 7468: 64 characters a line, LF at the end of each.
//   Errors    std::bad_alloc, as of any string.
#pragma once

#include <string>
#include <string_view>

namespace mxsweep::tls {

// Of a certificate in DER, or whatever a peer sent as one. Requires: not empty.
[[nodiscard]] std::string certificate_pem(std::string_view der);

}  // namespace mxsweep::tls
