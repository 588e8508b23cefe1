// SPDX-License-Identifier: MIT
// The slow checks: when they are made, and what follows from what they find.
#include <algorithm>

#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

Severity incident_severity(mxsweep::Severity severity) {
  return severity == mxsweep::Severity::error ? Severity::warning : Severity::info;
}

std::string words_of(const OpenFinding& finding) {
  std::string text(to_string(finding.report.finding));
  if (!finding.report.at.empty()) text.append(" at ").append(finding.report.at);
  return text;
}

}  // namespace

// Those of the groups, as the settings are now.
void Watch::Parts::set_checks(const Moment& now) {
  const bool any = std::ranges::any_of(
      settings.groups, [](const Group& group) { return !group.checks.words.empty(); });
  if (any && !check_schedule) check_schedule.emplace(capacity, now.at);
  for (MonitorId id = 0; id < slots.size(); ++id) {
    if (slots[id].used) set_checks(id, now);
  }
}

void Watch::Parts::set_checks(MonitorId id, const Moment& now) {
  Slot& slot = slots[id];
  const Group::Checks& rules = group_of(slot).checks;
  const bool was = std::exchange(slot.checked, !rules.words.empty());
  if (slot.checked && was) {
    check_schedule->set_interval(id, rules.every, now.at);
  } else if (slot.checked) {
    check_schedule->add(id, rules.every, std::hash<std::string>{}(slot.monitor.key), false, now.at);
  } else if (was) {
    check_schedule->remove(id);
  }
}

// Findings of what is not checked any longer end: nothing will say that they are over.
void Watch::Parts::drop_findings(const Moment& now) {
  for (MonitorId id = 0; id < slots.size(); ++id) {
    const Slot& slot = slots[id];
    if (!slot.used || slot.checked || !slow_checks.has_open(id)) continue;
    slow_checks.drop(id, effects.batch);
    follow_findings(id, now);
  }
}

std::optional<CheckRequest> Watch::Parts::next_check(const Moment& now) {
  if (!check_schedule || check_schedule->open() >= kChecksOpenMost) return std::nullopt;
  const std::optional<Due> due = check_schedule->take(now.at);
  if (!due) return std::nullopt;
  slots[due->monitor].checking = true;
  return CheckRequest{.monitor = due->monitor, .due = due->at};
}

void Watch::Parts::on_checks(MonitorId id, const CheckSample& sample, const Moment& now) {
  Slot& slot = slots[id];
  slot.checking = false;
  if (!slot.used) return give_away(id);
  if (!slot.checked) return;
  check_schedule->finish(id, now.at);
  if (sight == Sight::blind) return;
  const SlowChecks::Change change =
      slow_checks.on_sample(id, sample, group_of(slot).checks, now.wall, effects.batch);
  if (change.confirm_in) check_schedule->again(id, now.at + *change.confirm_in);
  const auto say = [&](std::string_view what, const std::vector<OpenFinding>& findings) {
    for (const OpenFinding& finding : findings) {
      tell(what, id, 0, words_of(finding), now);
      note(what, id, 0, words_of(finding), now);
    }
  };
  say("found", change.opened);
  say("mended", change.ended);
  if (!change.opened.empty() || !change.ended.empty()) follow_findings(id, now);
}

void Watch::Parts::follow_findings(MonitorId id, const Moment& now) {
  const std::vector<OpenFinding> open = slow_checks.open(id);
  if (open.empty()) return close_problem(id, IncidentKind::check, now.wall, now);
  Problem problem{.monitor = id,
                  .kind = IncidentKind::check,
                  .severity = incident_severity(open.front().severity),
                  .phase = Phase::dns,
                  .since = open.front().since};
  for (const OpenFinding& finding : open) {
    problem.since = std::min(problem.since, finding.since);
    problem.findings.push_back(finding.report.finding);
  }
  std::ranges::sort(problem.findings);
  problem.findings.erase(std::unique(problem.findings.begin(), problem.findings.end()),
                         problem.findings.end());
  incidents.open_problem(problem, now);
}

std::uint32_t Watch::ask_checks(const Selector& match, const Moment& now) {
  Parts& parts = *parts_;
  std::uint32_t asked = 0;
  for (MonitorId id = 0; id < parts.slots.size(); ++id) {
    const Parts::Slot& slot = parts.slots[id];
    if (!slot.used || !slot.checked) continue;
    const Group& group = parts.group_of(slot);
    if (!matches(match, slot.monitor, group, group.severity)) continue;
    parts.check_schedule->again(id, now.at);
    ++asked;
  }
  return asked;
}

std::optional<CheckRequest> Watch::next_check(const Moment& now) { return parts_->next_check(now); }

void Watch::on_checks(MonitorId id, const CheckSample& sample, const Moment& now) {
  parts_->on_checks(id, sample, now);
}

}  // namespace mxsweep::watch
