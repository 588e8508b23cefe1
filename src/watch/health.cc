// SPDX-License-Identifier: MIT
#include "mxsweep/watch/health.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "mxsweep/core/random.h"

namespace mxsweep::watch {
namespace {

using std::chrono::microseconds;

constexpr double kHalfLife_us =
    static_cast<double>(std::chrono::duration_cast<microseconds>(kPenaltyHalfLife).count());
constexpr double kJitter = 0.2;

void count(std::uint8_t& results, WallTime& first, WallTime now) {
  if (results == 0) first = now;
  if (results < std::numeric_limits<std::uint8_t>::max()) ++results;
}

bool reached(std::uint8_t results, std::uint8_t needed) {
  return results >= std::max<std::uint8_t>(needed, 1);
}

void set_cause(Health& health, Cause cause, Phase phase) {
  health.cause = cause;
  health.phase = phase;
}

// Failures that did not count leave the cause as it was before them.
void drop_bad(Health& health) {
  if (health.bad == 0) return;
  health.bad = 0;
  if (health.state == State::degraded) {
    set_cause(health, health.kept_cause, health.kept_phase);
  } else {
    set_cause(health, Cause::none, Phase::quit);
  }
}

void count_bad(Health& health, const Sample& sample, WallTime now, HealthChange& change) {
  health.last_bad = now;
  health.good = 0;
  health.warned = 0;
  if (health.state == State::down) {
    change.cause_changed = sample.cause != health.cause || sample.phase != health.phase;
  } else {
    change.soft = health.bad == 0;
    if (change.soft) {
      health.kept_cause = health.cause;
      health.kept_phase = health.phase;
    }
    count(health.bad, health.first_bad, now);
  }
  set_cause(health, sample.cause, sample.phase);
}

// A good result or a warning: the server is up.
void count_up(Health& health, const Sample& sample, WallTime now, HealthChange& change) {
  const bool warns = sample.verdict == Verdict::warn;
  health.last_good = now;
  change.blip = health.bad > 0 && health.state != State::unknown;
  drop_bad(health);
  if (warns) {
    count(health.warned, health.first_warned, now);
  } else {
    health.warned = 0;
  }
  if (health.state == State::down || (health.state == State::degraded && !warns)) {
    count(health.good, health.first_good, now);
  } else {
    health.good = 0;
  }
  if (health.state == State::degraded && warns) {
    change.cause_changed = sample.cause != health.cause || sample.phase != health.phase;
    set_cause(health, sample.cause, sample.phase);
  }
}

State decide(const Health& health, const Confirmation& rules, Verdict latest) {
  const bool is_down = reached(health.bad, rules.down_after);
  const bool is_degraded = reached(health.warned, rules.degraded_after);
  const bool is_up = reached(health.good, rules.up_after);
  switch (health.state) {
    case State::unknown:
      if (latest == Verdict::good) return State::up;
      [[fallthrough]];
    case State::up: return is_down ? State::down : is_degraded ? State::degraded : health.state;
    case State::degraded: return is_down ? State::down : is_up ? State::up : health.state;
    case State::down: break;
  }
  return !is_up ? State::down : is_degraded ? State::degraded : State::up;
}

void enter(Health& health, State state, const Sample& sample, WallTime now) {
  switch (state) {
    case State::unknown: break;
    case State::up:
      health.since = health.state == State::unknown ? now : health.first_good;
      set_cause(health, Cause::none, sample.phase);
      break;
    case State::degraded:
      health.since = health.first_warned;
      set_cause(health, sample.cause, sample.phase);
      break;
    case State::down: health.since = health.first_bad; break;
  }
  health.state = state;
  health.bad = 0;
  health.good = 0;
}

// Monitors that have failed together are not confirmed together: a path that drops what comes in
// bursts must not confirm its own losses.
Duration with_jitter(Duration delay, const Health& health, std::uint8_t results) {
  std::uint64_t hash = mix(results);
  for (const WallTime time : {health.since, health.first_bad, health.last_any}) {
    hash = mix(hash ^ static_cast<std::uint64_t>(time.time_since_epoch().count()));
  }
  const double share = std::ldexp(static_cast<double>(hash >> 11U), -53);  // [0, 1)
  const double factor = 1 - kJitter + 2 * kJitter * share;
  return Duration{std::llround(static_cast<double>(delay.count()) * factor)};
}

// While results in a row speak against the state, the next one is wanted soon.
std::optional<Duration> confirmation(const Health& health, const Confirmation& rules) {
  std::uint8_t results = health.bad;
  if (results == 0) {
    const bool ends = health.state == State::down || health.state == State::degraded;
    results = ends ? health.good : health.warned;
  }
  if (results == 0 || rules.after.empty()) return std::nullopt;
  const std::size_t last = rules.after.size();
  return with_jitter(rules.after[std::min<std::size_t>(results, last) - 1], health, results);
}

}  // namespace

void Flapping::follow(WallTime now) {
  if (now >= at_) return;
  began_ -= at_ - now;
  at_ = now;
}

Flapping::Change Flapping::add(WallTime now) {
  const Change settled = settle(now);
  penalty_ = static_cast<float>(penalty(now) + 1);
  at_ = now;
  if (flapping_ || penalty_ <= kFlapAbove) return settled;
  flapping_ = true;
  began_ = now;
  return settled == Change::ends ? Change::none : Change::begins;
}

Flapping::Change Flapping::settle(WallTime now) {
  follow(now);
  if (!flapping_ || now < ends_at()) return Change::none;
  flapping_ = false;
  return Change::ends;
}

double Flapping::penalty(WallTime now) const {
  const double elapsed_us = static_cast<double>(std::max(now - at_, microseconds{0}).count());
  return penalty_ * std::exp2(-elapsed_us / kHalfLife_us);
}

WallTime Flapping::ends_at() const {
  const double half_lives = std::max(std::log2(penalty_ / kCalmBelow), 0.0);
  const WallTime calm =
      at_ + microseconds{static_cast<std::int64_t>(std::floor(half_lives * kHalfLife_us)) + 1};
  return std::min(calm, began_ + std::chrono::duration_cast<microseconds>(kFlapMost));
}

void Flapping::restore(double penalty, WallTime at, bool flapping) {
  penalty_ = static_cast<float>(penalty);
  flapping_ = flapping;
  at_ = at;
  began_ = at;
}

HealthChange apply(Health& health, const Confirmation& rules, const Sample& sample, WallTime now) {
  HealthChange change;
  change.before = health.state;
  change.after = health.state;
  if (sample.verdict == Verdict::none) return change;
  health.last_any = now;
  if (sample.verdict == Verdict::bad) {
    count_bad(health, sample, now, change);
  } else {
    count_up(health, sample, now, change);
  }
  change.after = decide(health, rules, sample.verdict);
  if (!change.hard()) {
    change.flapping = health.flapping.settle(now);
    change.confirm_in = confirmation(health, rules);
    return change;
  }
  enter(health, change.after, sample, now);
  const bool from_or_to_down = change.before == State::down || change.after == State::down;
  change.flapping = from_or_to_down && change.before != State::unknown
                        ? health.flapping.add(now)
                        : health.flapping.settle(now);
  return change;
}

void forget_soft(Health& health) {
  drop_bad(health);
  health.good = 0;
  health.warned = 0;
}

}  // namespace mxsweep::watch
