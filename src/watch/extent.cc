// SPDX-License-Identifier: MIT
#include "watch/extent.h"

#include <algorithm>

namespace mxsweep::watch {

void Extent::ask(const Scopes& scopes, MonitorId monitor, IncidentKind kind, WallTime since,
                 const Moment& now) {
  for (const ValueNumber value : scopes.values_of(monitor)) {
    if (scopes.kind(value) > ScopeKind::mx_operator) break;
    if (scopes.watched(value) < kTogetherLeast) continue;
    if (scopes.kind(value) == ScopeKind::mx_operator && !fails(scopes, value, now.at)) continue;
    Asked& asked = asked_[value];
    if (asked.waits) {
      asked.since = std::min(asked.since, since);
    } else if (asked.at == Instant{} || asked.at + kExtentEvery <= now.at) {
      asked = {.at = now.at, .since = since, .kind = kind, .left = kExtentMost, .waits = true};
      ++waiting_;
    }
  }
}

// One more has failed: whether so many have that it may be the operator's fault.
bool Extent::fails(const Scopes& scopes, ValueNumber mx_operator, Instant now) {
  Failures& failures = of_operator_[mx_operator];
  if (failures.count == 0 || failures.since + kOperatorWithin <= now) failures = {now, 0};
  ++failures.count;
  return failures.count >= kTogetherLeast &&
         std::uint64_t{failures.count} * 100 >=
             std::uint64_t{scopes.watched(mx_operator)} * kOperatorPercent;
}

std::vector<MonitorId> Extent::take(const Scopes& scopes, const Moment& now,
                                    const Incidents::Wanted& wanted) {
  std::vector<MonitorId> found;
  if (now.at < next()) return found;
  look(scopes, wanted, found);
  look_at_ = now.at + kExtentLookEvery;
  waiting_ = 0;
  std::erase_if(asked_,
                [&](const auto& entry) { return entry.second.at + kExtentEvery <= now.at; });
  std::erase_if(of_operator_,
                [&](const auto& entry) { return entry.second.since + kOperatorWithin <= now.at; });
  for (auto& [value, asked] : asked_) asked.waits = false;
  return found;
}

void Extent::look(const Scopes& scopes, const Incidents::Wanted& wanted,
                  std::vector<MonitorId>& found) {
  std::vector<bool> waits(scopes.values(), false);
  for (const auto& [value, asked] : asked_) {
    if (asked.waits && value < waits.size()) waits[value] = true;
  }
  for (MonitorId id = 0; id < scopes.ids(); ++id) {
    for (const ValueNumber value : scopes.values_of(id)) {
      if (scopes.kind(value) > ScopeKind::mx_operator) break;
      if (!waits[value]) continue;
      Asked& asked = asked_.at(value);
      if (asked.left == 0 || !wanted(id, asked.kind, asked.since)) continue;
      --asked.left;
      found.push_back(id);
      break;
    }
  }
}

}  // namespace mxsweep::watch
