// SPDX-License-Identifier: MIT
// Permission to read and to write: the token, and signed links. Pure.
//
//   Source   RFC 6750 (Bearer), RFC 7617 (Basic: for browsers; any user, the token as password).
//   Errors   none. Comparisons take as long for a wrong secret as for the right one.
#pragma once

#include <cstdint>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/serve/request.h"

namespace mxsweep::serve {

enum class Proof : std::uint8_t {
  none,
  basic,   // May read: a browser sends it by itself, even if another site made it do so.
  bearer,  // May read and write.
  wrong,   // A token that is not ours.
};

// Requires: `token` is not empty.
[[nodiscard]] Proof proof_of(std::string_view authorization, std::string_view token);

// By tls/signed_link.h, and not too old.
[[nodiscard]] bool is_signed(const Request& request, WallTime now, std::string_view key);

}  // namespace mxsweep::serve
