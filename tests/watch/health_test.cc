// SPDX-License-Identifier: MIT
#include "mxsweep/watch/health.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kHealthStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 29}};

Sample sample(Verdict verdict) {
  Sample sample;
  sample.verdict = verdict;
  switch (verdict) {
    case Verdict::good:
      sample.outcome = Outcome::ok;
      sample.phase = Phase::quit;
      break;
    case Verdict::warn:
      sample.outcome = Outcome::degraded;
      sample.phase = Phase::quit;
      sample.cause = Cause::starttls_not_supported;
      break;
    case Verdict::bad:
      sample.outcome = Outcome::failed;
      sample.phase = Phase::connect;
      sample.cause = Cause::net_timeout;
      break;
    case Verdict::none:
      sample.outcome = Outcome::refused;
      sample.phase = Phase::greeting;
      sample.cause = Cause::throttled_greylist;
      break;
  }
  return sample;
}

// A monitor whose results arrive a minute apart: 'g' good, 'w' warn, 'b' bad, '-' none.
struct Probed {
  Health health;
  Confirmation rules;
  WallTime now = kHealthStart;
  HealthChange change;
  std::vector<State> states;

  explicit Probed(std::string_view results = {}) { probe(results); }

  void probe(std::string_view results) {
    for (const char result : results) {
      constexpr std::string_view kLetters = "gwb-";
      apply_one(sample(static_cast<Verdict>(kLetters.find(result))));
    }
  }
  void apply_one(const Sample& result) {
    change = apply(health, rules, result, now);
    if (change.hard()) states.push_back(health.state);
    now += 1min;
  }
  [[nodiscard]] WallTime minute(int number) const {
    return kHealthStart + std::chrono::minutes{number};
  }
};

bool about(std::optional<Duration> actual, Duration wanted) {
  return actual && *actual >= wanted * 4 / 5 && *actual <= wanted * 6 / 5;
}

bool same(const Health& a, const Health& b) {
  return a.state == b.state && a.bad == b.bad && a.good == b.good && a.warned == b.warned &&
         a.cause == b.cause && a.phase == b.phase && a.since == b.since &&
         a.first_bad == b.first_bad && a.last_any == b.last_any;
}

TEST_CASE("the first good result makes a new monitor up", "[watch][health]") {
  const Probed monitor("g");
  CHECK(monitor.health.state == State::up);
  CHECK(monitor.health.since == kHealthStart);
  CHECK(monitor.change.before == State::unknown);
  CHECK_FALSE(monitor.change.confirm_in);
}

TEST_CASE("a new monitor that fails is down only when that is confirmed", "[watch][health]") {
  Probed monitor("b");
  CHECK(monitor.health.state == State::unknown);
  CHECK(monitor.change.soft);
  CHECK(about(monitor.change.confirm_in, 15s));
  monitor.probe("b");
  CHECK_FALSE(monitor.change.soft);
  CHECK(about(monitor.change.confirm_in, 30s));
  monitor.probe("b");
  CHECK(monitor.health.state == State::down);
  CHECK(monitor.health.since == kHealthStart);
  CHECK_FALSE(monitor.change.confirm_in);
}

TEST_CASE("three failures in a row are an outage since the first of them", "[watch][health]") {
  Probed monitor("gbbgb-b");
  CHECK(monitor.health.state == State::up);
  monitor.probe("b");
  CHECK(monitor.health.state == State::down);
  CHECK(monitor.health.since == monitor.minute(4));
  CHECK(monitor.health.cause == Cause::net_timeout);
  CHECK(monitor.health.phase == Phase::connect);
  CHECK(monitor.health.last_good == monitor.minute(3));
}

TEST_CASE("failures that end before they count are a blip", "[watch][health]") {
  Probed monitor("gbb");
  CHECK(monitor.health.cause == Cause::net_timeout);
  monitor.probe("g");
  CHECK(monitor.change.blip);
  CHECK_FALSE(monitor.change.hard());
  CHECK(monitor.health.cause == Cause::none);
  monitor.probe("g");
  CHECK_FALSE(monitor.change.blip);
}

