// SPDX-License-Identifier: MIT
// The beginning of incidents: what has waited long enough is covered, and opens.
#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "mxsweep/watch/incidents.h"
#include "watch/blame.h"
#include "watch/incident_parts.h"
#include "watch/plain_text.h"
#include "watch/settling.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kSeveralOctetsMax = 80;  // Of the scope's value.

}  // namespace

// All are covered together as soon as the first of them has waited long enough and its extent is
// known.
void Incidents::Parts::cover_waiting(IncidentKind kind, const Moment& now) {
  const auto at = static_cast<std::size_t>(kind);
  std::vector<MonitorId> all = take_waiting(kind);
  due[at] = kNever;
  not_before[at] = {};
  if (all.empty()) return;
  const Settling settling(scopes, all, undecided[at]);
  bool ripe = false;  // One that does not straggle.
  bool stragglers_ripe = false;
  bool held = false;
  for (const MonitorId monitor : all) {
    OpenProblem& open = *problem_of(monitor, kind);
    open.held = !open.straggles && now.at < open.arrived + kSettleMost && settling.holds(monitor);
    held = held || open.held;
    if (!open.held && open.ripe_at <= now.at) (open.straggles ? stragglers_ripe : ripe) = true;
  }
  if (ripe || stragglers_ripe) {
    for (const MonitorId monitor : all) {
      OpenProblem& open = *problem_of(monitor, kind);
      open.ripe = open.straggles ? open.ripe_at <= now.at : ripe;
    }
    open_parts(kind, cover(scopes, all, known_of(kind)), now);
    std::erase_if(all, [&](MonitorId monitor) { return problem_of(monitor, kind)->incident != 0; });
  }
  for (const MonitorId monitor : all) {
    due[at] = std::min(due[at], problem_of(monitor, kind)->ripe_at);
  }
  // What waits for others is not looked at with each of them.
  if (held || due[at] <= now.at) {
    not_before[at] = now.at + kSettleLookEvery;
    due[at] = std::max(due[at], not_before[at]);
  }
  waiting[at] = std::move(all);
}

// Sorted, and those only that still wait.
std::vector<MonitorId> Incidents::Parts::take_waiting(IncidentKind kind) {
  std::vector<MonitorId> all = std::exchange(waiting[static_cast<std::size_t>(kind)], {});
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::erase_if(all, [&](MonitorId monitor) {
    const OpenProblem* const open = problem_of(monitor, kind);
    return open == nullptr || open->incident != 0;
  });
  return all;
}

// Those that count for neither side.
std::vector<MonitorId> Incidents::Parts::known_of(IncidentKind kind) const {
  std::vector<MonitorId> known;
  for (const auto& [key, open] : problems) {
    if (open.problem.kind == kind && open.incident != 0) known.push_back(open.problem.monitor);
  }
  for (const MonitorId monitor : undecided[static_cast<std::size_t>(kind)]) {
    if (!problems.contains(problem_key(monitor, kind))) known.push_back(monitor);
  }
  return known;
}

void Incidents::Parts::open_parts(IncidentKind kind, std::vector<Covered>&& parts,
                                  const Moment& now) {
  std::vector<Opening> openings;
  for (Covered& part : parts) {
    if (std::optional<Opening> opening = opening_of(kind, std::move(part), now)) {
      openings.push_back(std::move(*opening));
    }
  }
  for (const std::vector<std::size_t>& numbers : put_together(openings)) {
    // If one of them waits, all of them do: but not longer than one.
    const bool held = std::ranges::any_of(numbers, [&](auto i) { return openings[i].held; }) &&
                      std::ranges::none_of(numbers, [&](auto i) { return openings[i].settled; });
    if (!held) begin(kind, openings, numbers, now);
  }
}

