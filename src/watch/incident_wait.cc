// SPDX-License-Identifier: MIT
// When confirmed problems may be covered, and when more of the same cause is about to be confirmed.
//
//   Why      What fails at once is found out one by one: each server has its turn within the
//            interval, and needs its confirmations. Covered too early, the first of them would be
//            incidents of their own, because most of their network still counts as healthy.
//   Rules    A problem waits while a value that it has is under suspicion: at least 3 of its
//            monitors fail, half of all, and some of these are not confirmed. If fewer than 80 %
//            fail, but at least 2 %, the others are probed at once, in a sweep. It waits for
//            kWaitMost at most.
#include <algorithm>
#include <unordered_map>

#include "watch/cover.h"
#include "watch/incident_parts.h"

namespace mxsweep::watch {
namespace {

constexpr Duration kWaitMost = std::chrono::minutes{3};
constexpr Duration kLookEvery = std::chrono::seconds{1};
// By then the probes of a sweep have failed, if they do: longer than the deadlines of a probe.
constexpr Duration kSweepWait = std::chrono::seconds{30};
constexpr Duration kSweepAgain = std::chrono::minutes{10};
constexpr std::uint32_t kSweptShare = 50;  // One in so many fails.

struct Count {
  std::uint32_t failing = 0;
  std::uint32_t suspected = 0;
  std::uint32_t known = 0;  // In an incident already: they count for neither side.
};

}  // namespace

void Incidents::Parts::hold_back(IncidentKind kind, std::vector<MonitorId>& all,
                                 const std::vector<MonitorId>& known, const Moment& now) {
  const auto at = static_cast<std::size_t>(kind);
  if (!suspecting || at >= suspects.size()) return;
  std::unordered_map<ValueNumber, Count> counts;
  for (const MonitorId id : all) {
    for (const ValueNumber value : scopes.values_of(id)) ++counts[value].failing;
  }
  for (const MonitorId id : suspects[at]) {
    for (const ValueNumber value : scopes.values_of(id)) {
      const auto found = counts.find(value);
      if (found != counts.end()) ++found->second.suspected;
    }
  }
  for (const MonitorId id : known) {
    for (const ValueNumber value : scopes.values_of(id)) {
      const auto found = counts.find(value);
      if (found != counts.end()) ++found->second.known;
    }
  }
  std::erase_if(swept, [&](const auto& each) { return each.second + kSweepAgain <= now.at; });
  const auto is_unclear = [&](ValueNumber value, const Count& count) {
    const std::uint32_t fail = count.failing + count.suspected;
    const std::uint32_t watched_there = scopes.watched(value) - count.known;
    if (fail < kTogetherLeast) return false;
    bool unclear = fail * 2 >= watched_there && count.suspected > 0;
    const bool explains = fail >= (watched_there - std::min(fail, watched_there)) * kHealthyWeight;
    if (!explains && fail * kSweptShare >= watched_there) {
      const auto [found, is_new] = swept.try_emplace(scopes.hash(value), now.at);
      if (is_new) sweep(kind, value);
      unclear = unclear || now.at < found->second + kSweepWait;
    }
    return unclear;
  };
  std::unordered_map<ValueNumber, bool> unclear;
  for (const auto& [value, count] : counts) unclear[value] = is_unclear(value, count);
  std::vector<MonitorId> held;
  std::erase_if(all, [&](MonitorId id) {
    if (now.at >= problem_of(id, kind)->arrived + kWaitMost) return false;
    const auto values = scopes.values_of(id);
    const bool waits =
        std::ranges::any_of(values, [&](ValueNumber value) { return unclear.at(value); });
    if (waits) held.push_back(id);
    return waits;
  });
  if (held.empty()) return;
  waiting[at].insert(waiting[at].end(), held.begin(), held.end());
  due[at] = std::min(due[at], now.at + kLookEvery);
}

// All of the value that do not fail already.
void Incidents::Parts::sweep(IncidentKind kind, ValueNumber value) {
  const auto at = static_cast<std::size_t>(kind);
  for (MonitorId id = 0; id < scopes.ids(); ++id) {
    const auto values = scopes.values_of(id);
    if (std::ranges::find(values, value) == values.end()) continue;
    if (suspects[at].contains(id) || problems.contains(problem_key(id, kind))) continue;
    controls.push_back({0, id});
  }
}

}  // namespace mxsweep::watch
