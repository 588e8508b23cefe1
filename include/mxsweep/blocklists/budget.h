// SPDX-License-Identifier: MIT
// How many questions each blocklist was asked today, as a text that one run leaves to the next. The
// caller owns the file. Pure.
//
//   Shape    "mxsweep blocklists 1", the day in UTC, then a line for each list:
//              mxsweep blocklists 1
//              day 2026-11-27
//              zen 1204
//   Errors   nothing, unless the whole text has that shape.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"

namespace mxsweep::blocklists {

struct Spent {
  std::string zone;  // Zone::name
  std::uint32_t questions = 0;

  friend bool operator==(const Spent&, const Spent&) = default;
};

struct DaySpent {
  std::chrono::sys_days day{};
  std::vector<Spent> zones{};

  friend bool operator==(const DaySpent&, const DaySpent&) = default;
};

// Adds what `before` has of the same day and of other lists, within kZonesMax: another
// configuration may ask them.
void add_others(DaySpent& spent, const DaySpent& before);

[[nodiscard]] std::string write_spent(const DaySpent& spent);
[[nodiscard]] std::optional<DaySpent> read_spent(std::string_view text);

}  // namespace mxsweep::blocklists
