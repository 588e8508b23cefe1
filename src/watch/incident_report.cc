// SPDX-License-Identifier: MIT
// What a turn says of the incidents that it has looked at: opened, changed, closed, and the text.
#include <algorithm>

#include "mxsweep/watch/incidents.h"
#include "watch/blame.h"
#include "watch/incident_parts.h"

namespace mxsweep::watch {
namespace {

// Before its end, an acknowledgement is looked at so often: the wall clock may be stepped.
constexpr WallTime::duration kAcknowledgementCheck = std::chrono::hours{24};
constexpr std::size_t kFindingsNamed = 3;  // In a title.

}  // namespace

void Incidents::Parts::report(IncidentState& state, const Moment& now,
                              std::vector<IncidentChange>& changes) {
  if (!is_problem(state.incident.kind)) check_acknowledgement(state, now);
  if (!is_problem(state.incident.kind)) return report_raised(state, changes);
  if (!state.incident.open()) return;
  const bool at_once = !state.told || state.incident.members.size() <= kRefreshedAtOnce;
  if (!at_once && now.at < state.refreshed + kRefreshEvery) {
    return call_at(state, state.refreshed + kRefreshEvery);
  }
  refresh(state, now);
  if (!state.told) return open(state, now, changes);
  check_acknowledgement(state, now);
  const bool revision = is_revision(state, now);
  if (revision) {
    ++state.incident.revision;
    note_revision(state, now);
  }
  if (std::exchange(state.changed, false) || revision) {
    changes.push_back({IncidentChange::What::changed, state.incident.id});
  }
}

void Incidents::Parts::report_raised(IncidentState& state, std::vector<IncidentChange>& changes) {
  const IncidentId id = state.incident.id;
  const bool opens = !std::exchange(state.told, true);
  const bool changed = std::exchange(state.changed, false);
  if (opens) {
    changes.push_back({IncidentChange::What::opened, id});
  } else if (changed) {
    changes.push_back({IncidentChange::What::changed, id});
  }
  if (!state.incident.open() && !is_notice(state.incident.kind)) {
    changes.push_back({IncidentChange::What::closed, id});
  }
}

void Incidents::Parts::refresh(IncidentState& state, const Moment& now) {
  Incident& it = state.incident;
  std::erase_if(it.members, [&](MonitorId monitor) {
    const OpenProblem* const open = problem_of(monitor, it.kind);
    return open == nullptr || open->incident != it.id;
  });
  std::ranges::sort(it.members);
  // One that recovered and failed again since the last time is in it twice.
  it.members.erase(std::unique(it.members.begin(), it.members.end()), it.members.end());
  Ways ways;
  for (const MonitorId monitor : it.members) {
    const Problem& problem = problem_of(monitor, it.kind)->problem;
    ways.add(problem.phase, problem.cause);
    it.severity = std::max(it.severity, problem.severity);
    it.since = std::min(it.since, problem.since);
  }
  const Ways::Dominant dominant = ways.dominant();
  it.phase = dominant.phase;
  it.cause = dominant.cause;
  it.percent = dominant.percent;
  it.members_peak = std::max(it.members_peak, state.down);
  it.watched = watched_of(state);
  if (it.kind == IncidentKind::check) refresh_findings(state);
  state.refreshed = now.at;
}

// The most frequent first.
void Incidents::Parts::refresh_findings(IncidentState& state) {
  std::map<CheckFinding, std::size_t> counts;
  for (const MonitorId monitor : state.incident.members) {
    for (const CheckFinding finding : problem_of(monitor, IncidentKind::check)->problem.findings) {
      ++counts[finding];
    }
  }
  if (counts.empty()) return;  // All have recovered: what it was about remains.
  state.findings.clear();
  for (const auto& [finding, count] : counts) state.findings.push_back(finding);
  std::vector<CheckFinding> shown = state.findings;
  std::ranges::stable_sort(shown, std::greater<>(),
                           [&](CheckFinding each) { return counts[each]; });
  std::string& title = state.incident.title;
  title.clear();
  for (std::size_t i = 0; i < std::min(shown.size(), kFindingsNamed); ++i) {
    title.append(i > 0 ? ", " : "").append(to_string(shown[i]));
  }
  if (shown.size() > kFindingsNamed) {
    title += " and " + std::to_string(shown.size() - kFindingsNamed) + " more";
  }
}

void Incidents::Parts::open(IncidentState& state, const Moment& now,
                            std::vector<IncidentChange>& changes) {
  if (doubtful) return;  // set_doubtful(false) marks it.
  if (!state.controls_open.empty() && now.at < state.opens_by) {
    return call_at(state, state.opens_by);
  }
  state.told = true;
  state.changed = false;
  state.incident.opened = now.wall;
  state.incident.text = text_of(state);
  note_revision(state, now);
  state.cause_revised.reset();
  changes.push_back({IncidentChange::What::opened, state.incident.id});
}

bool Incidents::Parts::is_revision(IncidentState& state, const Moment& now) {
  const Incident& it = state.incident;
  bool revision = it.severity > state.severity_told;
  if (has_grown(state.down, state.members_told)) {
    const Instant allowed = state.revised + settings.group_interval;
    if (allowed <= now.at) {
      revision = true;
    } else {
      call_at(state, allowed);
    }
  }
  if (it.phase != state.phase_told || it.cause != state.cause_told) {
    // Two causes of about equal share may take turns.
    const Instant allowed =
        state.cause_revised ? *state.cause_revised + settings.group_interval : now.at;
    if (allowed <= now.at) {
      revision = true;
    } else {
      call_at(state, allowed);
    }
  }
  if (!state.findings_told) state.findings_told = state.findings;
  if (!std::ranges::includes(*state.findings_told, state.findings)) {
    const Instant allowed = state.revised + settings.group_interval;
    if (allowed <= now.at) {
      revision = true;
    } else {
      call_at(state, allowed);
    }
  }
  return revision;
}

void Incidents::Parts::note_revision(IncidentState& state, const Moment& now) {
  const Incident& it = state.incident;
  if (it.phase != state.phase_told || it.cause != state.cause_told) state.cause_revised = now.at;
  state.phase_told = it.phase;
  state.cause_told = it.cause;
  state.severity_told = it.severity;
  state.findings_told = state.findings;
  state.members_told = state.down;
  state.revised = now.at;
}

// It ends when the incident gets worse, and at its time.
void Incidents::Parts::check_acknowledgement(IncidentState& state, const Moment& now) {
  Incident& it = state.incident;
  if (!it.open() || !it.acknowledged) return;
  const bool worse =
      it.severity > state.severity_known || has_grown(state.down, state.members_known);
  const WallTime::duration left = it.acknowledged->until - now.wall;
  if (worse || left <= WallTime::duration{}) {
    it.acknowledged.reset();
    state.changed = true;
  } else {
    call_at(state, now.at + std::min(left, kAcknowledgementCheck));
  }
}

std::string Incidents::Parts::text_of(const IncidentState& state) {
  const Incident& it = state.incident;
  std::string text;
  if (it.kind == IncidentKind::check) return text;
  if (it.scope != ScopeKind::everything) {
    count_unwell();
    // All of one operator: then what matters is whether the operator's other servers work.
    ValueNumber common = scopes.value_of(it.members.front(), ScopeKind::mx_operator);
    for (const MonitorId monitor : it.members) {
      if (scopes.value_of(monitor, ScopeKind::mx_operator) != common) common = kNoValue;
    }
    const auto members = static_cast<std::uint32_t>(it.members.size());
    const bool narrow = common != kNoValue && scopes.watched(common) >= kTogetherLeast &&
                        scopes.watched(common) > members;
    const std::uint32_t all = narrow ? scopes.watched(common) : watched;
    const std::uint32_t failing = narrow ? unwell_of_operator[common] : unwell;
    text = others_text(narrow ? std::string_view(scopes.name(common).text) : std::string_view(),
                       all - members, all - std::max(failing, members));
  }
  const auto asked = state.controls_asked - static_cast<std::uint32_t>(state.controls_open.size());
  if (asked > 0) {
    if (!text.empty()) text += ' ';
    text += controls_text(asked, state.controls_answered);
  }
  return text;
}

// Monitors with a problem of any kind, each once.
void Incidents::Parts::count_unwell() {
  if (unwell_counted) return;
  unwell_counted = true;
  unwell = 0;
  unwell_of_operator.clear();
  for (const auto& [key, open] : problems) {
    if (open.problem.kind == IncidentKind::check) continue;
    const MonitorId monitor = open.problem.monitor;
    bool counted = false;
    for (std::size_t kind = 0; kind < static_cast<std::size_t>(open.problem.kind); ++kind) {
      counted = counted || problems.contains(problem_key(monitor, static_cast<IncidentKind>(kind)));
    }
    if (counted) continue;
    ++unwell;
    const ValueNumber value = scopes.value_of(monitor, ScopeKind::mx_operator);
    if (value != kNoValue) ++unwell_of_operator[value];
  }
}

}  // namespace mxsweep::watch
