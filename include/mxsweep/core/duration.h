// SPDX-License-Identifier: MIT
// Durations as people write them.
//
//   Shape    A number of seconds, "90", "1.5"; or numbers with units, the longest first: "250ms",
//            "1.5s", "2h", "1m30s". Decimals have a point. No sign, no blanks, no exponents.
//   Units    h, m, s, ms. Shortest 1 ms, longest 24 h: no wait of this program makes sense beyond.
//   Errors   nothing for anything else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep {

inline constexpr Duration kDurationMin = std::chrono::milliseconds{1};
inline constexpr Duration kDurationMax = std::chrono::hours{24};
// What an error says: "'5x' is not a duration: " and this.
inline constexpr std::string_view kDurationForms =
    "write 250ms, 1.5s, 90 (seconds), 1m30s or 2h, from 1ms to 24h";

// `least`: kDurationMin, or zero where 0 means something.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text,
                                                     Duration least = kDurationMin);

// "90s", "1500ms", "1.5ms": a form that parse_duration() reads as the same, to the microsecond.
[[nodiscard]] std::string write_duration(Duration duration);

}  // namespace mxsweep
