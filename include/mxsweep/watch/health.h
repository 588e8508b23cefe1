// SPDX-License-Identifier: MIT
// The state of one monitor: what the latest results, taken together, say of it. Pure.
//
//   Rules    K bad results in a row make it down, M others in a row make it up again, K warnings in
//            a row make it degraded, M good results in a row end that; results that say nothing
//            move nothing. Without a state yet, one good result makes it up; else K are needed.
//   Flapping each change between down and up or degraded adds 1 to a penalty that halves in 30
//            minutes (RFC 2439 with times of our own). Above 3 the monitor flaps, below 1, or after
//            4 hours, it no longer does. So what counts as flapping does not depend on the
//            interval.
//   Memory   88 octets a monitor.
//   Errors   none.
#pragma once

#include <cstdint>
#include <optional>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/sample.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/state.h"

namespace mxsweep::watch {

inline constexpr Duration kPenaltyHalfLife = std::chrono::minutes{30};
inline constexpr double kFlapAbove = 3.0;
inline constexpr double kCalmBelow = 1.0;
inline constexpr Duration kFlapMost = std::chrono::hours{4};

// A penalty that decays in time. If the wall clock is set back, it decays from there.
class Flapping {
 public:
  enum class Change : std::uint8_t { none, begins, ends };

  Change add(WallTime now);     // The state has changed.
  Change settle(WallTime now);  // Time has passed. Call at ends_at() at the latest.
  [[nodiscard]] bool flapping() const { return flapping_; }
  [[nodiscard]] double penalty(WallTime now) const;
  [[nodiscard]] WallTime changed_at() const { return at_; }  // The latest add().
  [[nodiscard]] WallTime ends_at() const;                    // Requires: flapping().

  void restore(double penalty, WallTime at, bool flapping);

 private:
  void follow(WallTime now);

  float penalty_ = 0;
  bool flapping_ = false;
  WallTime at_{};     // Of penalty_.
  WallTime began_{};  // Of the flapping.
};

struct Health {
  State state = State::unknown;
  std::uint8_t bad = 0;       // In a row. While down: 0.
  std::uint8_t good = 0;      // In a row: while down not bad, while degraded good. Else 0.
  std::uint8_t warned = 0;    // In a row.
  Cause cause = Cause::none;  // Of the state, or while `bad` counts: of the latest failure.
  Phase phase = Phase::input;
  Cause kept_cause = Cause::none;  // While `bad` counts: what was in `cause` before.
  Phase kept_phase = Phase::input;
  WallTime since{};         // Of the state: the first result that spoke for it.
  WallTime first_bad{};     // Of those that `bad` counts.
  WallTime first_good{};    // Of those that `good` counts.
  WallTime first_warned{};  // Of those that `warned` counts.
  WallTime last_good{};     // Good or warn: the server was up.
  WallTime last_bad{};
  WallTime last_any{};  // Good, warn or bad: since then it could be observed.
  Flapping flapping;
};
static_assert(sizeof(Health) <= 88, "there are 100,000 of them");

struct HealthChange {
  State before = State::unknown;
  State after = State::unknown;
  bool soft = false;                   // The first bad result of a monitor that is not down.
  bool blip = false;                   // Bad results have ended before they counted.
  bool cause_changed = false;          // Of a state that goes on: while down, or degraded.
  std::optional<Duration> confirm_in;  // Probe again so soon: Confirmation::after, +- 20 %.
  Flapping::Change flapping = Flapping::Change::none;

  [[nodiscard]] bool hard() const { return before != after; }
};

[[nodiscard]] HealthChange apply(Health& health, const Confirmation& rules, const Sample& sample,
                                 WallTime now);
// We were blind: what was in a row no longer counts.
void forget_soft(Health& health);

}  // namespace mxsweep::watch