TEST_CASE("an outage ends with the first of two good results", "[watch][health]") {
  Probed monitor("gbbbbg");
  CHECK(monitor.health.state == State::down);
  CHECK(about(monitor.change.confirm_in, 15s));
  monitor.probe("b");
  CHECK_FALSE(monitor.change.confirm_in);
  monitor.probe("gg");
  CHECK(monitor.health.state == State::up);
  CHECK(monitor.health.since == monitor.minute(7));
  CHECK(monitor.health.cause == Cause::none);
}

TEST_CASE("three warnings in a row make a server degraded", "[watch][health]") {
  Probed monitor("gwwgw");
  CHECK(monitor.health.state == State::up);
  CHECK(about(monitor.change.confirm_in, 15s));
  monitor.probe("ww");
  CHECK(monitor.health.state == State::degraded);
  CHECK(monitor.health.since == monitor.minute(4));
  CHECK(monitor.health.cause == Cause::starttls_not_supported);
  monitor.probe("gwgg");
  CHECK(monitor.health.state == State::up);
  CHECK(monitor.health.since == monitor.minute(9));
}

TEST_CASE("a degraded server that fails goes down, and back to degraded", "[watch][health]") {
  Probed monitor("gwwwbbbww");
  CHECK(monitor.health.state == State::up);
  monitor.probe("w");
  CHECK(monitor.health.state == State::degraded);
  CHECK(monitor.states ==
        std::vector{State::up, State::degraded, State::down, State::up, State::degraded});
}

TEST_CASE("a blip of a degraded server leaves its cause", "[watch][health]") {
  Probed monitor("gwwwb");
  CHECK(monitor.change.soft);
  CHECK(monitor.health.cause == Cause::net_timeout);
  monitor.probe("g");
  CHECK(monitor.change.blip);
  CHECK(monitor.health.cause == Cause::starttls_not_supported);
  monitor.probe("bw");
  CHECK(monitor.change.blip);
  CHECK_FALSE(monitor.change.cause_changed);
  Sample expired = sample(Verdict::warn);
  expired.cause = Cause::certificate_expired;
  monitor.apply_one(expired);
  CHECK(monitor.change.cause_changed);
  CHECK(monitor.health.cause == Cause::certificate_expired);
}

TEST_CASE("another cause while down is a change of the cause alone", "[watch][health]") {
  Probed monitor("gbbb");
  Sample refused = sample(Verdict::bad);
  refused.cause = Cause::net_refused;
  monitor.apply_one(refused);
  CHECK(monitor.change.cause_changed);
  CHECK_FALSE(monitor.change.hard());
  CHECK(monitor.health.cause == Cause::net_refused);
  CHECK(monitor.health.since == monitor.minute(1));
  monitor.apply_one(refused);
  CHECK_FALSE(monitor.change.cause_changed);
}

TEST_CASE("what was in a row before we were blind does not count", "[watch][health]") {
  Probed monitor("gbb");
  forget_soft(monitor.health);
  CHECK(monitor.health.cause == Cause::none);
  monitor.probe("bb");
  CHECK(monitor.health.state == State::up);
  monitor.probe("b");
  CHECK(monitor.health.since == monitor.minute(3));

  monitor.probe("g");
  forget_soft(monitor.health);
  CHECK(monitor.health.cause == Cause::net_timeout);
  monitor.probe("g");
  CHECK(monitor.health.state == State::down);
}

TEST_CASE("one failure is enough where the user says so", "[watch][health]") {
  Probed monitor("g");
  monitor.rules.down_after = 1;
  monitor.rules.up_after = 1;
  monitor.probe("b");
  CHECK(monitor.health.state == State::down);
  CHECK(monitor.change.soft);
  monitor.probe("g");
  CHECK(monitor.health.state == State::up);
}

TEST_CASE("confirmations follow the list, and its last entry from there on", "[watch][health]") {
  Probed monitor("g");
  monitor.rules.after = {10s, 20s, 40s};
  monitor.rules.down_after = 6;
  for (const Duration wanted : {10s, 20s, 40s, 40s, 40s}) {
    monitor.probe("b");
    CHECK(about(monitor.change.confirm_in, wanted));
  }
  monitor.probe("g");
  monitor.rules.after.clear();
  monitor.probe("b");
  CHECK_FALSE(monitor.change.confirm_in);
}

