// SPDX-License-Identifier: MIT
// Counts in texts for the user: "1 target", "0 targets", "2 targets".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mxsweep {

// `noun` is the singular; the plural adds "s", or "es" after an "s" or "x".
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view noun) {
  std::string words = std::to_string(count) + ' ' + std::string(noun);
  if (count != 1) words += noun.ends_with('s') || noun.ends_with('x') ? "es" : "s";
  return words;
}

}  // namespace mxsweep
