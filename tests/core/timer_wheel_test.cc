// SPDX-License-Identifier: MIT
#include "mxsweep/core/timer_wheel.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kAll = UINT32_MAX;
constexpr Instant kStart{1'234'567'890ns};

std::vector<std::uint32_t> fired_by(TimerWheel& wheel, Instant now, std::uint32_t most = kAll) {
  std::vector<std::uint32_t> fired;
  const std::uint32_t count = wheel.expire(
      now, [&](std::uint32_t timer) { fired.push_back(timer); }, most);
  CHECK(count == fired.size());
  return fired;
}

// The latest moment that the header promises, for a wheel that was advanced to `advanced_to`.
Instant due_by(Instant advanced_to, Instant deadline) {
  const Instant from = std::max(advanced_to, deadline);
  if (from > kNever - (kNever - advanced_to) / 15 - TimerWheel::kTick) return kNever;
  return from + std::max<Duration>(TimerWheel::kTick, (deadline - advanced_to) / 15);
}

TEST_CASE("a wheel without timers has no next moment and fires nothing", "[core][timer_wheel]") {
  TimerWheel wheel(4, kStart);
  CHECK(wheel.next() == kNever);
  CHECK(fired_by(wheel, kStart + 1h).empty());
  CHECK(wheel.size() == 0);
  CHECK_FALSE(wheel.running(3));
}

TEST_CASE("a timer fires at the moment that next() returned, and not a nanosecond before",
          "[core][timer_wheel]") {
  for (const Duration span : {Duration(1ns), Duration(1ms), Duration(67ms), Duration(5s),
                              Duration(300s), Duration(35min), Duration(24h), Duration(8760h)}) {
    TimerWheel wheel(1, kStart);
    wheel.start(0, kStart + span);
    const Instant next = wheel.next();
    CHECK(next >= kStart + span);
    CHECK(next < due_by(kStart, kStart + span));
    CHECK(fired_by(wheel, next - 1ns).empty());
    CHECK(wheel.running(0));
    CHECK(wheel.next() == next);
    CHECK(fired_by(wheel, next) == std::vector<std::uint32_t>{0});
    CHECK_FALSE(wheel.running(0));
    CHECK(wheel.next() == kNever);
  }
}

TEST_CASE("no timer fires early or too late or is lost, up to the largest Instant",
          "[core][timer_wheel]") {
  for (unsigned power = 0; power < 63; ++power) {
    for (const std::int64_t nudge : {-1, 0, 1}) {
      const Duration span((std::int64_t{1} << power) + nudge);
      if (span > kNever - kStart) continue;
      TimerWheel wheel(1, kStart);
      wheel.start(0, kStart + span);
      const Instant next = wheel.next();
      CHECK(next >= kStart + span);
      CHECK((next < due_by(kStart, kStart + span) || next == kNever));
      if (next != kNever) CHECK(fired_by(wheel, next).size() == 1);
    }
  }
}

TEST_CASE("a timer whose deadline is kNever runs and does not fire", "[core][timer_wheel]") {
  TimerWheel wheel(1, kStart);
  wheel.start(0, kNever);
  CHECK(wheel.running(0));
  CHECK(wheel.next() == kNever);
  CHECK(fired_by(wheel, kStart + 24h * 365 * 200).empty());
  wheel.cancel(0);
  CHECK(wheel.size() == 0);
}

TEST_CASE("a deadline that has passed fires with the next tick", "[core][timer_wheel]") {
  TimerWheel wheel(2, kStart);
  wheel.start(0, kStart - 1h);
  wheel.start(1, Instant::min());
  CHECK(wheel.next() > kStart);
  CHECK(wheel.next() <= kStart + TimerWheel::kTick);
  CHECK(fired_by(wheel, wheel.next()).size() == 2);
}

TEST_CASE("a cancelled timer does not fire, and next() ignores it", "[core][timer_wheel]") {
  TimerWheel wheel(3, kStart);
  wheel.start(0, kStart + 1s);
  wheel.start(1, kStart + 1s);
  wheel.start(2, kStart + 9s);
  wheel.cancel(0);
  wheel.cancel(0);
  CHECK(wheel.size() == 2);
  CHECK(fired_by(wheel, kStart + 2s) == std::vector<std::uint32_t>{1});
  wheel.cancel(1);
  wheel.cancel(2);
  CHECK(wheel.next() == kNever);
  CHECK(wheel.size() == 0);
}

TEST_CASE("starting a running timer moves it, later or sooner", "[core][timer_wheel]") {
  TimerWheel wheel(1, kStart);
  wheel.start(0, kStart + 1s);
  wheel.start(0, kStart + 60s);
  CHECK(wheel.size() == 1);
  CHECK(fired_by(wheel, kStart + 59s).empty());
  wheel.start(0, kStart + 61s);
  CHECK(fired_by(wheel, kStart + 63s) == std::vector<std::uint32_t>{0});
}

TEST_CASE("due timers beyond the bound wait, come first, and can still be cancelled",
          "[core][timer_wheel]") {
  TimerWheel wheel(8, kStart);
  for (std::uint32_t timer = 0; timer < 6; ++timer) wheel.start(timer, kStart + 10ms);
  const Instant later = kStart + 1s;
  CHECK(fired_by(wheel, later, 0).empty());
  CHECK(fired_by(wheel, later, 2) == std::vector<std::uint32_t>{0, 1});
  CHECK(wheel.size() == 4);
  CHECK(wheel.next() <= later);
  wheel.cancel(2);
  wheel.start(3, later + 1h);
  wheel.start(6, later + 1ms);
  CHECK(fired_by(wheel, later + 1s) == std::vector<std::uint32_t>{4, 5, 6});
  CHECK(wheel.next() >= later + 1h);
}

TEST_CASE("a timer may restart itself when it fires, and then fires at most once per tick",
          "[core][timer_wheel]") {
  TimerWheel wheel(1, kStart);
  wheel.start(0, kStart);
  Instant now = kStart;
  for (int turn = 0; turn < 100; ++turn) {
    now += TimerWheel::kTick;
    const std::uint32_t count = wheel.expire(
        now, [&](std::uint32_t timer) { wheel.start(timer, now - 1s); }, kAll);
    CHECK(count == 1);
  }
}

TEST_CASE("a timer may cancel another that is due in the same call when it fires",
          "[core][timer_wheel]") {
  TimerWheel wheel(2, kStart);
  wheel.start(0, kStart + 1ms);
  wheel.start(1, kStart + 1ms);
  const std::uint32_t count = wheel.expire(
      kStart + 1s,
      [&](std::uint32_t timer) {
        CHECK_FALSE(wheel.running(timer));
        wheel.cancel(1 - timer);
      },
      kAll);
  CHECK(count == 1);
  CHECK(wheel.size() == 0);
}

TEST_CASE("time may jump by years across timers of every level", "[core][timer_wheel]") {
  TimerWheel wheel(40, kStart);
  for (std::uint32_t timer = 0; timer < 40; ++timer) {
    wheel.start(timer, kStart + Duration(std::int64_t{1} << (timer + 20)));
  }
  CHECK(fired_by(wheel, kStart + 24h * 365 * 100).size() == 40);
  CHECK(wheel.next() == kNever);
}

TEST_CASE("a wheel that was advanced after a long sleep is as exact as a new one",
          "[core][timer_wheel]") {
  TimerWheel wheel(1, kStart);
  const Instant morning = kStart + 9h;
  wheel.advance(morning);
  wheel.start(0, morning + 5s);
  CHECK(wheel.next() < due_by(morning, morning + 5s));
}

TEST_CASE("advancing to an earlier time changes nothing", "[core][timer_wheel]") {
  TimerWheel wheel(2, kStart);
  wheel.advance(kStart + 10s);
  wheel.start(0, kStart + 11s);
  const Instant next = wheel.next();
  CHECK(fired_by(wheel, kStart).empty());
  CHECK(wheel.next() == next);
  CHECK(fired_by(wheel, next).size() == 1);
}

// Applies the same operations to a wheel and to a sorted map, and checks the promise at each step.
class Model {
 public:
  static constexpr std::uint32_t kTimers = 300;

  explicit Model(std::uint64_t seed) : random_(seed), deadlines_(kTimers), late_(kTimers) {
    std::fill(late_.begin(), late_.end(), order_.end());
  }

  void step() {
    const std::uint32_t choice = random_.below(8);
    if (choice < 3) {
      start(random_.below(kTimers));
    } else if (choice < 5) {
      cancel(random_.below(kTimers));
    } else if (choice < 7) {
      const Instant later = now_ + any_span();
      expire(later, random_.below(4) == 0 ? random_.below(20) : kAll);
    } else {
      sleep_until_next();
    }
    REQUIRE(wheel_.size() == order_.size());
    const std::uint32_t sample = random_.below(kTimers);
    REQUIRE(wheel_.running(sample) == running(sample));
  }

 private:
  bool running(std::uint32_t timer) const { return late_[timer] != order_.end(); }

  // Every order of magnitude is as likely as any other, from a nanosecond to eight days.
  Duration any_span() {
    const std::uint64_t magnitude = std::uint64_t{1} << random_.below(50);
    return Duration(static_cast<std::int64_t>(random_.next() % magnitude));
  }

  void start(std::uint32_t timer) {
    forget(timer);
    const bool passed = random_.below(10) == 0;
    deadlines_[timer] = passed ? now_ - any_span() : now_ + any_span();
    late_[timer] = order_.emplace(due_by(now_, deadlines_[timer]), timer);
    wheel_.start(timer, deadlines_[timer]);
  }

  void cancel(std::uint32_t timer) {
    forget(timer);
    wheel_.cancel(timer);
  }

  void forget(std::uint32_t timer) {
    if (!running(timer)) return;
    order_.erase(late_[timer]);
    late_[timer] = order_.end();
  }

  std::uint32_t expire(Instant now, std::uint32_t most) {
    now_ = now;
    const std::uint32_t count = wheel_.expire(
        now,
        [&](std::uint32_t timer) {
          REQUIRE(running(timer));
          REQUIRE_FALSE(wheel_.running(timer));
          REQUIRE(deadlines_[timer] <= now);
          forget(timer);
          const std::uint32_t whim = random_.below(8);
          if (whim == 0) start(timer);
          if (whim == 1) start(random_.below(kTimers));
          if (whim == 2) cancel(random_.below(kTimers));
        },
        most);
    REQUIRE(count <= most);
    if (count < most && !order_.empty()) REQUIRE(order_.begin()->first > now);
    return count;
  }

  void sleep_until_next() {
    const Instant next = wheel_.next();
    REQUIRE((next == kNever) == order_.empty());
    if (order_.empty()) return;
    REQUIRE(next <= std::max(now_, order_.begin()->first));
    if (next > now_) {
      REQUIRE(expire(std::max(now_, next - 1ns), kAll) == 0);
      REQUIRE(wheel_.next() == next);
    }
    REQUIRE(expire(std::max(now_, next), 1 + random_.below(3)) >= 1);
  }

  Random random_;
  Instant now_ = kStart;
  TimerWheel wheel_{kTimers, kStart};
  std::multimap<Instant, std::uint32_t> order_;  // By the latest moment that the promise allows.
  std::vector<Instant> deadlines_;
  std::vector<std::multimap<Instant, std::uint32_t>::iterator> late_;
};

TEST_CASE("a wheel keeps its promise through random operations", "[core][timer_wheel]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    Model model(seed);
    for (int step = 0; step < 2000; ++step) model.step();
  }
}

}  // namespace
}  // namespace mxsweep
