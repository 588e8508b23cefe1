// SPDX-License-Identifier: MIT
// When to probe which monitor. Pure.
//
//   Shape    A monitor is due at k * interval + phase of the monotonic clock; its hash chooses the
//            phase: the load is even, and a restart changes nothing. After add() it is due
//            within one interval, or 60 s if that is shorter. take() each due monitor and finish()
//            it when its result is known: in between it is never due.
//   Late     What cannot begin is late, not skipped. However late, it is probed once and then goes
//            back to its phase; a turn that would come less than a quarter of the interval after
//            the beginning of a probe is left out.
//   Order    confirmations and controls first; then by due time, to the millisecond.
//   Cost     O(1) a probe; 40 octets a monitor, its timer included.
//   Errors   none.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/core/timer_wheel.h"
#include "mxsweep/watch/monitor.h"

namespace mxsweep::watch {

inline constexpr Duration kFirstRoundMost = std::chrono::seconds{60};

struct Due {
  MonitorId monitor = kNoMonitor;
  Instant at{};           // When it was due: the difference to now is the lag.
  bool confirms = false;  // Asked for by again(), not by the interval.
};

class Schedule {
 public:
  // Requires, here and below: monitor < capacity.
  Schedule(std::uint32_t capacity, Instant now);

  // `soon`: it was not well when it was last known: due within a tenth of that time.
  // Requires: interval >= 1 ms; it is cut to whole milliseconds, at most 49 days.
  void add(MonitorId monitor, Duration interval, std::uint64_t hash, bool soon, Instant now);
  void remove(MonitorId monitor);
  void set_interval(MonitorId monitor, Duration interval, Instant now);
  // Probe once at `at`, or, if a probe is open, at its end and not before `at`. A later call
  // replaces one that is not due yet.
  void again(MonitorId monitor, Instant at);
  // Whether again() was called, and what it asked for is not taken yet.
  [[nodiscard]] bool is_asked_for(MonitorId monitor) const;

  [[nodiscard]] std::optional<Due> take(Instant now);
  void finish(MonitorId monitor, Instant now);
  // Nothing is due before. In the past if a monitor waits to be taken.
  [[nodiscard]] Instant next() const { return waiting_ > 0 ? now_ : wheel_.next(); }
  [[nodiscard]] std::uint32_t open() const { return open_; }        // Taken and not finished.
  [[nodiscard]] std::uint32_t waiting() const { return waiting_; }  // Due and not taken.

 private:
  enum Flag : std::uint8_t {
    kPresent = 1,
    kOpen = 2,
    kWaiting = 4,  // In a queue. A queue's entry without it is stale.
    kUrgent = 8,   // In urgent_, and perhaps in routine_ as well.
  };
  struct Entry {
    Instant at{};            // The next turn by its interval.
    Instant again = kNever;  // Asked for by again().
    std::uint32_t hash = 0;
    std::uint32_t interval_ms = 1;
    std::uint8_t flags = 0;

    [[nodiscard]] bool is(Flag flag) const { return (flags & flag) != 0; }
  };
  static_assert(sizeof(Entry) <= 32);

  [[nodiscard]] Entry& entry(MonitorId monitor);
  void advance(Instant now);
  void arm(MonitorId monitor, Instant now);
  void fire(MonitorId monitor, Instant now);
  void enqueue(MonitorId monitor, bool urgent);
  [[nodiscard]] std::optional<MonitorId> pop();

  std::vector<Entry> entries_;
  TimerWheel wheel_;
  Instant now_;
  Instant quiet_until_;  // No timer fires before.
  std::uint32_t open_ = 0;
  std::uint32_t waiting_ = 0;
  std::deque<MonitorId> urgent_;
  std::deque<MonitorId> routine_;
};

}  // namespace mxsweep::watch
