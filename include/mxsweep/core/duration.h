// SPDX-License-Identifier: MIT
// Durations as text, as in flags and configuration files.
//
//   Shape    A number of seconds, "90" or "1.5"; or numbers with units, the longest unit first:
//            "250ms", "1.5s", "2h", "1m30s". The decimal separator is a point. No
//            sign, blank or exponent.
//   Units    h, m, s, ms. From 1 ms to 24 h: no wait of this program makes sense beyond that.
//   Errors   parse_duration() returns nothing for anything else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep {

inline constexpr Duration kDurationMin = std::chrono::milliseconds{1};
inline constexpr Duration kDurationMax = std::chrono::hours{24};
// The second half of an error message: "'5x' is not a duration: " and this.
inline constexpr std::string_view kDurationForms =
    "write 250ms, 1.5s, 90 (seconds), 1m30s or 2h, from 1ms to 24h";

// `least`: the shortest duration accepted; zero where 0 has a meaning of its own.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text,
                                                     Duration least = kDurationMin);

// "90s", "1500ms", "1.5ms": parse_duration() returns the same duration, to the microsecond.
[[nodiscard]] std::string write_duration(Duration duration);

}  // namespace mxsweep
