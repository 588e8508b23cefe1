// SPDX-License-Identifier: MIT
// Authenticates a text by a key that both sides have.
//
//   Source   RFC 2104, with SHA-256.
//   Errors   none, but for lack of memory, which is as of `new`.
#pragma once

#include <string_view>

#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view text);

}  // namespace mxsweep::tls
