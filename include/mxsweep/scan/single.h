// SPDX-License-Identifier: MIT
// Runs one conversation and reports its events, for `mxsweep probe`. It uses the engine of a sweep,
// with one connection, and passes on every event as it happens. A survey of the server's TLS may
// follow, one conversation at a time; its events are not reported.
//
//   Units     `at` is the time since the start of the connect.
//   Lifetime  the views in an event, and the record, are valid during the call only.
//   Errors    machine: this machine cannot run the engine.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/engine/event.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/probe/tls_survey.h"
#include "mxsweep/results/record.h"
#include "mxsweep/scan/task.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::scan {

struct SurveyOrder {
  probe::SurveyClients* clients = nullptr;  // Null: no survey.
  std::vector<std::string> names{};         // For SNI, beside the target's own.
  Duration pause{};                         // Before each connection.
  // Before each connection, with the number of those made; may be empty.
  std::function<void(std::uint32_t made)> on_connection{};
};

// Calls `on_event` for each event, then `on_end` once. If the engine fails, returns an error
// without `on_end`. Requires: `tls` is open.
Status probe_one(const Task& task, const probe::Plan& plan, tls::Client& tls,
                 const std::function<void(Duration at, const engine::Event&)>& on_event,
                 const std::function<void(const results::Record&)>& on_end,
                 const SurveyOrder& survey = {});

}  // namespace mxsweep::scan
