// SPDX-License-Identifier: MIT
#include "mxsweep/ring/clock.h"

#include <ctime>

namespace mxsweep::ring {

Instant now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return Instant{std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec}};
}

WallTime wall_now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return WallTime{std::chrono::seconds{time.tv_sec} +
                  std::chrono::microseconds{time.tv_nsec / 1000}};
}

WallTime wall_at_zero() {
  return wall_now() -
         std::chrono::duration_cast<std::chrono::microseconds>(now().time_since_epoch());
}

}  // namespace mxsweep::ring
