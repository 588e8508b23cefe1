// SPDX-License-Identifier: MIT
// The state of one monitor: what the latest results, taken together, say of it. Pure.
//
//   Rules    K bad results in a row make it down, M good ones in a row make it up again, K warnings
//            in a row make it degraded; results that say nothing move nothing. The first result of
//            a monitor without a state decides at once if it is good; if not, K of them do.
//   Flapping each change between up and down adds 1 to a penalty that halves in 30 minutes
//            (RFC 2439 with times of our own). Above 3 the monitor flaps, below 1, or after 4
//            hours, it no longer does. So what counts as flapping does not depend on the interval.
//   Memory   about 80 octets a monitor.
//   Errors   none.
#pragma once

#include <cstdint>
#include <optional>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/sample.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

inline constexpr Duration kPenaltyHalfLife = std::chrono::minutes{30};
inline constexpr double kFlapAbove = 3.0;
inline constexpr double kCalmBelow = 1.0;
inline constexpr Duration kFlapMost = std::chrono::hours{4};

// A penalty that decays in time.
class Flapping {
 public:
  enum class Change : std::uint8_t { none, begins, ends };

  Change add(WallTime now);     // The state has changed.
  Change settle(WallTime now);  // Time has passed. Call at ends_at() at the latest.
  [[nodiscard]] bool flapping() const { return flapping_; }
  [[nodiscard]] double penalty(WallTime now) const;
  [[nodiscard]] WallTime ends_at() const;  // Requires: flapping().

  void restore(double penalty, WallTime at, bool flapping);

 private:
  float penalty_ = 0;
  bool flapping_ = false;
  WallTime at_{};     // Of penalty_.
  WallTime began_{};  // Of the flapping.
};

struct Health {
  State state = State::unknown;
  std::uint8_t bad = 0;   // In a row. While down: 0.
  std::uint8_t good = 0;  // In a row. While up: 0.
  std::uint8_t warned = 0;
  Cause cause = Cause::none;  // Of the state, or while `bad` counts: of the latest failure.
  Phase phase = Phase::input;
  WallTime since{};       // Of the state: the first result that spoke for it.
  WallTime first_bad{};   // Of those that `bad` counts.
  WallTime first_good{};  // Of those that `good` counts.
  WallTime last_good{};
  WallTime last_bad{};
  WallTime last_any{};  // Good, warn or bad: since then it could be observed.
  Flapping flapping;
};

struct HealthChange {
  State before = State::unknown;
  State after = State::unknown;
  bool soft = false;                   // The first bad result of an up monitor.
  bool blip = false;                   // Bad results that a good one has ended before they counted.
  bool cause_changed = false;          // While down.
  std::optional<Duration> confirm_in;  // Probe again so soon.
  Flapping::Change flapping = Flapping::Change::none;

  [[nodiscard]] bool hard() const { return before != after; }
};

[[nodiscard]] HealthChange apply(Health& health, const Confirmation& rules, const Sample& sample,
                                 WallTime now);
// We were blind: results in a row do not count.
void forget_soft(Health& health);

}  // namespace mxsweep::watch
