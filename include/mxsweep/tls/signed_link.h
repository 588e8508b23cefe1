// SPDX-License-Identifier: MIT
// Signs the path of a link: the link itself is the permission to use it, until a moment. Pure.
//
//   Shape    "until=SECONDS&sig=HEX", to be appended to the path after a "?": the first half of the
//            HMAC-SHA256 of "PATH\nSECONDS", the seconds since 1970.
//   Errors   none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::tls {

[[nodiscard]] std::string signature_of_link(std::string_view path, std::int64_t until_seconds,
                                            std::string_view key);
[[nodiscard]] std::string signed_query(std::string_view path, WallTime until, std::string_view key);

}  // namespace mxsweep::tls
