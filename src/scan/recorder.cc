// SPDX-License-Identifier: MIT
#include "scan/recorder.h"

#include <thread>

#include "mxsweep/ring/clock.h"

namespace mxsweep::scan {

void Recorder::drain() {
  while (!box().drained()) {
    flush(ring::now());
    if (!box().drained()) std::this_thread::sleep_for(files::kBackpressureRetry);
  }
}

}  // namespace mxsweep::scan
