// SPDX-License-Identifier: MIT
// Reads octets that are written as text in base64. Pure.
//
//   Source   RFC 4648 section 4, with or without the padding at the end.
//   Errors   nothing if there is an octet that is none of its digits, white space included.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mxsweep {

[[nodiscard]] std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace mxsweep
