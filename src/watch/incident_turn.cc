// SPDX-License-Identifier: MIT
// What a turn does with problems: ends incidents, joins later failures, covers what has waited.
#include <algorithm>

#include "mxsweep/watch/incidents.h"
#include "watch/cover.h"
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
  Instant next = parts.timers.empty() ? kNever : parts.timers.top().first;
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

// Those of its members that are still down wait anew: most of them are about to recover, too.
void Incidents::Parts::close(IncidentState& state, const Moment& now) {
  Incident& it = state.incident;
  it.closed = now.wall;
  if (it.until == WallTime{}) it.until = now.wall;
  if (state.scope != 0) by_scope.erase(join_key(it.kind, state.scope));
  for (const MonitorId monitor : std::exchange(it.members, {})) {
    OpenProblem* const open = problem_of(monitor, it.kind);
    if (open != nullptr && open->incident == it.id) {
      wait(*open, now.at + kStragglersWait);
    }
  }
  state.down = 0;
}

// Problems that arrived join what is open; the others wait, and are covered when the first of them
// has waited for group_wait.
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

void Incidents::Parts::cover_waiting(IncidentKind kind, const Moment& now) {
  const auto at = static_cast<std::size_t>(kind);
  std::vector<MonitorId> all = std::exchange(waiting[at], {});
  due[at] = kNever;
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::erase_if(all, [&](MonitorId monitor) {
    const OpenProblem* const open = problem_of(monitor, kind);
    return open == nullptr || open->incident != 0;
  });
  std::erase_if(all, [&](MonitorId monitor) {
    const Instant arrived = problem_of(monitor, kind)->arrived;
    if (arrived <= now.at) return false;
    waiting[at].push_back(monitor);
    due[at] = std::min(due[at], arrived + settings.group_wait);
    return true;
  });
  Instant first = kNever;
  for (const MonitorId monitor : all) first = std::min(first, problem_of(monitor, kind)->arrived);
  if (first == kNever) return;
  if (first + settings.group_wait > now.at) {  // The one that it was due for has ended.
    due[at] = std::min(due[at], first + settings.group_wait);
    waiting[at].insert(waiting[at].end(), all.begin(), all.end());
    return;
  }
  std::vector<MonitorId> known;
  for (const auto& [key, open] : problems) {
    if (open.problem.kind == kind && open.incident != 0) known.push_back(open.problem.monitor);
  }
  hold_back(kind, all, known, now);
  // Nor are those healthy whose failures are not confirmed.
  if (at < suspects.size()) known.insert(known.end(), suspects[at].begin(), suspects[at].end());
  for (const Covered& part : cover(scopes, all, known)) {
    begin(kind, part.value, part.monitors, now);
  }
}

void Incidents::Parts::begin(IncidentKind kind, ValueNumber value,
                             const std::vector<MonitorId>& members, const Moment& now) {
  const std::uint64_t scope = value == kNoValue ? 0 : scopes.hash(value);
  // A certificate may have brought a waiting problem into a scope with an open incident.
  const auto found = scope == 0 ? by_scope.end() : by_scope.find(join_key(kind, scope));
  const IncidentId id = found == by_scope.end() ? ++last : found->second;
  IncidentState& state = incidents[id];
  if (found == by_scope.end()) {
    Incident& it = state.incident;
    it.id = id;
    it.kind = kind;
    it.severity = Severity::info;
    it.since = now.wall;
    if (scope == 0) {
      it.scope_value = monitor_of(members.front()).key;
    } else {
      it.scope = scopes.kind(value);
      it.scope_field = scopes.name(value).field;
      it.scope_value = scopes.name(value).text;
      state.scope = scope;
      by_scope.emplace(join_key(kind, scope), id);
    }
  }
  for (const MonitorId monitor : members) admit(state, *problem_of(monitor, kind));
  if (found == by_scope.end()) ask_controls(state, now);
}

void Incidents::Parts::ask_controls(IncidentState& state, const Moment& now) {
  if (controls_most == 0 || state.scope == 0) return;
  const ValueNumber value = scopes.find(state.scope);
  if (value == kNoValue || scopes.watched(value) < kControlledLeast) return;
  if (++controlled > kControlledMost) return;
  state.controls_open = healthy_of(state, controls_most);
  state.controls_asked = static_cast<std::uint32_t>(state.controls_open.size());
  state.opens_by = now.at + kControlsWait;
  for (const MonitorId monitor : state.controls_open) {
    controls.push_back({state.incident.id, monitor});
  }
}

}  // namespace mxsweep::watch
