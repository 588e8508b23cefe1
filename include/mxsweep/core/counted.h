// SPDX-License-Identifier: MIT
// Counts in sentences for a person: "1 target", "0 targets", "2 targets".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mxsweep {

// `noun` in the singular; its plural adds "s", or "es" behind an "s".
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view noun) {
  std::string words = std::to_string(count) + ' ' + std::string(noun);
  if (count != 1) words += noun.ends_with('s') ? "es" : "s";
  return words;
}

}  // namespace mxsweep
