// SPDX-License-Identifier: MIT
// Finds characters beyond ASCII that stand outside strings and comments. TOML allows none there,
// and the parser (toml++ 3.3) has undefined behaviour on some of them instead of an error. So it
// has on one behind a backslash, which TOML allows at the start of a line that continues another.
//
//   Units    line and column count from 1, as in toml++: columns are characters.
//   Errors   none: a string that does not end is left to the parser.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mxsweep::config {

struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend bool operator==(const Place&, const Place&) = default;
};

[[nodiscard]] std::optional<Place> find_bare_text_beyond_ascii(std::string_view toml);

}  // namespace mxsweep::config
