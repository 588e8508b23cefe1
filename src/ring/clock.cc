// SPDX-License-Identifier: MIT
#include "mxsweep/ring/clock.h"

#include <sys/resource.h>

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

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace mxsweep::ring
