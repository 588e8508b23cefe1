// SPDX-License-Identifier: MIT
// The one place that reads the clocks: once per turn of a worker, never within one.
//
//   Source   CLOCK_MONOTONIC for all that is measured or awaited; CLOCK_REALTIME for the record's
//            "at".
#pragma once

#include "mxsweep/core/time.h"

namespace mxsweep::ring {

[[nodiscard]] Instant now();
[[nodiscard]] WallTime wall_now();
[[nodiscard]] WallTime wall_at_zero();  // The wall time at which Instant's zero was, as seen now.

// Of this process so far, its own and the kernel's for it.
[[nodiscard]] double cpu_seconds();

}  // namespace mxsweep::ring
