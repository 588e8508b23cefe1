// SPDX-License-Identifier: MIT
// What the files that write metrics share. Pure.
#pragma once

#include <span>

#include "mxsweep/metrics/exposition.h"
#include "mxsweep/view/metrics_facts.h"

namespace mxsweep::api {

[[nodiscard]] double unix_seconds(WallTime time);
[[nodiscard]] double seconds(Duration span);
// The families of single monitors: their labels are monitor and group, and all else that is known
// of a monitor is in mxsweep_monitor_info.
void write_monitors(std::span<const view::MonitorMetrics> monitors, metrics::Exposition& out);

}  // namespace mxsweep::api
