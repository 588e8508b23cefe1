// SPDX-License-Identifier: MIT
// The words that a flag takes, each with the value it means.
#pragma once

#include <string_view>
#include <utility>

namespace mxsweep::cli {

// A word of the command line and the value it means.
template <typename Value>
using Choice = std::pair<std::string_view, Value>;

// Requires: there is a word for it.
template <typename Choices, typename Value>
[[nodiscard]] std::string_view word_of(Value value, const Choices& choices) {
  for (const auto& [word, meaning] : choices) {
    if (meaning == value) return word;
  }
  return {};
}

}  // namespace mxsweep::cli
