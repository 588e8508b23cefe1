// SPDX-License-Identifier: MIT
// Words of enums, read back from a table.
//
//   Errors   nothing: the word is not one of the enum's.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace mxsweep::store {

// `last`: the enum's last value.
template <typename Enum>
[[nodiscard]] std::optional<Enum> value_of(std::string_view word, Enum last) {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace mxsweep::store
