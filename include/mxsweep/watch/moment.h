// SPDX-License-Identifier: MIT
// The two times of an event in the monitor: one to count with, one to report.
//
//   Shape    Everything that waits in this process waits for an Instant, so that a step of the wall
//            clock moves nothing. Everything that is stored or shown has a WallTime.
#pragma once

#include "mxsweep/core/time.h"

namespace mxsweep::watch {

struct Moment {
  Instant at{};
  WallTime wall{};

  // The wall time of another instant, as the wall clock stands now.
  [[nodiscard]] WallTime wall_at(Instant other) const {
    return wall + std::chrono::duration_cast<std::chrono::microseconds>(other - at);
  }
  // The instant of a stored wall time, for what must go on after a restart.
  [[nodiscard]] Instant instant_at(WallTime other) const { return at + (other - wall); }

  friend Moment operator+(const Moment& moment, Duration duration) {
    return {moment.at + duration, moment.wall_at(moment.at + duration)};
  }
};

}  // namespace mxsweep::watch
