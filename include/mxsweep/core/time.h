// SPDX-License-Identifier: MIT
// Types for moments and spans of time. Only ring/clock.h reads a clock; everywhere else `now` is an
// argument.
//
//   Units   nanoseconds; microseconds for WallTime. Instant counts from the zero of
//           CLOCK_MONOTONIC, WallTime from the Unix epoch.
#pragma once

#include <chrono>
#include <cstdint>

namespace mxsweep {

using Duration = std::chrono::nanoseconds;

struct Monotonic {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Duration;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};

using Instant = Monotonic::time_point;
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

inline constexpr Instant kNever = Instant::max();

}  // namespace mxsweep
