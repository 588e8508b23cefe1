// SPDX-License-Identifier: MIT
// Moments and spans of time. Nothing here can read a clock: `now` is an argument everywhere, and
// only ring/clock.h knows where it comes from.
//
//   Units   nanoseconds; CLOCK_MONOTONIC's own zero for Instant, the Unix epoch for WallTime.
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
