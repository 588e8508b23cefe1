// SPDX-License-Identifier: MIT
#include "mxsweep/watch/uptime.h"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr WallTime kUptimeStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 29}};
constexpr Group::Objective kThreeNines{};

TEST_CASE("time counts as what the monitor was in", "[watch][uptime]") {
  Uptime uptime;
  uptime.begin(kUptimeStart);
  uptime.set(State::up, false, false, kUptimeStart + 10s);
  uptime.set(State::down, false, false, kUptimeStart + 30s);
  uptime.set(State::down, true, false, kUptimeStart + 60s);
  uptime.set(State::degraded, false, false, kUptimeStart + 100s);
  uptime.set(State::down, true, true, kUptimeStart + 150s);
  const Shares shares = uptime.shares(kUptimeStart + 210s);
  CHECK(shares.unobserved == 10s + 40s);
  CHECK(shares.up == 20s + 50s);
  CHECK(shares.down == 30s);
  CHECK(shares.maintenance == 60s);
}

TEST_CASE("what the wall clock jumps is no time", "[watch][uptime]") {
  Uptime uptime;
  uptime.begin(kUptimeStart);
  uptime.set(State::up, false, false, kUptimeStart);
  uptime.set(State::down, false, false, kUptimeStart + 10s);
  uptime.step(-1h);
  CHECK(uptime.shares(kUptimeStart - 1h + 15s).down == 5s);
  uptime.step(3h);
  CHECK(uptime.shares(kUptimeStart + 2h + 20s).down == 10s);
  CHECK(uptime.shares(kUptimeStart + 2h + 20s).whole() == 20s);
}

TEST_CASE("random lives: the shares sum to the time, to the microsecond", "[watch][uptime]") {
  constexpr std::uint64_t kSeed = 3;
  Random random(kSeed);
  Uptime uptime;
  uptime.begin(kUptimeStart);
  Shares wanted;
  microseconds* now_counts = &wanted.unobserved;
  WallTime now = kUptimeStart;
  bool wrong = false;
  for (int i = 0; i < 300'000 && !wrong; ++i) {
    const microseconds passed{random.below(100'000'000)};
    now += passed;
    *now_counts += passed;
    const auto state = static_cast<State>(random.below(4));
    const bool unobserved = random.below(5) == 0;
    const bool maintenance = random.below(5) == 0;
    uptime.set(state, unobserved, maintenance, now);
    const bool seen = !unobserved && state != State::unknown;
    now_counts = maintenance            ? &wanted.maintenance
                 : !seen                ? &wanted.unobserved
                 : state == State::down ? &wanted.down
                                        : &wanted.up;
    wrong = uptime.shares(now).whole() != now - kUptimeStart;
  }
  INFO("seed " << kSeed);
  CHECK_FALSE(wrong);
  CHECK(uptime.shares(now) == wanted);
}

TEST_CASE("the rate of an objective's budget is the share of time down, over what is allowed",
          "[watch][burn]") {
  ServiceLevel level(kThreeNines, kUptimeStart);
  level.set(100, 0, kUptimeStart);
  WallTime now = kUptimeStart + 72h;
  CHECK(level.rate(1h, now) == 0);
  level.set(100, 10, now);
  now += 6min;
  level.set(100, 0, now);
  // A tenth of the monitors for a tenth of an hour: 1 %, where 0.1 % is allowed.
  CHECK(std::abs(level.rate(1h, now) - 10) < 1e-6);
  CHECK(std::abs(level.rate(5min, now) - 100) < 1e-6);
  CHECK(std::abs(level.rate(10h, now) - 1) < 1e-6);
  CHECK(std::abs(level.rate(5min, now + 4min) - 20) < 1e-6);
  CHECK(level.rate(5min, now + 5min) == 0);
  CHECK(std::abs(level.rate(1h, now + 57min) - 5) < 1e-6);
}

TEST_CASE("a budget is used up, and comes back when its window has passed", "[watch][burn]") {
  ServiceLevel level(kThreeNines, kUptimeStart);
  level.set(10, 0, kUptimeStart);
  CHECK(level.budget_left(kUptimeStart) == 1);
  level.set(10, 10, kUptimeStart + 1h);
  WallTime now = kUptimeStart + 1h + 2592s;  // 30 d have 2592 s of downtime at 99.9 %.
  level.set(10, 0, now);
  CHECK(std::abs(level.budget_left(now)) < 1e-9);
  CHECK(std::abs(level.budget_left(kUptimeStart + 24h * 30)) < 1e-9);
  CHECK(std::abs(level.budget_left(now + 24h * 30 + 1h) - 1) < 1e-9);
}

