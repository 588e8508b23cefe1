// SPDX-License-Identifier: MIT
#include "mxsweep/watch/incidents.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "watch/incident_parts.h"

namespace mxsweep::watch {

Incidents::Incidents(const Settings& settings, std::function<const Monitor&(MonitorId)> monitor_of,
                     IncidentId last)
    : parts_(std::make_unique<Parts>(settings, std::move(monitor_of), last)) {}
Incidents::~Incidents() = default;

OpenProblem* Incidents::Parts::problem_of(MonitorId monitor, IncidentKind kind) {
  const auto found = problems.find(problem_key(monitor, kind));
  return found == problems.end() ? nullptr : &found->second;
}

IncidentState* Incidents::Parts::state_of(IncidentId incident) {
  const auto found = incidents.find(incident);
  return found == incidents.end() ? nullptr : &found->second;
}

void Incidents::Parts::mark(IncidentState& state) {
  if (state.dirty) return;
  state.dirty = true;
  dirty.insert(state.incident.id);
}

void Incidents::Parts::wait(OpenProblem& open, Instant since, bool straggles) {
  const auto kind = static_cast<std::size_t>(open.problem.kind);
  open.incident = 0;
  open.arrived = since;
  open.straggles = straggles;
  open.ripe_at = since + (straggles ? kStragglersWait : settings.group_wait);
  arrivals[kind].push_back(open.problem.monitor);
  due[kind] = std::max(std::min(due[kind], open.ripe_at), not_before[kind]);
}

void Incidents::Parts::end_problem(MonitorId monitor, IncidentKind kind, bool recovered,
                                   WallTime until) {
  const auto found = problems.find(problem_key(monitor, kind));
  if (found == problems.end()) return;
  const IncidentId incident = found->second.incident;
  problems.erase(found);
  IncidentState* const state = state_of(incident);
  if (state == nullptr) return;  // It was waiting.
  --state->down;
  if (recovered) {
    state->recovered = true;
    state->incident.until = std::max(state->incident.until, until);
  } else if (state->whole > 0) {
    --state->whole;
  }
  mark(*state);
}

void Incidents::add(MonitorId monitor) {
  Parts& parts = *parts_;
  if (monitor >= parts.is_watched.size()) parts.is_watched.resize(monitor + std::size_t{1});
  if (!parts.is_watched[monitor]) ++parts.watched;
  parts.is_watched[monitor] = true;
  const Monitor& it = parts.monitor_of(monitor);
  INVARIANT(it.group < parts.settings.groups.size());
  parts.scopes.add(monitor, it, parts.settings.groups[it.group]);
}

void Incidents::remove(MonitorId monitor) {
  Parts& parts = *parts_;
  if (monitor >= parts.is_watched.size() || !parts.is_watched[monitor]) return;
  parts.is_watched[monitor] = false;
  --parts.watched;
  parts.scopes.remove(monitor);
  set_undecided(monitor, std::nullopt);
  for (std::size_t kind = 0; kind < kProblemKinds; ++kind) {
    parts.end_problem(monitor, static_cast<IncidentKind>(kind), false, {});
  }
}

void Incidents::set_certificate(MonitorId monitor, std::string_view spki_sha256) {
  parts_->scopes.set_certificate(monitor, spki_sha256);
}

void Incidents::restore(const Incident& incident, std::span<const MonitorId> members) {
  Parts& parts = *parts_;
  parts.last = std::max(parts.last, incident.id);
  IncidentState& state = parts.incidents[incident.id];
  state.incident = incident;
  state.incident.members.clear();
  state.told = true;
  if (!incident.open()) return;
  if (!is_problem(incident.kind)) {
    parts.raised[{incident.kind, incident.scope_value}] = incident.id;
    return;
  }
  for (const MonitorId monitor : members) {
    OpenProblem open{.problem = {monitor, incident.kind, incident.severity, incident.phase,
                                 incident.cause, incident.since},
                     .incident = incident.id};
    const bool is_new =
        parts.problems.try_emplace(problem_key(monitor, incident.kind), open).second;
    if (is_new) state.incident.members.push_back(monitor);
  }
  if (incident.scope != ScopeKind::monitor && incident.scope != ScopeKind::several) {
    state.scopes = {scope_hash(incident.scope, incident.scope_value)};
    parts.by_scope.try_emplace(join_key(incident.kind, state.scopes[0]), incident.id);
  }
  std::ranges::sort(state.incident.members);
  const auto count = static_cast<std::uint32_t>(state.incident.members.size());
  state.down = count;
  state.whole = std::max(count, incident.members_peak);
  state.members_told = state.members_known = count;
  state.severity_told = state.severity_known = incident.severity;
  state.phase_told = incident.phase;
  state.cause_told = incident.cause;
  parts.mark(state);
}

void Incidents::open_problem(const Problem& problem, const Moment& now) {
  INVARIANT(is_problem(problem.kind));
  Parts& parts = *parts_;
  parts.seen = std::max(parts.seen, now.at);
  const auto [found, is_new] =
      parts.problems.try_emplace(problem_key(problem.monitor, problem.kind));
  OpenProblem& open = found->second;
  open.problem = problem;
  if (is_new) {
    parts.wait(open, now.at, false);
  } else if (IncidentState* const state = parts.state_of(open.incident)) {
    parts.mark(*state);
  }
}

void Incidents::close_problem(MonitorId monitor, IncidentKind kind, WallTime until,
                              const Moment& now) {
  INVARIANT(is_problem(kind));
  parts_->seen = std::max(parts_->seen, now.at);
  parts_->end_problem(monitor, kind, true, until);
}

void Incidents::change_cause(MonitorId monitor, Phase phase, Cause cause) {
  for (std::size_t kind = 0; kind < kProblemKinds; ++kind) {
    OpenProblem* const open = parts_->problem_of(monitor, static_cast<IncidentKind>(kind));
    if (open == nullptr) continue;
    open->problem.phase = phase;
    open->problem.cause = cause;
    if (IncidentState* const state = parts_->state_of(open->incident)) parts_->mark(*state);
  }
}

void Incidents::set_undecided(MonitorId monitor, std::optional<IncidentKind> kind) {
  for (std::size_t each = 0; each < kProblemKinds; ++each) {
    std::unordered_set<MonitorId>& undecided = parts_->undecided[each];
    if (kind && static_cast<std::size_t>(*kind) == each) {
      undecided.insert(monitor);
    } else if (!undecided.empty()) {
      undecided.erase(monitor);
    }
  }
}

void Incidents::ask_extent(MonitorId monitor, IncidentKind kind, WallTime since,
                           const Moment& now) {
  parts_->extent.ask(parts_->scopes, monitor, kind, since, now);
}

std::vector<MonitorId> Incidents::take_neighbours(const Moment& now, const Wanted& wanted) {
  return parts_->extent.take(parts_->scopes, now, wanted);
}

void Incidents::set_doubtful(bool doubtful) {
  Parts& parts = *parts_;
  if (parts.doubtful && !doubtful) {
    for (auto& [id, state] : parts.incidents) {
      if (!state.told) parts.mark(state);
    }
  }
  parts.doubtful = doubtful;
}

void Incidents::count_from(IncidentId last) { parts_->last = std::max(parts_->last, last); }

IncidentId Incidents::raise(IncidentKind kind, Severity severity, std::string_view key,
                            std::string title, std::string text, const Moment& now) {
  INVARIANT(!is_problem(kind));
  Parts& parts = *parts_;
  parts.seen = std::max(parts.seen, now.at);
  const std::pair<IncidentKind, std::string> cause(kind, key);
  const auto found = parts.raised.find(cause);
  if (found != parts.raised.end()) {
    IncidentState& state = *parts.state_of(found->second);
    Incident& it = state.incident;
    if (it.severity == severity && it.title == title && it.text == text) return it.id;
    it.severity = severity;
    it.title = std::move(title);
    it.text = std::move(text);
    if (state.told) ++it.revision;
    state.changed = true;
    parts.mark(state);
    return it.id;
  }
  const IncidentId id = ++parts.last;
  IncidentState& state = parts.incidents[id];
  state.incident = {.id = id,
                    .kind = kind,
                    .severity = severity,
                    .scope = ScopeKind::everything,
                    .scope_field = {},
                    .scope_value = std::string(key),
                    .since = now.wall,
                    .opened = now.wall,
                    .closed = {},
                    .acknowledged = {},
                    .title = std::move(title),
                    .text = std::move(text),
                    .members = {}};
  if (is_notice(kind)) {
    state.incident.closed = state.incident.until = now.wall;
  } else {
    parts.raised[cause] = id;
  }
  parts.mark(state);
  return id;
}

void Incidents::settle(IncidentKind kind, std::string_view key, const Moment& now) {
  Parts& parts = *parts_;
  parts.seen = std::max(parts.seen, now.at);
  const auto found = parts.raised.find({kind, std::string(key)});
  if (found == parts.raised.end()) return;
  IncidentState& state = *parts.state_of(found->second);
  parts.raised.erase(found);
  state.incident.closed = state.incident.until = now.wall;
  parts.mark(state);
}

void Incidents::acknowledge(IncidentId incident, const Acknowledgement& acknowledgement) {
  IncidentState* const state = parts_->state_of(incident);
  if (state == nullptr || !state->incident.open()) return;
  state->incident.acknowledged = acknowledgement;
  state->members_known = state->down;
  state->severity_known = state->incident.severity;
  state->changed = true;
  parts_->mark(*state);
}

const Incident* Incidents::find(IncidentId incident) const {
  const IncidentState* const state = parts_->state_of(incident);
  return state == nullptr ? nullptr : &state->incident;
}

IncidentId Incidents::incident_of(MonitorId monitor, IncidentKind kind) const {
  if (!is_problem(kind)) return 0;
  const OpenProblem* const open = parts_->problem_of(monitor, kind);
  return open == nullptr ? 0 : open->incident;
}

void Incidents::forget(IncidentId incident) {
  const IncidentState* const state = parts_->state_of(incident);
  if (state == nullptr || state->incident.open() || state->dirty) return;
  parts_->incidents.erase(incident);
}

void Incidents::each(const std::function<void(const Incident&)>& visit) const {
  for (const auto& [id, state] : parts_->incidents) {
    if (state.told || !is_problem(state.incident.kind)) visit(state.incident);
  }
}

std::vector<MonitorId> Incidents::controls(IncidentId incident, std::size_t most) const {
  const IncidentState* const state = parts_->state_of(incident);
  if (state == nullptr) return {};
  return parts_->healthy_of(*state, most);
}

std::vector<MonitorId> Incidents::Parts::healthy_of(const IncidentState& state,
                                                    std::size_t most) const {
  std::vector<MonitorId> healthy;
  std::vector<ValueNumber> its_values;
  for (const std::uint64_t scope : state.scopes) {
    if (const ValueNumber value = scopes.find(scope); value != kNoValue)
      its_values.push_back(value);
  }
  if (its_values.empty() || watched_of(state) <= state.down) return healthy;
  std::ranges::sort(its_values);
  for (MonitorId id = 0; id < scopes.ids() && healthy.size() < most; ++id) {
    const bool is_beside = std::ranges::any_of(scopes.values_of(id), [&](ValueNumber value) {
      return std::ranges::binary_search(its_values, value);
    });
    if (!is_beside) continue;
    bool well = true;
    for (std::size_t kind = 0; kind < kServerKinds; ++kind) {
      well = well && !problems.contains(problem_key(id, static_cast<IncidentKind>(kind)));
    }
    if (well) healthy.push_back(id);
  }
  return healthy;
}

// Those of the scope. Two of several values may have some in common.
std::uint32_t Incidents::Parts::watched_of(const IncidentState& state) const {
  std::uint32_t found = state.singles;
  for (const std::uint64_t scope : state.scopes) {
    if (const ValueNumber value = scopes.find(scope); value != kNoValue) {
      found += scopes.watched(value);
    }
  }
  return std::max(std::min(found, watched), state.down);
}

void Incidents::use_controls(std::size_t most) { parts_->controls_most = most; }

std::vector<Incidents::Control> Incidents::take_controls() {
  return std::exchange(parts_->controls, {});
}

void Incidents::on_control(IncidentId incident, MonitorId monitor, bool answered,
                           const Moment& now) {
  parts_->seen = std::max(parts_->seen, now.at);
  IncidentState* const state = parts_->state_of(incident);
  if (state == nullptr || state->told) return;  // Too late.
  if (std::erase(state->controls_open, monitor) == 0) return;
  if (answered) ++state->controls_answered;
  if (state->controls_open.empty()) parts_->mark(*state);
}

std::size_t Incidents::octets_held() const { return parts_->scopes.octets_held(); }

}  // namespace mxsweep::watch