TEST_CASE("monitors that fail a moment apart are confirmed at different times", "[watch][health]") {
  std::vector<Duration> delays;
  for (int i = 0; i < 200; ++i) {
    Probed monitor("g");
    monitor.now += std::chrono::microseconds{i};
    monitor.probe("b");
    REQUIRE(about(monitor.change.confirm_in, 15s));
    delays.push_back(*monitor.change.confirm_in);
  }
  std::sort(delays.begin(), delays.end());
  CHECK(std::adjacent_find(delays.begin(), delays.end()) == delays.end());
  CHECK(delays.front() < 13s);
  CHECK(delays.back() > 17s);
}

// The rules once more, over the whole history of a monitor.
struct History {
  std::vector<Verdict> since_change;  // Results that say something.
  State state = State::unknown;

  [[nodiscard]] bool ends_with(std::size_t count, std::initializer_list<Verdict> any_of) const {
    return since_change.size() >= count &&
           std::all_of(since_change.end() - static_cast<std::ptrdiff_t>(count), since_change.end(),
                       [&](Verdict verdict) {
                         return std::find(any_of.begin(), any_of.end(), verdict) != any_of.end();
                       });
  }

  void add(Verdict verdict, const Confirmation& rules) {
    if (verdict == Verdict::none) return;
    since_change.push_back(verdict);
    const bool bad = ends_with(rules.down_after, {Verdict::bad});
    const bool warned = ends_with(rules.degraded_after, {Verdict::warn});
    const State before = state;
    switch (before) {
      case State::unknown:
      case State::up:
        if (bad) state = State::down;
        if (warned) state = State::degraded;
        if (before == State::unknown && verdict == Verdict::good) state = State::up;
        break;
      case State::degraded:
        if (bad) state = State::down;
        if (ends_with(rules.up_after, {Verdict::good})) state = State::up;
        break;
      case State::down:
        if (ends_with(rules.up_after, {Verdict::good, Verdict::warn})) {
          state = warned ? State::degraded : State::up;
        }
        break;
    }
    if (state == before) return;
    // Warnings of an outage's end count on, everything else begins anew.
    if (before != State::down || state != State::up) since_change.clear();
    while (!since_change.empty() && !ends_with(since_change.size(), {Verdict::warn})) {
      since_change.erase(since_change.begin());
    }
  }
};

TEST_CASE("random results: exactly K and M in a row decide, and what says nothing moves nothing",
          "[watch][health]") {
  constexpr std::uint64_t kSeed = 12;
  constexpr int kMonitors = 2000;
  constexpr int kResults = 500;
  int changes = 0;
  for (int number = 0; number < kMonitors; ++number) {
    const std::uint64_t seed = mix(kSeed + static_cast<std::uint64_t>(number));
    Random random(seed);
    Confirmation rules;
    rules.down_after = static_cast<std::uint8_t>(1 + random.below(5));
    rules.up_after = static_cast<std::uint8_t>(1 + random.below(4));
    rules.degraded_after = static_cast<std::uint8_t>(1 + random.below(5));
    Health health;
    History history;
    WallTime now = kHealthStart;
    auto mood = Verdict::good;
    bool wrong = false;
    for (int i = 0; i < kResults && !wrong; ++i) {
      if (random.below(8) == 0) mood = static_cast<Verdict>(random.below(4));
      const auto verdict = random.below(5) == 0 ? static_cast<Verdict>(random.below(4)) : mood;
      const Health before = health;
      const HealthChange change = apply(health, rules, sample(verdict), now);
      history.add(verdict, rules);
      if (verdict == Verdict::none) wrong |= !same(before, health) || change.hard();
      wrong |= change.before != before.state || change.after != health.state;
      wrong |= health.state != history.state;
      wrong |= change.hard() && change.confirm_in.has_value();
      wrong |= health.since > now || (change.hard() && health.since < before.since);
      changes += change.hard() ? 1 : 0;
      now += std::chrono::microseconds{1 + random.below(60'000'000)};
    }
    INFO("seed " << seed);
    REQUIRE_FALSE(wrong);
  }
  CHECK(changes > 10'000);
}

TEST_CASE("four changes in a short time are flapping, until the penalty has decayed",
          "[watch][flapping]") {
  Flapping flapping;
  WallTime now = kHealthStart;
  for (int i = 0; i < 3; ++i) {
    CHECK(flapping.add(now) == Flapping::Change::none);
    now += 2min;
  }
  CHECK(flapping.add(now) == Flapping::Change::begins);
  CHECK(flapping.flapping());
  const double penalty = flapping.penalty(now);
  CHECK(std::abs(flapping.penalty(now + 30min) - penalty / 2) < 1e-6);
  CHECK(flapping.settle(flapping.ends_at() - 1us) == Flapping::Change::none);
  CHECK(flapping.penalty(flapping.ends_at()) < kCalmBelow);
  CHECK(flapping.settle(flapping.ends_at()) == Flapping::Change::ends);
  CHECK_FALSE(flapping.flapping());
}

TEST_CASE("changes that are far apart are no flapping", "[watch][flapping]") {
  Flapping flapping;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(flapping.add(kHealthStart + i * 20min) == Flapping::Change::none);
  }
}

