// SPDX-License-Identifier: MIT
#include "mxsweep/watch/schedule.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/random.h"

namespace mxsweep::watch {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kFirstRoundMost_ms =
    static_cast<std::uint32_t>(std::chrono::duration_cast<milliseconds>(kFirstRoundMost).count());
// The wheel rounds a span up by less than its fifteenth. One cut by its sixteenth ends before the
// deadline, and the short rest is armed again: three or four times for a minute.
constexpr std::int64_t kCut = 16;
constexpr Duration kExact = 60 * TimerWheel::kTick;  // Up to here the wheel is exact to a tick.

std::uint32_t whole_ms(Duration interval) {
  INVARIANT(interval >= milliseconds{1});
  const std::int64_t count = std::chrono::duration_cast<milliseconds>(interval).count();
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

// The part of `period_ms` that this hash falls on.
milliseconds phase_of(std::uint32_t hash, std::uint32_t period_ms) {
  return milliseconds{(std::uint64_t{hash} * period_ms) >> 32U};
}

// The first moment after `after` that is k * period + phase.
Instant next_turn(std::uint32_t hash, std::uint32_t period_ms, Instant after) {
  const Duration period = milliseconds{period_ms};
  const Duration since = after.time_since_epoch() - phase_of(hash, period_ms);
  const std::int64_t turns = since < Duration::zero() ? 0 : since / period + 1;
  return after - since + turns * period;
}

}  // namespace

Schedule::Schedule(std::uint32_t capacity, Instant now)
    : entries_(capacity), wheel_(capacity, now), now_(now), quiet_until_(now) {}

Schedule::Entry& Schedule::entry(MonitorId monitor) {
  INVARIANT(monitor < entries_.size());
  return entries_[monitor];
}

void Schedule::add(MonitorId monitor, Duration interval, std::uint64_t hash, bool soon,
                   Instant now) {
  remove(monitor);
  advance(now);
  Entry& added = entry(monitor);
  added.hash = static_cast<std::uint32_t>(mix(hash) >> 32U);
  added.interval_ms = whole_ms(interval);
  added.flags = kPresent;
  const std::uint32_t first_round_ms = std::min(added.interval_ms, kFirstRoundMost_ms);
  added.at = soon ? now + phase_of(added.hash, first_round_ms / 10)
                  : next_turn(added.hash, first_round_ms, now);
  arm(monitor, now_);
}

void Schedule::remove(MonitorId monitor) {
  Entry& removed = entry(monitor);
  if (removed.is(kOpen)) --open_;
  if (removed.is(kWaiting)) --waiting_;
  wheel_.cancel(monitor);
  removed = {};
}

void Schedule::set_interval(MonitorId monitor, Duration interval, Instant now) {
  advance(now);
  Entry& changed = entry(monitor);
  if (!changed.is(kPresent) || changed.interval_ms == whole_ms(interval)) return;
  changed.interval_ms = whole_ms(interval);
  if (changed.is(kWaiting)) return;  // take() finds its next turn.
  changed.at = next_turn(changed.hash, changed.interval_ms, now_);
  if (!changed.is(kOpen)) arm(monitor, now_);
}

void Schedule::again(MonitorId monitor, Instant at) {
  Entry& asked = entry(monitor);
  if (!asked.is(kPresent)) return;
  if (asked.again > now_) asked.again = at;
  if (asked.is(kOpen)) return;
  if (!asked.is(kWaiting)) {
    arm(monitor, now_);
  } else if (asked.again <= now_ && !asked.is(kUrgent)) {
    enqueue(monitor, true);
  }
}

bool Schedule::is_asked_for(MonitorId monitor) const {
  INVARIANT(monitor < entries_.size());
  return entries_[monitor].again != kNever;
}

std::optional<Due> Schedule::take(Instant now) {
  advance(now);
  const std::optional<MonitorId> monitor = pop();
  if (!monitor) return std::nullopt;
  Entry& taken = entry(*monitor);
  const bool confirms = taken.again <= now_;
  const Due due{*monitor, confirms ? std::min(taken.at, taken.again) : taken.at, confirms};
  taken.flags = kPresent | kOpen;
  ++open_;
  --waiting_;
  if (confirms) taken.again = kNever;
  taken.at = next_turn(taken.hash, taken.interval_ms, now_ + milliseconds{taken.interval_ms} / 4);
  return due;
}

void Schedule::finish(MonitorId monitor, Instant now) {
  advance(now);
  Entry& finished = entry(monitor);
  if (!finished.is(kOpen)) return;  // It was removed in between.
  finished.flags = kPresent;
  --open_;
  if (finished.at <= now_) finished.at = next_turn(finished.hash, finished.interval_ms, now_);
  arm(monitor, now_);
}

// Passes the wheel's buckets one by one: however long the last call is ago, what is due is queued
// in the order of its time.
void Schedule::advance(Instant now) {
  now_ = std::max(now_, now);
  while (quiet_until_ <= now_) {
    const Instant step = wheel_.next();
    quiet_until_ = step;
    if (step > now_) break;
    wheel_.expire(
        step, [this, step](MonitorId monitor) { fire(monitor, step); },
        std::numeric_limits<std::uint32_t>::max());
  }
  wheel_.advance(now_);
}

void Schedule::arm(MonitorId monitor, Instant now) {
  const Entry& armed = entry(monitor);
  const Instant due = std::min(armed.at, armed.again);
  const Duration span = due - now;
  const Instant deadline = span <= kExact ? due : now + span / kCut * (kCut - 1);
  wheel_.start(monitor, deadline);
  quiet_until_ = std::min(quiet_until_, deadline);
}

void Schedule::fire(MonitorId monitor, Instant now) {
  const Entry& fired = entry(monitor);
  if (std::min(fired.at, fired.again) > now) {
    arm(monitor, now);
  } else {
    enqueue(monitor, fired.again <= now);
  }
}

void Schedule::enqueue(MonitorId monitor, bool urgent) {
  Entry& queued = entry(monitor);
  if (!queued.is(kWaiting)) ++waiting_;
  queued.flags |= kWaiting;
  if (urgent) queued.flags |= kUrgent;
  (urgent ? urgent_ : routine_).push_back(monitor);
}

std::optional<MonitorId> Schedule::pop() {
  for (std::deque<MonitorId>* queue : {&urgent_, &routine_}) {
    while (!queue->empty()) {
      const MonitorId monitor = queue->front();
      queue->pop_front();
      if (entry(monitor).is(kWaiting)) return monitor;
    }
  }
  return std::nullopt;
}

}  // namespace mxsweep::watch
