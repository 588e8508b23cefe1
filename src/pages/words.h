// SPDX-License-Identifier: MIT
// Numbers, times and states as words. Times are UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/view/facts.h"

namespace mxsweep::pages {

[[nodiscard]] std::string grouped(std::uint64_t number);  // "12,345"
// "1 host", "12,345 hosts"
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);
// "45 s", "7 min", "3 h 20 min", "2 days"
[[nodiscard]] std::string span(std::chrono::microseconds span);
[[nodiscard]] std::string milliseconds(Duration duration);  // "13.4 ms", "10.0 s"
// Never "100 %" of what was down for a moment.
[[nodiscard]] std::string percent(double part);
[[nodiscard]] std::string date(WallTime time);         // "2026-11-26"
[[nodiscard]] std::string time_of_day(WallTime time);  // "10:02:10"
// "10:02"; of another day than `now`: "2026-11-26 10:02".
[[nodiscard]] std::string short_time(WallTime time, WallTime now);
[[nodiscard]] std::string rfc3339(WallTime time);  // To the second.
[[nodiscard]] std::string capitalized(std::string text);
[[nodiscard]] std::string cut(std::string_view text, std::size_t octets_max);  // With "…".
// "20 days left", "ended 3 days ago".
[[nodiscard]] std::string left(WallTime end, WallTime now);

// The class that it has in the style sheet; of a state it is its word as well.
[[nodiscard]] std::string_view class_of(watch::State state);
[[nodiscard]] std::string_view class_of(const watch::Incident& incident);
// The worst state that any of them is in.
[[nodiscard]] watch::State worst(const view::Counts& counts);
// "connect timeout": the phase, unless it is the last one, and the cause without its family.
[[nodiscard]] std::string problem(Phase phase, Cause cause);

}  // namespace mxsweep::pages
