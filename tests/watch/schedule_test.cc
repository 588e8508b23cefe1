// SPDX-License-Identifier: MIT
#include "mxsweep/watch/schedule.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1234567ms};
constexpr Duration kTick = TimerWheel::kTick;

// Takes what is due as soon as it is, and finishes it after `lasts`.
class Prober {
 public:
  Prober(Schedule& schedule, Instant now) : now_(now), schedule_(schedule) {}

  void run_until(Instant end, const std::function<Duration(const Due&, Instant)>& lasts) {
    while (true) {
      Instant next = schedule_.next();
      if (!ends_.empty()) next = std::min(next, ends_.top().first);
      if (next >= end) break;
      now_ = std::max(now_, next);
      while (!ends_.empty() && ends_.top().first <= now_) {
        schedule_.finish(ends_.top().second, now_);
        ends_.pop();
      }
      while (const auto due = schedule_.take(now_)) {
        ends_.emplace(now_ + lasts(*due, now_), due->monitor);
      }
    }
    now_ = end;
  }

 private:
  using End = std::pair<Instant, MonitorId>;

  Instant now_;
  Schedule& schedule_;
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
};

// The next probe of a schedule that has nothing else to do; it ends at once.
Due take_next(Schedule& schedule) {
  while (true) {
    const Instant now = schedule.next();
    REQUIRE(now != kNever);
    if (const auto due = schedule.take(now)) {
      schedule.finish(due->monitor, now);
      return *due;
    }
  }
}

