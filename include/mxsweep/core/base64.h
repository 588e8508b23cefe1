// SPDX-License-Identifier: MIT
// Octets as text in base64. Pure.
//
//   Source   RFC 4648 section 4. What is read may lack the padding at the end.
//   Errors   nothing is read if there is an octet that is none of its digits, white space included.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mxsweep {

[[nodiscard]] std::string base64_encoded(std::string_view octets);
[[nodiscard]] std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace mxsweep
