// SPDX-License-Identifier: MIT
// What a turn does with problems: ends incidents, and joins later failures.
#include <algorithm>

#include "mxsweep/watch/incidents.h"
#include "watch/incident_parts.h"

namespace mxsweep::watch {

void Incidents::turn(const Moment& now, std::vector<IncidentChange>& changes) {
  Parts& parts = *parts_;
  parts.seen = std::max(parts.seen, now.at);
  parts.unwell_counted = false;
  parts.controlled = 0;
  parts.run_timers(now);
  parts.end_incidents(now, changes);
  if (!parts.doubtful) {
    for (std::size_t kind = 0; kind < kProblemKinds; ++kind) {
      parts.group(static_cast<IncidentKind>(kind), now);
    }
  }
  for (const IncidentId id : std::exchange(parts.dirty, {})) {
    IncidentState& state = *parts.state_of(id);
    state.dirty = false;
    parts.report(state, now, changes);
  }
}

Instant Incidents::next() const {
  const Parts& parts = *parts_;
  if (!parts.dirty.empty()) return parts.seen;
  Instant next =
      std::min(parts.timers.empty() ? kNever : parts.timers.top().first, parts.extent.next());
  if (parts.doubtful) return next;
  for (std::size_t kind = 0; kind < kProblemKinds; ++kind) {
    if (!parts.arrivals[kind].empty()) return parts.seen;
    next = std::min(next, parts.due[kind]);
  }
  return next;
}

void Incidents::Parts::call_at(IncidentState& state, Instant when) {
  if (when >= state.timer) return;
  state.timer = when;
  timers.emplace(when, state.incident.id);
}

void Incidents::Parts::run_timers(const Moment& now) {
  while (!timers.empty() && timers.top().first <= now.at) {
    const auto [when, id] = timers.top();
    timers.pop();
    IncidentState* const state = state_of(id);
    if (state == nullptr || state->timer != when) continue;  // It was called earlier, or is gone.
    state->timer = kNever;
    mark(*state);
  }
}

void Incidents::Parts::end_incidents(const Moment& now, std::vector<IncidentChange>& changes) {
  const std::vector<IncidentId> marked(dirty.begin(), dirty.end());
  for (const IncidentId id : marked) {
    IncidentState& state = *state_of(id);
    const bool recovered = std::exchange(state.recovered, false);
    if (!is_problem(state.incident.kind) || !state.incident.open()) continue;
    if (std::uint64_t{state.down} * 100 > std::uint64_t{state.whole} * kClosingPercent) continue;
    if (state.down == 0 && !recovered) state.incident.text = "no longer watched";
    close(state, now);
    state.dirty = false;
    dirty.erase(id);
    if (state.told) {
      changes.push_back({IncidentChange::What::closed, id});
    } else {
      incidents.erase(id);  // It has ended before it was an incident to anyone.
    }
  }
}

// Those of its members that are still down wait anew; it is known of them, if it was told.
void Incidents::Parts::close(IncidentState& state, const Moment& now) {
  Incident& it = state.incident;
  it.closed = now.wall;
  if (it.until == WallTime{}) it.until = now.wall;
  for (const std::uint64_t scope : state.scopes) by_scope.erase(join_key(it.kind, scope));
  for (const MonitorId monitor : std::exchange(it.members, {})) {
    OpenProblem* const open = problem_of(monitor, it.kind);
    if (open != nullptr && open->incident == it.id) wait(*open, now.at, state.told);
  }
  state.down = 0;
}

// Problems that arrived join what is open; the others wait.
void Incidents::Parts::group(IncidentKind kind, const Moment& now) {
  const auto at = static_cast<std::size_t>(kind);
  std::vector<MonitorId> arrived = std::exchange(arrivals[at], {});
  std::ranges::sort(arrived);
  for (const MonitorId monitor : arrived) {
    OpenProblem* const open = problem_of(monitor, kind);
    if (open == nullptr || open->incident != 0 || join(*open)) continue;
    waiting[at].push_back(monitor);
  }
  if (waiting[at].empty()) due[at] = kNever;
  if (due[at] <= now.at) cover_waiting(kind, now);
}

// The narrowest open incident that has one of its values.
bool Incidents::Parts::join(OpenProblem& open) {
  for (const ValueNumber value : scopes.values_of(open.problem.monitor)) {
    const auto found = by_scope.find(join_key(open.problem.kind, scopes.hash(value)));
    if (found == by_scope.end()) continue;
    admit(*state_of(found->second), open);
    return true;
  }
  return false;
}

void Incidents::Parts::admit(IncidentState& state, OpenProblem& open) {
  open.incident = state.incident.id;
  state.incident.members.push_back(open.problem.monitor);
  state.whole = std::max(state.whole, ++state.down);
  mark(state);
}

}  // namespace mxsweep::watch
