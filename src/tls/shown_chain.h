// SPDX-License-Identifier: MIT
// The certificates in a server's handshake message, before the library has looked at it.
//
//   Source    RFC 5246 section 7.4.2; RFC 8446 section 4.4.2.
//   Shape     `message` is the whole one without its head of four octets.
//   Lifetime  the views are of `message`.
//   Errors    none: what does not fit its lengths, and all behind it, is left out.
#pragma once

#include <string_view>
#include <vector>

namespace mxsweep::tls {

// `tls1_3`: in the format of TLS 1.3, with extensions behind each.
[[nodiscard]] std::vector<std::string_view> certificates_in(std::string_view message, bool tls1_3);

}  // namespace mxsweep::tls
