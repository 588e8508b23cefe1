// SPDX-License-Identifier: MIT
// Percent-encoding, as URLs have it. Pure.
//
//   Source   RFC 3986 sections 2.1 and 2.3.
//   Errors   nothing: a "%" without two hexadecimal digits behind it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mxsweep {

[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);
// Every octet but letters, digits and "-._~" becomes %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace mxsweep
