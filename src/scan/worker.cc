// SPDX-License-Identifier: MIT
#include "scan/worker.h"

#include "scan/worker_turn.h"

namespace mxsweep::scan {

template class WorkerOn<engine::Kernel>;

}  // namespace mxsweep::scan
