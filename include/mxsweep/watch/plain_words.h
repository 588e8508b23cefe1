// SPDX-License-Identifier: MIT
// Numbers, times and spans as people read them, in messages and on pages. Times are UTC. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::watch {

// "1,234"
[[nodiscard]] std::string grouped(std::uint64_t number);
// "1 host", "1,234 hosts"
[[nodiscard]] std::string counted_grouped(std::uint64_t count, std::string_view noun);
// "45 s", "7 min", "3 h", "3 h 20 min", "2 days"
[[nodiscard]] std::string span_in_words(std::chrono::microseconds span);

[[nodiscard]] std::string date_of(WallTime time);      // "2026-11-26"
[[nodiscard]] std::string time_of_day(WallTime time);  // "10:02:10"
// "10:02"; of another day than `now`: "2026-11-26 10:02".
[[nodiscard]] std::string short_time(WallTime time, WallTime now);
// RFC 3339, to the second.
[[nodiscard]] std::string rfc3339(WallTime time);

// Markdown's backticks have no place in plain text.
[[nodiscard]] std::string without_backticks(std::string_view markdown);

}  // namespace mxsweep::watch
