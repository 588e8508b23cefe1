// SPDX-License-Identifier: MIT
// The row of history.db that a record becomes. Pure.
#pragma once

#include "mxsweep/results/record.h"
#include "mxsweep/watch/history_row.h"

namespace mxsweep::monitor {

// Without the monitor's number and state.
[[nodiscard]] watch::HistoryRow history_row(const results::Record& record);

}  // namespace mxsweep::monitor
