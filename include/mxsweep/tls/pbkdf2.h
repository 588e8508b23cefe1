// SPDX-License-Identifier: MIT
// Makes a key of a password, slowly.
//
//   Source   RFC 8018 section 5.2 (PBKDF2), with HMAC-SHA256 and 32 octets of key; GnuTLS.
//   Units    an iteration takes about 0.35 microseconds.
//   Errors   none, but for lack of memory, which is as of `new`.
#pragma once

#include <cstdint>
#include <string_view>

#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

// Requires: `iterations` > 0.
[[nodiscard]] Digest pbkdf2_sha256(std::string_view password, std::string_view salt,
                                   std::uint32_t iterations);

}  // namespace mxsweep::tls
