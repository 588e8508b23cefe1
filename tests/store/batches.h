// SPDX-License-Identifier: MIT
// Rows for tests of the stores.
#pragma once

#include <string>

#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/state.h"

namespace mxsweep::store {

inline WallTime at(std::int64_t seconds) {
  return WallTime{std::chrono::seconds{1'800'000'000 + seconds}};
}

inline watch::MonitorRow monitor_row(const std::string& key, watch::State state) {
  watch::MonitorRow row;
  row.key = key;
  row.state = state;
  row.soft = 2;
  row.since = at(1);
  row.first_bad = at(2);
  row.cause = Cause::net_timeout;
  row.phase = Phase::greeting;
  row.penalty = 0.75;
  row.penalty_at = at(3);
  row.flapping = true;
  row.last_good = at(4);
  row.last_bad = at(5);
  return row;
}

inline watch::IncidentRow incident_row(watch::IncidentId id) {
  watch::IncidentRow row;
  row.incident.id = id;
  row.incident.kind = watch::IncidentKind::down;
  row.incident.scope = watch::ScopeKind::prefix;
  row.incident.scope_value = "192.0.2.0/24";
  row.incident.since = at(10);
  row.incident.opened = at(20);
  row.incident.cause = Cause::net_refused;
  row.incident.percent = 90;
  row.incident.members_peak = 2;
  row.incident.watched = 3;
  row.member_keys = {"edge a:25", "edge b:25"};
  return row;
}

inline watch::DeliveryRow delivery_row(watch::IncidentId incident) {
  watch::DeliveryRow row;
  row.incident = incident;
  row.channel = "ops";
  row.next_try = at(30);
  row.first_try = at(25);
  row.tries = 2;
  row.revision_told = 1;
  row.last_error = "451 try again";
  return row;
}

}  // namespace mxsweep::store
