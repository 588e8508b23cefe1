// SPDX-License-Identifier: MIT
// How long a monitor or a group was up, down, unobserved and in maintenance. Pure.
//
//   Promise  up + down + unobserved + maintenance = the time since begin(), to the microsecond.
//   Shape    degraded is up. Time before the first hard state is unobserved.
//   Burn     of an objective: how many times faster than allowed the budget is used (SRE workbook,
//            chapter 5): 14.4 over 1 h and 5 min, 6 over 6 h and 30 min page; 1 over 3 d and 6 h is
//            a ticket. It counts seconds of hard states over all monitors of the group, and pages
//            only with 3 changes to down or 2 members, so that one failed probe never does.
//   Errors   none.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

struct Shares {
  std::chrono::microseconds up{};
  std::chrono::microseconds down{};
  std::chrono::microseconds unobserved{};
  std::chrono::microseconds maintenance{};

  [[nodiscard]] std::chrono::microseconds whole() const {
    return up + down + unobserved + maintenance;
  }
  friend bool operator==(const Shares&, const Shares&) = default;
};

class Uptime {
 public:
  void begin(WallTime now);
  // From now on: what the time counts as.
  void set(State state, bool unobserved, bool maintenance, WallTime now);
  [[nodiscard]] Shares shares(WallTime now) const;

 private:
  Shares shares_;
  WallTime at_{};
  State state_ = State::unknown;
  bool unobserved_ = false;
  bool maintenance_ = false;
};

enum class Burn : std::uint8_t { none, ticket, page };

// Of one group: how fast it uses up its budget.
class ServiceLevel {
 public:
  ServiceLevel(const Group::Objective& objective, WallTime now);
  // So many monitors are watched, and so many of them are down, from now on.
  void set(std::uint32_t watched, std::uint32_t down, WallTime now);
  void note_down(WallTime now);  // A monitor of the group has become down.
  [[nodiscard]] Burn burn(WallTime now);
  [[nodiscard]] double rate(Duration window, WallTime now);  // 1: as fast as allowed.
  [[nodiscard]] double budget_left(WallTime now);            // 1: all; negative: overdrawn.
};

}  // namespace mxsweep::watch
