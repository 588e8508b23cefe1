// SPDX-License-Identifier: MIT
// A monitor's health as its row of state.db, and back.
#pragma once

#include <algorithm>
#include <string>

#include "mxsweep/watch/health.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::watch {

[[nodiscard]] inline MonitorRow row_of(const std::string& key, const Health& health) {
  return {.key = key,
          .state = health.state,
          .soft = health.bad,
          .since = health.since,
          .first_bad = health.first_bad,
          .cause = health.cause,
          .phase = health.phase,
          .penalty = health.flapping.penalty(health.flapping.changed_at()),
          .penalty_at = health.flapping.changed_at(),
          .flapping = health.flapping.flapping(),
          .last_good = health.last_good,
          .last_bad = health.last_bad};
}

// Results in a row begin anew: what was between them is not known.
[[nodiscard]] inline Health health_of(const MonitorRow& row) {
  Health health;
  health.state = row.state;
  health.since = row.since;
  health.cause = row.cause;
  health.phase = row.phase;
  health.last_good = row.last_good;
  health.last_bad = row.last_bad;
  health.last_any = std::max(row.last_good, row.last_bad);
  health.flapping.restore(row.penalty, row.penalty_at, row.flapping);
  return health;
}

}  // namespace mxsweep::watch
