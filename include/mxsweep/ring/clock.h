// SPDX-License-Identifier: MIT
// Reads the clocks. A worker does so once per turn, never within one; no other code reads a clock.
//
//   Source   CLOCK_MONOTONIC for everything that is measured or waited for; CLOCK_REALTIME for the
//            record's "at".
#pragma once

#include "mxsweep/core/time.h"

namespace mxsweep::ring {

[[nodiscard]] Instant now();
[[nodiscard]] WallTime wall_now();
// The wall time of Instant's zero, as computed now.
[[nodiscard]] WallTime wall_at_zero();

}  // namespace mxsweep::ring
