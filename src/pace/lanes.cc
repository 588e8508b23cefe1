// SPDX-License-Identifier: MIT
#include "mxsweep/pace/lanes.h"

#include <initializer_list>

#include "mxsweep/core/invariant.h"

namespace mxsweep::pace {

// References to the values of an unordered_map stay valid when it grows.
Lanes::Groups Lanes::groups_of(const Keys& keys) {
  Groups groups;
  if (keys.prefix.family != Family::none) {
    groups.prefix = &prefixes_[keys.prefix];
    groups.prefix->cap = per_prefix_;
  }
  if (keys.operated != 0) {
    groups.operated = &operators_[keys.operated];
    groups.operated->cap = per_operator_;
  }
  return groups;
}

void Lanes::wait(std::uint32_t visit, const Address& prefix, std::uint64_t operator_key) {
  if (visit >= visits_.size()) visits_.resize(visit + 1);
  Visit& it = visits_[visit];
  INVARIANT(it.lane == nullptr);
  it.keys = {.prefix = per_prefix_ == 0 ? Address{} : prefix,
             .operated = per_operator_ == 0 ? 0 : operator_key};
  it.groups = groups_of(it.keys);
  it.order = ++orders_;
  const auto [found, is_new] = lanes_.try_emplace(it.keys);
  Lane& lane = found->second;
  it.lane = &lane;
  it.before = lane.last;
  it.after = kNone;
  (is_new ? lane.first : visits_[lane.last].after) = visit;
  lane.last = visit;
  if (!is_new) return;
  lane.keys = it.keys;
  lane.groups = it.groups;
  lane.order = it.order;
  list(lane);
  if (may_start(lane)) grant(lane);
}

// All are removed before anything is granted: it could be granted to one of them.
void Lanes::withdraw(std::span<const std::uint32_t> visits) {
  std::vector<Groups> changed;
  for (const std::uint32_t visit : visits) {
    INVARIANT(visits_[visit].lane != nullptr);
    changed.push_back(remove(visit));
  }
  for (const Groups& groups : changed) settle(groups);
  for (const std::uint32_t visit : visits) drop_if_idle(visits_[visit].keys);
}

void Lanes::release(std::uint32_t visit) {
  const Visit& it = visits_[visit];
  INVARIANT(it.lane == nullptr);
  for (Group* const group : {it.groups.prefix, it.groups.operated}) {
    if (group == nullptr) continue;
    INVARIANT(group->open > 0);
    --group->open;
  }
  settle(it.groups);
  drop_if_idle(it.keys);
}

void Lanes::list(Lane& lane) {
  for (Group* const group : {lane.groups.prefix, lane.groups.operated}) {
    if (group != nullptr) group->waiting.emplace(lane.order, &lane);
  }
}

void Lanes::unlist(Lane& lane) {
  for (Group* const group : {lane.groups.prefix, lane.groups.operated}) {
    if (group == nullptr) continue;
    group->waiting.erase(lane.order);
    if (lane.urgent()) --group->urgent;
  }
}

// Removes the visit from its lane. Returns the groups whose places are no longer kept for it.
Lanes::Groups Lanes::remove(std::uint32_t visit) {
  Visit& it = visits_[visit];
  Lane& lane = *it.lane;
  it.lane = nullptr;
  (it.before == kNone ? lane.first : visits_[it.before].after) = it.after;
  (it.after == kNone ? lane.last : visits_[it.after].before) = it.before;
  if (it.before != kNone) return {};
  const Groups kept = lane.urgent() ? lane.groups : Groups{};
  unlist(lane);
  if (lane.first == kNone) {
    lanes_.erase(it.keys);
    return kept;
  }
  lane.passed = 0;
  lane.order = visits_[lane.first].order;
  list(lane);
  return kept;
}

// Whether a visit of that order may have a place: none is kept for an urgent one that came before.
bool Lanes::has_room(const Group* group, std::uint64_t order) {
  if (group == nullptr) return true;
  if (group->open >= group->cap) return false;
  if (group->urgent == 0) return true;
  for (const auto& [other, lane] : group->waiting) {
    if (other >= order) break;
    if (lane->urgent()) return false;
  }
  return true;
}

bool Lanes::may_start(const Lane& lane) {
  return has_room(lane.groups.prefix, lane.order) && has_room(lane.groups.operated, lane.order);
}

void Lanes::count_passed(Group* group, std::uint64_t order) {
  if (group == nullptr) return;
  for (const auto& [other, lane] : group->waiting) {
    if (other >= order) return;
    if (lane->urgent()) continue;
    ++lane->passed;
    if (!lane->urgent()) continue;
    for (Group* const its : {lane->groups.prefix, lane->groups.operated}) {
      if (its != nullptr) ++its->urgent;
    }
  }
}

void Lanes::grant(Lane& lane) {
  const std::uint32_t visit = lane.first;
  for (Group* const group : {lane.groups.prefix, lane.groups.operated}) {
    count_passed(group, lane.order);
    if (group != nullptr) ++group->open;
  }
  granted_.push_back(visit);
  remove(visit);
}

// Grants what the changed groups allow now, in the order of the visits.
void Lanes::settle(const Groups& changed) {
  std::vector<Groups> left = {changed};
  while (!left.empty()) {
    const Groups groups = left.back();
    left.pop_back();
    std::uint64_t reached = 0;
    while (true) {
      Lane* next = nullptr;
      for (Group* const group : {groups.prefix, groups.operated}) {
        if (group == nullptr || group->open >= group->cap) continue;
        const auto found = group->waiting.upper_bound(reached);
        if (found == group->waiting.end()) continue;
        if (next == nullptr || found->first < next->order) next = found->second;
      }
      if (next == nullptr) break;
      reached = next->order;
      if (!may_start(*next)) continue;
      // The places that were kept for an urgent visit are free for others again.
      if (next->urgent()) left.push_back(next->groups);
      grant(*next);
    }
  }
}

// By its keys: a visit that was withdrawn with it may have dropped its groups already.
void Lanes::drop_if_idle(const Keys& keys) {
  const auto drop = [](auto& groups, const auto& key) {
    const auto found = groups.find(key);
    if (found == groups.end()) return;
    const Group& group = found->second;
    if (group.open == 0 && group.waiting.empty()) groups.erase(found);
  };
  drop(prefixes_, keys.prefix);
  drop(operators_, keys.operated);
}

}  // namespace mxsweep::pace
