// SPDX-License-Identifier: MIT
// Extracts the certificates from a server's Certificate message before the library parses it.
//
//   Source    RFC 5246 section 7.4.2; RFC 8446 section 4.4.2.
//   Shape     `message` is the whole message without its header of four octets.
//   Lifetime  results view `message`.
//   Errors    none: from the first length that does not fit, the rest is left out.
#pragma once

#include <string_view>
#include <vector>

namespace mxsweep::tls {

// `tls1_3`: in the format of TLS 1.3, with extensions after each certificate.
[[nodiscard]] std::vector<std::string_view> certificates_in(std::string_view message, bool tls1_3);

}  // namespace mxsweep::tls
