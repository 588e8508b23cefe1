// SPDX-License-Identifier: MIT
// Tables with one row for each value of an enum, checked at compile time.
//
//   Shape   a constexpr array of rows in the order of the enum's values, which are 0, 1, 2 and so
//           on. A row begins with its value.
//   Errors  a value outside its enum breaks an INVARIANT.
//
//     constexpr EnumWord<Phase> kPhases[] = {{Phase::input, "input"}, ...};
//     static_assert(has_each_value(kPhases, Phase::quit) && words_differ(kPhases));
//     std::string_view to_string(Phase phase) { return word_of(kPhases, phase); }
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

#include "mxsweep/core/invariant.h"

namespace mxsweep {

template <typename Enum>
struct EnumWord {
  Enum value;
  std::string_view word;
};

// Whether there is one row for each value from 0 to `last`, in that order.
template <typename Enum, std::size_t Count>
consteval bool has_each_value(const EnumWord<Enum> (&rows)[Count], Enum last) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (static_cast<std::size_t>(rows[i].value) != i) return false;
  }
  return static_cast<std::size_t>(last) + 1 == Count;
}

// Whether every row of a table has a word, and no two rows have the same.
template <typename Rows>
consteval bool words_differ(const Rows& rows) {
  for (auto row = std::begin(rows); row != std::end(rows); ++row) {
    if (row->word.empty()) return false;
    for (auto earlier = std::begin(rows); earlier != row; ++earlier) {
      if (earlier->word == row->word) return false;
    }
  }
  return true;
}

// The row of `value` in a table with one row for each value.
template <typename Rows, typename Enum>
constexpr const auto& row_of(const Rows& rows, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  INVARIANT(index < std::size(rows));
  return std::begin(rows)[index];
}

template <typename Rows, typename Enum>
constexpr std::string_view word_of(const Rows& rows, Enum value) {
  return row_of(rows, value).word;
}

}  // namespace mxsweep