TEST_CASE("a fast burn pages, a slow one is a ticket", "[watch][burn]") {
  ServiceLevel fast(kThreeNines, kUptimeStart);
  fast.set(100, 0, kUptimeStart);
  CHECK(fast.burn(kUptimeStart + 72h) == Burn::none);
  fast.set(100, 20, kUptimeStart + 72h);
  // 14.4 times 0.1 % of an hour is 51.84 s of everything: 259.2 s of a fifth.
  CHECK(fast.burn(kUptimeStart + 72h + 259s) != Burn::page);
  CHECK(fast.burn(kUptimeStart + 72h + 260s) == Burn::page);
  fast.set(100, 0, kUptimeStart + 72h + 300s);
  CHECK(fast.burn(kUptimeStart + 72h + 600s) != Burn::page);

  ServiceLevel slow(kThreeNines, kUptimeStart);
  slow.set(1000, 2, kUptimeStart);
  bool paged = false;
  for (WallTime now = kUptimeStart; now < kUptimeStart + 72h; now += 1min) {
    paged |= slow.burn(now) == Burn::page;
  }
  CHECK_FALSE(paged);
  CHECK(slow.burn(kUptimeStart + 72h) == Burn::ticket);
}

TEST_CASE("one outage of one member never pages by its rate", "[watch][burn]") {
  ServiceLevel level(kThreeNines, kUptimeStart);
  level.set(1, 0, kUptimeStart);
  WallTime now = kUptimeStart + 1h;
  level.set(1, 1, now);
  level.note_down(now);
  bool paged = false;
  for (int i = 0; i < 60; ++i) paged |= level.burn(now += 1min) == Burn::page;
  CHECK_FALSE(paged);
  level.note_down(now);
  CHECK(level.burn(now) == Burn::ticket);
  level.note_down(now);
  CHECK(level.burn(now) == Burn::page);
}

TEST_CASE("two members down at once page, however often they went down", "[watch][burn]") {
  ServiceLevel level(kThreeNines, kUptimeStart);
  level.set(2, 2, kUptimeStart);
  CHECK(level.burn(kUptimeStart + 10min) == Burn::page);
}

TEST_CASE("the first minutes after a start are not the whole window", "[watch][burn]") {
  ServiceLevel level(kThreeNines, kUptimeStart);
  level.set(10, 10, kUptimeStart);
  level.set(10, 0, kUptimeStart + 30s);
  CHECK(level.burn(kUptimeStart + 30s) == Burn::none);
  CHECK(std::abs(level.rate(1h, kUptimeStart + 60s) - 1000.0 / 120) < 1e-6);
}

TEST_CASE("an objective survives long gaps, clock jumps and a perfect target", "[watch][burn]") {
  ServiceLevel level({1.0, 24h}, kUptimeStart);
  level.set(5, 0, kUptimeStart);
  CHECK(level.budget_left(kUptimeStart + 24h * 400) == 1);
  level.step(-24h);
  CHECK(level.rate(1h, kUptimeStart + 24h * 400) == 0);
  level.set(0, 0, kUptimeStart + 24h * 400);
  CHECK(level.burn(kUptimeStart + 24h * 500) == Burn::none);
}

TEST_CASE("random outages: rates agree with the sum over the minutes", "[watch][burn]") {
  constexpr std::uint64_t kSeed = 5;
  Random random(kSeed);
  ServiceLevel level(kThreeNines, kUptimeStart);
  std::vector<std::uint32_t> down_at;  // In each minute, of 50.
  WallTime now = kUptimeStart;
  std::uint32_t down = 0;
  bool wrong = false;
  for (int i = 0; i < 10'000; ++i) {
    if (random.below(20) == 0) down = random.below(3) == 0 ? random.below(50) : 0;
    level.set(50, down, now);
    down_at.push_back(down);
    now += 1min;
    if (i % 37 != 0 || i < 4400) continue;
    for (const int window : {5, 30, 60, 360, 4320}) {
      const double sum = std::accumulate(down_at.end() - window, down_at.end(), 0.0);
      const double wanted = sum / (50.0 * window) / 0.001;
      wrong |= std::abs(level.rate(std::chrono::minutes{window}, now) - wanted) > 1e-6;
    }
  }
  INFO("seed " << kSeed);
  CHECK_FALSE(wrong);
}

}  // namespace
}  // namespace mxsweep::watch
