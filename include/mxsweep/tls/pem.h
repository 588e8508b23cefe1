// SPDX-License-Identifier: MIT
// Certificates as PEM text.
//
//   Source    RFC 7468: lines of 64 characters, each ended by LF.
//   Errors    std::bad_alloc, as from any string.
#pragma once

#include <string>
#include <string_view>

namespace mxsweep::tls {

// `der`: a certificate, or whatever a peer sent as one. Requires: not empty.
[[nodiscard]] std::string certificate_pem(std::string_view der);

}  // namespace mxsweep::tls
