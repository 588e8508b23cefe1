// SPDX-License-Identifier: MIT
#include "mxsweep/watch/slow_checks.h"

#include <algorithm>
#include <utility>

#include "mxsweep/watch/health.h"

namespace mxsweep::watch {
namespace {

struct Found {
  OpenFinding finding;
  Health health;
  bool seen = false;  // In the present sample.
};
using FoundList = std::vector<Found>;

const Confirmation& check_confirmation() {
  static const Confirmation kRules{
      .after = {kCheckAgainAfter}, .down_after = kCheckResults, .up_after = kCheckResults};
  return kRules;
}

FindingRow row_of(std::string_view monitor, const OpenFinding& finding, bool ended) {
  return {.monitor = std::string(monitor),
          .check = finding.check,
          .report = finding.report,
          .severity = finding.severity,
          .since = finding.since,
          .ended = ended};
}

Found& find_or_add(FoundList& list, const std::string& check, const FindingReport& report) {
  const auto found = std::ranges::find_if(list, [&](const Found& each) {
    return each.finding.check == check && each.finding.report.finding == report.finding &&
           each.finding.report.at == report.at;
  });
  if (found != list.end()) return *found;
  Found& added = list.emplace_back();
  added.finding.check = check;
  added.finding.report = report;
  return added;
}

// Whether a finding that the sample does not have is over.
Verdict verdict_without(const OpenFinding& finding, const CheckSample& sample) {
  const auto check = std::ranges::find(sample.checks, finding.check, &CheckResult::check);
  const bool decided = check == sample.checks.end() ? sample.whole : check->answered;
  return decided ? Verdict::good : Verdict::none;
}

}  // namespace

struct SlowChecks::Parts {
  explicit Parts(KeyOf its_key_of) : key_of(std::move(its_key_of)) {}

  KeyOf key_of;
  std::unordered_map<MonitorId, FoundList> found;
};

SlowChecks::SlowChecks(KeyOf key_of) : parts_(std::make_unique<Parts>(std::move(key_of))) {}
SlowChecks::~SlowChecks() = default;

void SlowChecks::restore(const std::vector<FindingRow>& rows,
                         const std::unordered_map<std::string, MonitorId>& monitors) {
  for (const FindingRow& row : rows) {
    const auto monitor = monitors.find(row.monitor);
    if (monitor == monitors.end()) continue;
    Found& found = parts_->found[monitor->second].emplace_back();
    found.finding = {row.check, row.report, row.severity, row.since};
    found.health.state = State::down;
    found.health.since = row.since;
  }
}

SlowChecks::Change SlowChecks::on_sample(MonitorId monitor, const CheckSample& sample,
                                         const Group::Checks& rules, WallTime now,
                                         StateBatch& batch) {
  Change change;
  FoundList& list = parts_->found[monitor];
  for (const CheckResult& check : sample.checks) {
    for (const FindingReport& report : check.findings) {
      const mxsweep::Severity severity = severity_of(report, rules.role);
      if (severity < rules.least || list.size() == kFindingsMost) continue;
      Found& found = find_or_add(list, check.check, report);
      found.finding.report = report;
      found.finding.severity = severity;
      found.seen = true;
    }
  }
  for (Found& found : list) {
    const Sample one{.verdict = std::exchange(found.seen, false)
                                    ? Verdict::bad
                                    : verdict_without(found.finding, sample),
                     .at = now};
    const HealthChange moved = apply(found.health, check_confirmation(), one, now);
    const bool opened = moved.hard() && moved.after == State::down;
    const bool ended = moved.hard() && moved.before == State::down;
    if (opened) found.finding.since = found.health.since;
    if (opened) change.opened.push_back(found.finding);
    if (ended) change.ended.push_back(found.finding);
    if (opened || ended) {
      batch.findings.push_back(row_of(parts_->key_of(monitor), found.finding, ended));
    }
    if (moved.confirm_in) {
      change.confirm_in =
          std::min(change.confirm_in.value_or(*moved.confirm_in), *moved.confirm_in);
    }
  }
  std::erase_if(list, [](const Found& found) { return found.health.state == State::up; });
  if (list.empty()) parts_->found.erase(monitor);
  return change;
}

void SlowChecks::drop(MonitorId monitor, StateBatch& batch) {
  for (const OpenFinding& finding : open(monitor)) {
    batch.findings.push_back(row_of(parts_->key_of(monitor), finding, true));
  }
  remove(monitor);
}

void SlowChecks::remove(MonitorId monitor) { parts_->found.erase(monitor); }

std::vector<OpenFinding> SlowChecks::open(MonitorId monitor) const {
  std::vector<OpenFinding> open;
  const auto found = parts_->found.find(monitor);
  if (found == parts_->found.end()) return open;
  for (const Found& each : found->second) {
    if (each.health.state == State::down) open.push_back(each.finding);
  }
  std::ranges::stable_sort(open, [](const OpenFinding& one, const OpenFinding& other) {
    return one.severity != other.severity ? one.severity > other.severity : one.since < other.since;
  });
  return open;
}

bool SlowChecks::has_open(MonitorId monitor) const {
  const auto found = parts_->found.find(monitor);
  return found != parts_->found.end() && std::ranges::any_of(found->second, [](const Found& each) {
           return each.health.state == State::down;
         });
}

}  // namespace mxsweep::watch
