// SPDX-License-Identifier: MIT
// How long a monitor or a group was up, down, unobserved and in maintenance. Pure.
//
//   Promise  up + down + unobserved + maintenance = the time since begin(), to the microsecond.
//   Shape    degraded is up. Time before the first hard state is unobserved. Time in
//            maintenance counts as nothing else. What the wall clock jumps is no time: step().
//   Burn     of an objective: how many times faster than allowed the budget is used (SRE workbook,
//            chapter 5): 14.4 over 1 h and 5 min, 6 over 6 h and 30 min page; 1 over 3 d and 6 h is
//            a ticket. It counts the time of hard states over all monitors of the group, and pages
//            only if in the longer window there were 3 changes to down, or 2 members down at once,
//            so that one failed probe never does. Time before the beginning counts as well.
//   Memory   48 octets a monitor; 100 KB for a group with an objective.
//   Errors   none.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/state.h"

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

// A day of one monitor, as history.db has it.
struct MonitorDay {
  std::string key;
  std::int32_t day = 0;  // Since 1970-01-01, UTC.
  Shares shares;
};

class Uptime {
 public:
  void begin(WallTime now);
  // From now on: what the time counts as.
  void set(State state, bool unobserved, bool maintenance, WallTime now);
  // The wall clock was stepped by so much.
  void step(std::chrono::microseconds by) { at_ += by; }
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
  // The wall clock was stepped by so much.
  void step(std::chrono::microseconds by) { stepped_ += by; }
  [[nodiscard]] Burn burn(WallTime now);
  // 1: as fast as allowed. Windows of up to 3 days are exact to the minute.
  [[nodiscard]] double rate(Duration window, WallTime now);
  [[nodiscard]] double budget_left(WallTime now);  // 1: all; negative: overdrawn.

 private:
  using Span = std::chrono::microseconds;
  // The time of all monitors together since the beginning, in microseconds.
  struct Sums {
    std::uint64_t watched = 0;
    std::uint64_t down = 0;
  };
  // The sums at each multiple of `every`, as far back as there are places.
  class Marks {
   public:
    Marks(Span every, std::size_t places, WallTime began);
    // Since the last call the sums have grown evenly.
    void extend(WallTime from, const Sums& at_from, WallTime to, const Sums& at_to);
    [[nodiscard]] Sums at(WallTime moment, WallTime now, const Sums& at_now) const;

   private:
    [[nodiscard]] WallTime mark(std::int64_t number) const { return WallTime{number * every_}; }
    [[nodiscard]] const Sums& sums(std::int64_t number) const;

    Span every_;
    WallTime began_;
    std::int64_t last_;  // The number of the newest mark.
    std::vector<Sums> ring_;
  };

  void advance(WallTime now);
  // The part of the window's time in which monitors were down.
  [[nodiscard]] double down_share(const Marks& marks, Span window) const;
  [[nodiscard]] bool burns(Span window, Span short_window, double above) const;
  [[nodiscard]] bool many_failures(Span window) const;

  double allowed_;  // The part of all time that may be down.
  Span window_;
  Span stepped_{};
  WallTime began_;
  WallTime at_;
  Sums sums_;  // At at_.
  std::uint32_t watched_ = 0;
  std::uint32_t down_ = 0;
  Marks minutes_;
  Marks whole_;                              // Of the objective's window.
  std::array<WallTime, 3> downs_;            // The latest changes to down, the oldest first.
  WallTime several_down_ = WallTime::min();  // When two or more were last down at once.
};

}  // namespace mxsweep::watch
