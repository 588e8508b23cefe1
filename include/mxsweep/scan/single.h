// SPDX-License-Identifier: MIT
// One conversation, shown: the engine of `mxsweep probe`. A sweep's engine, with one connection and
// every event passed on as it happens.
//
//   Units     `at` counts from the start of the connect.
//   Lifetime  views in an event are good for the call; so is the record.
//   Errors    this machine cannot run the engine.
#pragma once

#include <functional>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/engine/event.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/results/record.h"
#include "mxsweep/scan/task.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::scan {

// Calls `on_event` for each event and `on_end` once, unless the engine is refused. Requires: `tls`
// is open.
Status probe_one(const Task& task, const probe::Plan& plan, tls::Client& tls,
                 const std::function<void(Duration at, const engine::Event&)>& on_event,
                 const std::function<void(const results::Record&)>& on_end);

}  // namespace mxsweep::scan
