// SPDX-License-Identifier: MIT
// Caps on how many visits are open at once for each network and for each operator. Pure.
//
//   Shape     wait() a visit, by a number of the caller's. When it may start, its number is added
//             to granted(), and it counts for both of its keys until release().
//   Whole     A visit that waits counts for neither key: it gets both in one step.
//   Order     Visits with the same two keys wait in one lane, first come first served. Of the lanes
//             that a free place suits, the one whose first visit came first gets it. A lane whose
//             other key is full lets later visits pass, but only kPassedMost of them: then it is
//             urgent, and the places of both of its keys are kept for it. So an operator with a
//             long queue does not hold up its neighbours in a network, and every visit gets a turn.
//   Memory    a lane, and a group for each of its keys, only while visits wait or are open.
//   Cost      O(log n) per visit, and O(lanes whose other key is full) per place that becomes free.
//   Errors    none. A broken requirement is an INVARIANT.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/core/address.h"

namespace mxsweep::pace {

inline constexpr std::uint32_t kPassedMost = 16;

class Lanes {
 public:
  // 0: no cap.
  Lanes(std::uint32_t per_prefix, std::uint32_t per_operator)
      : per_prefix_(per_prefix), per_operator_(per_operator) {}
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  // `operator_key`: 0: none. Requires: the visit neither waits nor is open.
  void wait(std::uint32_t visit, const Address& prefix, std::uint64_t operator_key);
  void withdraw(std::span<const std::uint32_t> visits);  // Requires: each of them waits.
  void release(std::uint32_t visit);                     // Requires: it was granted.

  // Numbers of visits that may start, in order. The caller removes them.
  [[nodiscard]] std::vector<std::uint32_t>& granted() { return granted_; }

  // For tests: nothing waits and nothing is open.
  [[nodiscard]] bool empty() const {
    return lanes_.empty() && prefixes_.empty() && operators_.empty();
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Lane;
  struct Group {  // The visits of one network or of one operator.
    std::uint32_t cap = 0;
    std::uint32_t open = 0;
    std::uint32_t urgent = 0;                // Lanes that wait and are urgent.
    std::map<std::uint64_t, Lane*> waiting;  // By Lane::order.
  };
  struct Keys {
    Address prefix;              // Family::none: no cap.
    std::uint64_t operated = 0;  // 0: no cap, or no operator.
    friend bool operator==(const Keys&, const Keys&) = default;
  };
  struct Hash {
    std::size_t operator()(const Address& prefix) const { return hash(prefix); }
    std::size_t operator()(const Keys& keys) const { return hash(keys.prefix, keys.operated); }
  };
  struct Groups {  // Null: no cap.
    Group* prefix = nullptr;
    Group* operated = nullptr;
  };
  struct Lane {
    Keys keys;
    Groups groups;
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
    std::uint64_t order = 0;   // Of its first visit.
    std::uint32_t passed = 0;  // Later visits that got one of its keys before the first visit.

    [[nodiscard]] bool urgent() const { return passed >= kPassedMost; }
  };
  struct Visit {
    Keys keys;
    Groups groups;
    Lane* lane = nullptr;  // Null: it does not wait.
    std::uint64_t order = 0;
    std::uint32_t before = kNone;  // In its lane.
    std::uint32_t after = kNone;
  };

  [[nodiscard]] Groups groups_of(const Keys& keys);
  static void list(Lane& lane);
  static void unlist(Lane& lane);
  Groups remove(std::uint32_t visit);
  [[nodiscard]] static bool has_room(const Group* group, std::uint64_t order);
  [[nodiscard]] static bool may_start(const Lane& lane);
  static void count_passed(Group* group, std::uint64_t order);
  void grant(Lane& lane);
  void settle(const Groups& changed);
  void drop_if_idle(const Keys& keys);

  std::uint32_t per_prefix_;
  std::uint32_t per_operator_;
  std::uint64_t orders_ = 0;
  std::unordered_map<Address, Group, Hash> prefixes_;
  std::unordered_map<std::uint64_t, Group> operators_;
  std::unordered_map<Keys, Lane, Hash> lanes_;
  std::vector<Visit> visits_;  // By number.
  std::vector<std::uint32_t> granted_;
};

}  // namespace mxsweep::pace