// Nothing: it waits, or has joined what is open.
std::optional<Opening> Incidents::Parts::opening_of(IncidentKind kind, Covered&& part,
                                                    const Moment& now) {
  Opening opening;
  bool ripe = false;
  std::optional<Ways> ways;
  if (part.monitors.size() > 1) ways.emplace();
  opening.since = WallTime::max();
  for (const MonitorId monitor : part.monitors) {
    const OpenProblem& open = *problem_of(monitor, kind);
    opening.phase = open.problem.phase;
    opening.cause = open.problem.cause;
    if (ways) ways->add(opening.phase, opening.cause);
    opening.since = std::min(opening.since, open.problem.since);
    opening.held = opening.held || open.held;
    opening.settled = opening.settled || (!open.straggles && open.arrived + kSettleMost <= now.at);
    ripe = ripe || open.ripe;
  }
  if (!ripe) return std::nullopt;
  // A certificate may have brought a waiting problem into a scope with an open incident.
  const auto found = part.value == kNoValue
                         ? by_scope.end()
                         : by_scope.find(join_key(kind, scopes.hash(part.value)));
  if (found != by_scope.end()) {
    for (const MonitorId monitor : part.monitors) {
      admit(*state_of(found->second), *problem_of(monitor, kind));
    }
    return std::nullopt;
  }
  if (ways) {
    const Ways::Dominant dominant = ways->dominant();
    opening.phase = dominant.phase;
    opening.cause = dominant.cause;
  }
  opening.covered = std::move(part);
  return opening;
}

void Incidents::Parts::begin(IncidentKind kind, std::span<const Opening> openings,
                             std::span<const std::size_t> numbers, const Moment& now) {
  const IncidentId id = ++last;
  IncidentState& state = incidents[id];
  Incident& it = state.incident;
  it.id = id;
  it.kind = kind;
  it.severity = Severity::info;
  it.since = now.wall;
  for (const std::size_t i : numbers) {
    const Covered& covered = openings[i].covered;
    if (covered.value == kNoValue) {
      ++state.singles;
    } else {
      state.scopes.push_back(scopes.hash(covered.value));
      by_scope.emplace(join_key(kind, state.scopes.back()), id);
    }
    for (const MonitorId monitor : covered.monitors) admit(state, *problem_of(monitor, kind));
  }
  if (numbers.size() > 1) {
    name_several(state, openings, numbers);
  } else if (const ValueNumber value = openings[numbers[0]].covered.value; value == kNoValue) {
    it.scope_value = monitor_of(it.members.front()).key;
  } else {
    it.scope = scopes.kind(value);
    it.scope_field = scopes.name(value).field;
    it.scope_value = scopes.name(value).text;
  }
  ask_controls(state, now);
}

// "40 networks of group fleet"
void Incidents::Parts::name_several(IncidentState& state, std::span<const Opening> openings,
                                    std::span<const std::size_t> numbers) const {
  Incident& it = state.incident;
  std::vector<ValueNumber> values;
  for (const std::size_t i : numbers) values.push_back(openings[i].covered.value);
  const GroupNumber group = monitor_of(it.members.front()).group;
  const bool one_group = std::ranges::all_of(
      it.members, [&](MonitorId monitor) { return monitor_of(monitor).group == group; });
  it.scope = ScopeKind::several;
  it.scope_value =
      shown(grouped(values.size()) + ' ' + several_noun(scopes, values) +
                (one_group ? " of group " + settings.groups[group].name : " of several groups"),
            kSeveralOctetsMax);
}

void Incidents::Parts::ask_controls(IncidentState& state, const Moment& now) {
  if (controls_most == 0 || state.scopes.empty()) return;
  if (state.incident.kind == IncidentKind::check) return;  // Servers have nothing to say to it.
  if (watched_of(state) < kControlledLeast) return;
  if (++controlled > kControlledMost) return;
  state.controls_open = healthy_of(state, controls_most);
  state.controls_asked = static_cast<std::uint32_t>(state.controls_open.size());
  state.opens_by = now.at + kControlsWait;
  for (const MonitorId monitor : state.controls_open) {
    controls.push_back({state.incident.id, monitor});
  }
}

}  // namespace mxsweep::watch
