// SPDX-License-Identifier: MIT
// Days of UTC: of groups, exact; of monitors, in 4 octets each.
//
//   Rules    time belongs to the day that the wall clock shows. A step of the wall clock is no
//            time, and what was counted before it stays with its day.
//   Units    of a monitor's earlier days: down in 2 s, unobserved and maintenance in 6 min; the
//            rest was up. Time in which it was not watched counts as unobserved there.
//   Memory   of a group 3 KB. Of a monitor 4 octets a day and 32 more: kDays days of up to
//            kExactMonitorsMost monitors, and kFewDays of more.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "mxsweep/view/facts.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/uptime.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::view {

inline constexpr std::uint32_t kManyMonitors = 10'000;
inline constexpr std::size_t kFewDays = 30;

using DayNumber = std::int32_t;  // Since 1970.
[[nodiscard]] DayNumber day_of(WallTime time);
[[nodiscard]] WallTime begin_of(DayNumber day);

// What a monitor's time counts as.
enum class TimeKind : std::uint8_t { up, down, unobserved, maintenance };
[[nodiscard]] TimeKind time_kind(watch::State state, bool unobserved, bool maintenance);

// More than this between two calls is a step of the wall clock, and no correction of its rate.
inline constexpr std::chrono::microseconds kStepLeast = std::chrono::milliseconds{500};
// By how much the wall clock was stepped between two moments; zero: it was not.
[[nodiscard]] std::chrono::microseconds step_between(const watch::Moment& before,
                                                     const watch::Moment& now);

class GroupDays {
 public:
  void add(DayNumber day, const watch::Shares& shares);
  // The time since the last call, in which the counts were those that it was given.
  void advance(const watch::GroupCounts& counts, const watch::Moment& now);
  // Ends with the day of `now`.
  [[nodiscard]] std::array<Day, kDays> days(WallTime now) const;

 private:
  std::array<Day, kDays> days_{};  // Of a day: at its number modulo kDays.
  DayNumber newest_ = 0;           // Of days_.
  bool began_ = false;
  watch::GroupCounts counts_;
  watch::Moment at_{};
};

class MonitorDays {
 public:
  explicit MonitorDays(std::uint32_t monitors_expected);

  // `whole`: its time since it was added. `since`: what its time counted as since the last call.
  void advance(watch::MonitorId monitor, const watch::Shares& whole, TimeKind since, WallTime now);
  // The wall clock was stepped: `whole` was counted before.
  void step(watch::MonitorId monitor, const watch::Shares& whole, WallTime now);
  // An earlier day, or the earlier part of `began`, the day on which this process began. False: it
  // is known already, too long ago, or not yet over when this process began.
  bool restore(watch::MonitorId monitor, DayNumber day, DayNumber began, const Day& shares);
  void forget(watch::MonitorId monitor);

  // Ends with the day of `now`. Requires: advance() was called with the same `whole` and `now`.
  [[nodiscard]] std::array<Day, kDays> days(watch::MonitorId monitor, const watch::Shares& whole,
                                            WallTime now) const;
  [[nodiscard]] std::size_t kept() const { return kept_; }
  [[nodiscard]] std::size_t octets_held() const;

 private:
  static constexpr std::size_t kPageMonitors = 256;
  static constexpr std::uint32_t kNothing = 0xffff'ffff;
  struct Begin {                              // Of today, for a monitor.
    std::array<std::int32_t, 4> tenths{};     // Of seconds: its shares at midnight, by TimeKind.
    DayNumber day = -1;                       // -1: it is not known yet.
    std::array<std::uint32_t, 3> restored{};  // Days before the process began, as bits.
  };

  [[nodiscard]] std::uint32_t& word(watch::MonitorId monitor, DayNumber day);
  [[nodiscard]] std::uint32_t find(watch::MonitorId monitor, DayNumber day) const;
  void clear(watch::MonitorId monitor, DayNumber after, DayNumber until);
  void close_day(watch::MonitorId monitor, Begin& at, const watch::Shares& at_midnight);
  Begin& begin(watch::MonitorId monitor);

  std::size_t kept_;
  std::deque<Begin> begins_;                            // By monitor.
  std::deque<std::unique_ptr<std::uint32_t[]>> pages_;  // Of kPageMonitors monitors each.
  std::size_t page_octets_ = 0;
};

}  // namespace mxsweep::view
