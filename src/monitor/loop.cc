// SPDX-License-Identifier: MIT
#include "monitor/loop.h"

#include "monitor/loop_turn.h"

namespace mxsweep::monitor {

template class LoopOn<engine::Kernel>;

}  // namespace mxsweep::monitor