TEST_CASE("over an hour each of 10,000 monitors is probed once an interval, and never late",
          "[watch][schedule]") {
  constexpr std::uint32_t kMonitors = 10'000;
  Schedule schedule(kMonitors, kStart);
  for (MonitorId monitor = 0; monitor < kMonitors; ++monitor) {
    schedule.add(monitor, 60s, monitor, false, kStart);
  }
  std::vector<Instant> began(kMonitors);
  std::vector<Instant> ended(kMonitors);
  std::vector<int> probes(kMonitors);
  std::vector<int> in_second(3600);
  Random random(1);
  Duration lag_most{};
  bool wrong = false;
  Prober prober(schedule, kStart);
  prober.run_until(kStart + 1h, [&](const Due& due, Instant now) {
    lag_most = std::max(lag_most, now - due.at);
    if (probes[due.monitor] > 0) {
      wrong |= now - began[due.monitor] < 60s - 2ms || now - began[due.monitor] > 60s + 2ms;
      wrong |= now < ended[due.monitor];
    }
    wrong |= due.confirms || now < due.at;
    const Duration lasts = std::chrono::milliseconds{random.below(30'000)};
    began[due.monitor] = now;
    ended[due.monitor] = now + lasts;
    ++probes[due.monitor];
    ++in_second[static_cast<std::size_t>((now - kStart) / 1s)];
    return lasts;
  });
  CHECK_FALSE(wrong);
  CHECK(lag_most < 2 * kTick);
  CHECK(std::all_of(probes.begin(), probes.end(), [](int count) { return count == 60; }));
  // As even as a hash makes it: four standard deviations.
  const double mean = kMonitors / 60.0;
  const auto [least, most] = std::minmax_element(in_second.begin(), in_second.end());
  CHECK(*least > mean - 4 * std::sqrt(mean));
  CHECK(*most < mean + 4 * std::sqrt(mean));
}

TEST_CASE("the load of 100,000 monitors is even by the second within a tenth",
          "[watch][schedule]") {
  constexpr std::uint32_t kMonitors = 100'000;
  Schedule schedule(kMonitors, kStart);
  for (MonitorId monitor = 0; monitor < kMonitors; ++monitor) {
    schedule.add(monitor, 60s, monitor, false, kStart);
  }
  std::vector<int> in_second(61);
  Prober prober(schedule, kStart);
  prober.run_until(kStart + 60s + 2 * kTick, [&](const Due&, Instant now) {
    ++in_second[static_cast<std::size_t>((now - kStart) / 1s)];
    return 1h;
  });
  in_second.pop_back();
  const auto [least, most] = std::minmax_element(in_second.begin(), in_second.end());
  CHECK(*least > kMonitors / 60.0 * 0.9);
  CHECK(*most < kMonitors / 60.0 * 1.1);
  CHECK(schedule.open() == kMonitors);
}

TEST_CASE("the first round is complete within the interval, or 60 s", "[watch][schedule]") {
  const Duration interval = GENERATE(as<Duration>{}, 2s, 60s, 5min, 24h);
  constexpr std::uint32_t kMonitors = 2000;
  Schedule schedule(kMonitors, kStart);
  for (MonitorId monitor = 0; monitor < kMonitors; ++monitor) {
    schedule.add(monitor, interval, monitor, monitor < 100, kStart);
  }
  const Duration first_round = std::min<Duration>(interval, 60s);
  std::vector<Instant> first(kMonitors, kNever);
  Instant soon_end{};
  Instant end{};
  Prober prober(schedule, kStart);
  prober.run_until(kStart + first_round + 2 * kTick, [&](const Due& due, Instant now) {
    if (first[due.monitor] != kNever) return 1ms;
    first[due.monitor] = now;
    end = now;
    if (due.monitor < 100) soon_end = std::max(soon_end, now);
    return 1ms;
  });
  CHECK(std::count(first.begin(), first.end(), kNever) == 0);
  CHECK(soon_end <= kStart + first_round / 10 + 2 * kTick);
  CHECK(end > kStart + first_round * 9 / 10);
}

TEST_CASE("a restart leaves each monitor its phase", "[watch][schedule]") {
  for (const Duration interval : {Duration{60s}, Duration{5min}, Duration{1h}}) {
    Schedule before(1, kStart);
    before.add(0, interval, 42, false, kStart);
    take_next(before);
    const Instant turn = take_next(before).at;
    Schedule after(1, turn + interval / 3);
    after.add(0, interval, 42, false, turn + interval / 3);
    const Instant first = take_next(after).at;
    const Instant second = take_next(after).at;
    CHECK(first - (turn + interval / 3) <= 60s);
    CHECK((second - turn) % interval == 0s);
    CHECK(second - first >= interval / 4);
  }
}

TEST_CASE("monitors of one server are due together", "[watch][schedule]") {
  Schedule schedule(3, kStart);
  for (MonitorId monitor = 0; monitor < 3; ++monitor) {
    schedule.add(monitor, 60s, 7, false, kStart);
  }
  const Instant at = take_next(schedule).at;
  CHECK(take_next(schedule).at == at);
  CHECK(take_next(schedule).at == at);
}

TEST_CASE("after the process was stopped, each is probed once and goes back to its phase",
          "[watch][schedule]") {
  constexpr std::uint32_t kMonitors = 5000;
  Schedule schedule(kMonitors, kStart);
  for (MonitorId monitor = 0; monitor < kMonitors; ++monitor) {
    schedule.add(monitor, 60s, monitor, false, kStart);
  }
  Prober prober(schedule, kStart);
  std::vector<Instant> turn(kMonitors);
  prober.run_until(kStart + 5min, [&](const Due& due, Instant) {
    turn[due.monitor] = due.at;
    return 0ms;
  });

  const Instant woken = kStart + 35min;
  std::vector<int> late(kMonitors);
  Instant before{};
  bool in_order = true;
  while (const auto due = schedule.take(woken)) {
    ++late[due->monitor];
    in_order &= due->at + kTick >= before;
    before = std::max(before, due->at);
    CHECK(due->at == turn[due->monitor] + 60s);
    schedule.finish(due->monitor, woken);
    if (late[due->monitor] > 1) break;
  }
  CHECK(in_order);
  CHECK(std::all_of(late.begin(), late.end(), [](int count) { return count == 1; }));

  std::vector<int> probes(kMonitors);
  bool on_phase = true;
  bool too_soon = false;
  Prober after(schedule, woken);
  after.run_until(woken + 75s, [&](const Due& due, Instant now) {
    on_phase &= (due.at - turn[due.monitor]) % 60s == 0s;
    too_soon |= probes[due.monitor] == 0 && now < woken + 15s;
    ++probes[due.monitor];
    return 100ms;
  });
  CHECK(on_phase);
  CHECK_FALSE(too_soon);
  CHECK(std::all_of(probes.begin(), probes.end(), [](int count) { return count == 1; }));
}

TEST_CASE("a probe that lasts longer than the interval is followed by the next turn",
          "[watch][schedule]") {
  Schedule schedule(1, kStart);
  schedule.add(0, 10s, 1, false, kStart);
  const Instant turn = take_next(schedule).at;
  const auto due = schedule.take(turn + 10s + kTick);
  REQUIRE(due);
  CHECK_FALSE(schedule.take(turn + 44s));
  CHECK(schedule.next() == kNever);
  CHECK(schedule.open() == 1);
  schedule.finish(0, turn + 44s);
  CHECK(schedule.open() == 0);
  CHECK(take_next(schedule).at == turn + 50s);
}

TEST_CASE("a confirmation comes when it was asked for, beside the turns", "[watch][schedule]") {
  Schedule schedule(1, kStart);
  schedule.add(0, 60s, 1, false, kStart);
  const Instant turn = take_next(schedule).at;
  schedule.again(0, turn + 15s);
  Due due = take_next(schedule);
  CHECK(due.at == turn + 15s);
  CHECK(due.confirms);
  due = take_next(schedule);
  CHECK(due.at == turn + 60s);
  CHECK_FALSE(due.confirms);
  // A turn comes first: the confirmation is not forgotten.
  schedule.again(0, turn + 130s);
  CHECK(take_next(schedule).at == turn + 120s);
  CHECK(take_next(schedule).at == turn + 130s);
  CHECK(take_next(schedule).at == turn + 180s);
}

TEST_CASE("a confirmation just before a turn takes its place", "[watch][schedule]") {
  Schedule schedule(1, kStart);
  schedule.add(0, 60s, 1, false, kStart);
  const Instant turn = take_next(schedule).at;
  schedule.again(0, turn + 50s);
  CHECK(take_next(schedule).confirms);
  CHECK(take_next(schedule).at == turn + 120s);
}

TEST_CASE("a later request replaces one that is not due yet", "[watch][schedule]") {
  Schedule schedule(1, kStart);
  schedule.add(0, 60s, 1, false, kStart);
  const Instant turn = take_next(schedule).at;
  schedule.again(0, turn + 10s);
  schedule.again(0, turn + 20s);
  CHECK(take_next(schedule).at == turn + 20s);
  CHECK(take_next(schedule).at == turn + 60s);
}

TEST_CASE("a request while a probe is open waits for its end", "[watch][schedule]") {
  Schedule schedule(1, kStart);
  schedule.add(0, 60s, 1, false, kStart);
  const Instant turn = take_next(schedule).at + 60s;
  REQUIRE(schedule.take(turn + kTick));
  schedule.again(0, turn + 1s);
  CHECK_FALSE(schedule.take(turn + 20s));
  schedule.again(0, turn + 50s);  // The first is due already: it stays.
  schedule.finish(0, turn + 20s);
  const Due due = take_next(schedule);
  CHECK(due.confirms);
  CHECK(due.at == turn + 1s);
  CHECK(take_next(schedule).at == turn + 60s);
}

TEST_CASE("confirmations and controls go before turns that have waited longer",
          "[watch][schedule]") {
  Schedule schedule(10, kStart);
  for (MonitorId monitor = 0; monitor < 10; ++monitor) {
    schedule.add(monitor, 60s, monitor, false, kStart);
  }
  const Instant now = kStart + 61s;
  std::vector<bool> taken(10);
  MonitorId ended = kNoMonitor;
  for (int i = 0; i < 5; ++i) taken[ended = schedule.take(now)->monitor] = true;
  CHECK(schedule.waiting() == 5);
  const auto waits =
      static_cast<MonitorId>(std::find(taken.begin(), taken.end(), false) - taken.begin());
  schedule.finish(ended, now);
  schedule.again(ended, now);
  schedule.again(waits, now);  // Its turn waits already.
  const Instant later = now + 2 * kTick;
  const auto first = schedule.take(later);
  const auto second = schedule.take(later);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->confirms);
  CHECK(second->confirms);
  CHECK(first->monitor + second->monitor == ended + waits);
  CHECK(schedule.waiting() == 4);
  for (int i = 0; i < 4; ++i) CHECK_FALSE(schedule.take(later)->confirms);
  CHECK_FALSE(schedule.take(later));
}

TEST_CASE("a removed monitor is never due, and its number can be used again", "[watch][schedule]") {
  Schedule schedule(3, kStart);
  for (MonitorId monitor = 0; monitor < 3; ++monitor) {
    schedule.add(monitor, 60s, monitor, false, kStart);
  }
  const auto due = schedule.take(kStart + 61s);
  REQUIRE(due);
  schedule.remove(due->monitor);  // While it is open,
  const MonitorId waits = (due->monitor + 1) % 3;
  schedule.remove(waits);  // and while it waits.
  CHECK(schedule.open() == 0);
  CHECK(schedule.waiting() == 1);
  schedule.finish(due->monitor, kStart + 62s);
  schedule.again(waits, kStart + 62s);
  schedule.add(waits, 60s, 99, false, kStart + 62s);
  const auto last = schedule.take(kStart + 62s);
  REQUIRE(last);
  CHECK(last->monitor == 3 - due->monitor - waits);
  CHECK_FALSE(schedule.take(kStart + 62s));
  schedule.remove(last->monitor);
  const Due anew = take_next(schedule);
  CHECK(anew.monitor == waits);
  CHECK(anew.at > kStart + 62s);
  schedule.remove(waits);
  CHECK(schedule.next() == kNever);
}

TEST_CASE("another interval holds from the next turn on", "[watch][schedule]") {
  Schedule schedule(1, kStart);
  schedule.add(0, 1h, 5, false, kStart);
  Instant now = take_next(schedule).at;
  schedule.set_interval(0, 10s, now);
  Instant turn = take_next(schedule).at;
  CHECK(turn - now <= 10s);
  CHECK(take_next(schedule).at == turn + 10s);
  REQUIRE(schedule.take(turn + 20s + kTick));
  schedule.set_interval(0, 24h, turn + 21s);
  schedule.finish(0, turn + 22s);
  now = turn + 22s;
  turn = take_next(schedule).at;
  CHECK(turn - now <= 24h);
  CHECK(take_next(schedule).at == turn + 24h);
}

TEST_CASE("random requests: taken when due, once, and never while open", "[watch][schedule]") {
  constexpr std::uint64_t kSeed = 21;
  constexpr std::uint32_t kMonitors = 64;
  Random random(kSeed);
  Schedule schedule(kMonitors, kStart);
  struct Known {
    bool present = false;
    bool open = false;
    Duration interval{};
    Instant at_least = kStart;  // Not taken before, unless it was asked for.
    Instant asked = kNever;
    Instant latest = kNever;  // Taken by then, if all is taken that is due.
    Instant ended = kStart;
  };
  std::vector<Known> known(kMonitors);
  Instant now = kStart;
  std::uint32_t open = 0;
  int taken = 0;
  bool wrong = false;
  for (int step = 0; step < 400'000 && !wrong; ++step) {
    now += std::chrono::milliseconds{random.below(random.below(50) == 0 ? 100'000 : 20)};
    const MonitorId monitor = random.below(kMonitors);
    Known& one = known[monitor];
    switch (random.below(6)) {
      case 0:
        if (one.present) break;
        one = {};
        one.present = true;
        one.interval = std::chrono::milliseconds{1 + random.below(200'000)};
        one.latest = now + std::min<Duration>(one.interval, 60s);
        schedule.add(monitor, one.interval, random.next(), random.below(2) == 0, now);
        break;
      case 1:
        if (random.below(20) != 0) break;
        open -= one.open ? 1 : 0;
        one = {};
        schedule.remove(monitor);
        break;
      case 2: {
        if (!one.present || one.asked != kNever) break;
        one.asked = now + std::chrono::milliseconds{random.below(40'000)};
        schedule.again(monitor, one.asked);
        break;
      }
      case 3:
        if (!one.open) break;
        one.open = false;
        --open;
        one.ended = now;
        one.latest = std::max(one.latest, now + one.interval);
        schedule.finish(monitor, now);
        break;
      default:
        while (const auto due = schedule.take(now)) {
          Known& found = known[due->monitor];
          wrong |= !found.present || found.open || now < due->at;
          wrong |= due->confirms != (found.asked <= now);
          wrong |= !due->confirms && now < found.at_least;
          if (due->confirms) found.asked = kNever;
          found.at_least = now + found.interval / 4 - 1ms;
          found.latest = now + found.interval * 5 / 4;
          found.open = true;
          ++open;
          ++taken;
        }
        for (const Known& other : known) {
          if (!other.present || other.open) continue;
          wrong |= now > other.latest + 2 * kTick;
          wrong |= other.asked != kNever && now > std::max(other.asked, other.ended) + 2 * kTick;
        }
        wrong |= schedule.waiting() != 0;
    }
    wrong |= schedule.open() != open;
  }
  INFO("seed " << kSeed);
  CHECK_FALSE(wrong);
  CHECK(taken > 30'000);
}

}  // namespace
}  // namespace mxsweep::watch
