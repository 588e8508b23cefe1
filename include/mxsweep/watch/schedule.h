// SPDX-License-Identifier: MIT
// When to probe which monitor. Pure.
//
//   Shape    A monitor is due at k * interval + hash mod interval of the monotonic clock: the load
//            is even, and a restart changes nothing. After add() it is due within one interval, or
//            60 s if that is shorter. take() each due monitor and finish() it when its result is
//            known: in between it is never due. What cannot begin is late, not skipped.
//   Order    by due time; confirmations and controls before routine probes that are as late.
//   Cost     O(1) a probe, 16 octets and a timer a monitor.
//   Errors   none.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
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
  explicit Schedule(std::uint32_t capacity, Instant now);

  // `soon`: it was not well when we last knew it: probe it first.
  void add(MonitorId monitor, Duration interval, std::uint64_t hash, bool soon, Instant now);
  void remove(MonitorId monitor);
  void set_interval(MonitorId monitor, Duration interval, Instant now);
  // Probe once at `at`, or, if a probe is open, at its end and not before `at`.
  void again(MonitorId monitor, Instant at);

  [[nodiscard]] std::optional<Due> take(Instant now);
  void finish(MonitorId monitor, Instant now);
  // Nothing is due before.
  [[nodiscard]] Instant next() const;
  [[nodiscard]] std::uint32_t open() const { return open_; }  // Taken and not finished.
  [[nodiscard]] std::uint32_t waiting() const { return static_cast<std::uint32_t>(due_.size()); }

 private:
  std::uint32_t open_ = 0;
  std::deque<Due> due_;
};

}  // namespace mxsweep::watch