TEST_CASE("flapping ends after four hours at most, and begins again with the next change",
          "[watch][flapping]") {
  Flapping flapping;
  WallTime now = kHealthStart;
  while (flapping.add(now) != Flapping::Change::begins) now += 1min;
  const WallTime began = now;
  while (now < began + kFlapMost) {
    CHECK(flapping.ends_at() <= began + kFlapMost);
    CHECK(flapping.settle(now) == Flapping::Change::none);
    CHECK(flapping.add(now) == Flapping::Change::none);
    now += 1min;
  }
  CHECK(flapping.settle(now) == Flapping::Change::ends);
  CHECK(flapping.add(now) == Flapping::Change::begins);
}

TEST_CASE("flapping goes on after a restart, and ends in its time when the clock is set back",
          "[watch][flapping]") {
  Flapping before;
  for (int i = 0; i < 5; ++i) before.add(kHealthStart);
  Flapping after;
  after.restore(before.penalty(kHealthStart), kHealthStart, before.flapping());
  CHECK(after.ends_at() == before.ends_at());
  const Duration left = after.ends_at() - kHealthStart;
  const WallTime set_back = kHealthStart - 24h;
  CHECK(after.settle(set_back) == Flapping::Change::none);
  CHECK(after.ends_at() - set_back <= left);
}

// How often a server flaps that changes between up and down after each of `spells`.
int flaps(const std::vector<Duration>& spells, Duration interval) {
  Health health;
  Confirmation rules;
  rules.up_after = rules.down_after;  // So both kinds of change are seen equally late.
  int begins = 0;
  int ends = 0;
  Duration at{};
  Duration change_at{};
  bool up = true;
  for (const Duration spell : spells) {
    change_at += spell;
    for (; at < change_at; at += interval) {
      const HealthChange change =
          apply(health, rules, sample(up ? Verdict::good : Verdict::bad),
                kHealthStart + std::chrono::duration_cast<std::chrono::microseconds>(at));
      begins += change.flapping == Flapping::Change::begins ? 1 : 0;
      ends += change.flapping == Flapping::Change::ends ? 1 : 0;
    }
    up = !up;
  }
  CHECK(begins - ends <= 1);
  return begins;
}

TEST_CASE("a server flaps alike, whether it is probed each second or each minute",
          "[watch][flapping]") {
  constexpr std::uint64_t kSeed = 7;
  int all = 0;
  for (std::uint64_t seed = kSeed; seed < kSeed + 8; ++seed) {
    Random random(mix(seed));
    std::vector<Duration> spells;
    for (int i = 0; i < 60; ++i) {
      const std::uint32_t most = (i / 10) % 2 == 0 ? 8 : 90;
      spells.emplace_back(std::chrono::minutes{4 + random.below(most)});
    }
    INFO("seed " << seed);
    const int at_each_minute = flaps(spells, 1min);
    CHECK(flaps(spells, 1s) == at_each_minute);
    all += at_each_minute;
  }
  CHECK(all > 8);
}

}  // namespace
}  // namespace mxsweep::watch
