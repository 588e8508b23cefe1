// SPDX-License-Identifier: MIT
// Moment::instant_at() for wall times that people choose: the year 9999 does not fit an Instant.
#pragma once

#include <algorithm>
#include <chrono>

#include "mxsweep/watch/moment.h"

namespace mxsweep::watch {

// Farther away than this is not waited for: it is looked at again then.
inline constexpr std::chrono::days kFarthest{365};

[[nodiscard]] inline Instant instant_of(WallTime wall, const Moment& now) {
  if (wall - kFarthest >= now.wall) return now.at + kFarthest;
  return now.instant_at(std::max(wall, now.wall - kFarthest));
}

}  // namespace mxsweep::watch
