// SPDX-License-Identifier: MIT
// Words of enums, read back from a table, and the numbers that stand for them in large ones.
//
//   Errors   nothing: the word is not one of the enum's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/watch/state.h"
#include "store/database.h"

namespace mxsweep::store {

// `last`: the enum's last value.
template <typename Enum>
[[nodiscard]] std::optional<Enum> value_of(std::string_view word, Enum last) {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

inline constexpr auto kLastCause = static_cast<Cause>(kCauseCount - 1);

// A table of words: a number stays, even if the order of the enum changes.
template <typename Enum>
class WordTable {
 public:
  // Adds the words that the table does not have. `table` has the columns id and word.
  bool load(Database& database, std::string_view table, Enum last) {
    const std::string name(table);
    numbers_.assign(static_cast<std::size_t>(last) + 1, 0);
    values_.clear();
    std::int64_t highest = 0;
    {
      Statement rows = database.prepare("SELECT id, word FROM " + name);
      if (!rows.start()) return false;
      while (rows.next()) {
        const std::int64_t number = rows.integer(0);
        if (number < 1 || number > kNumberMax) {
          return database.fail(Fault::damaged, "a number of a word that was never given");
        }
        highest = std::max(highest, number);
        if (const auto value = value_of(rows.text(1), last)) note(number, *value);
      }
    }
    Statement insert = database.prepare("INSERT INTO " + name + " VALUES(?, ?)");
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const auto value = static_cast<Enum>(i);
      if (numbers_[i] != 0) continue;
      if (!insert.run(++highest, to_string(value))) return false;
      note(highest, value);
    }
    return database.fault() == Fault::none;
  }
  [[nodiscard]] std::int64_t number(Enum value) const {
    return numbers_[static_cast<std::size_t>(value)];
  }
  [[nodiscard]] Enum value(std::int64_t number, Enum otherwise) const {
    const auto index = static_cast<std::size_t>(number);
    return index < values_.size() ? values_[index].value_or(otherwise) : otherwise;
  }

 private:
  static constexpr std::int64_t kNumberMax = 10'000;

  void note(std::int64_t number, Enum value) {
    numbers_[static_cast<std::size_t>(value)] = number;
    if (values_.size() <= static_cast<std::size_t>(number)) {
      values_.resize(static_cast<std::size_t>(number) + 1);
    }
    values_[static_cast<std::size_t>(number)] = value;
  }

  std::vector<std::int64_t> numbers_;        // By value.
  std::vector<std::optional<Enum>> values_;  // By number.
};

struct HistoryWords {
  WordTable<Outcome> outcomes;
  WordTable<Phase> phases;
  WordTable<Cause> causes;
  WordTable<watch::State> states;

  bool load(Database& database) {
    return outcomes.load(database, "outcome", Outcome::local) &&
           phases.load(database, "phase", Phase::quit) &&
           causes.load(database, "cause", kLastCause) &&
           states.load(database, "state", watch::State::down);
  }
};

}  // namespace mxsweep::store
