// SPDX-License-Identifier: MIT
// What this process uses, for metrics.
//
//   Source   proc(5), getrusage(2).
//   Errors   none: what cannot be read is 0.
#pragma once

#include "mxsweep/api/api.h"

namespace mxsweep::monitor {

// Fills in what concerns the process itself; the rest is left as it is.
void measure_process(api::ProcessFacts& facts);

}  // namespace mxsweep::monitor
