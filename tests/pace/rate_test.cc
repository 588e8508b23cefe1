// SPDX-License-Identifier: MIT
#include "mxsweep/pace/rate.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "support/catch.h"

namespace mxsweep::pace {
namespace {

constexpr Instant kRateStart{std::chrono::hours{1}};

double in_seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

// Workers that each claim a token, wait for its moment, use it and claim the next. Returns when
// each token was used. `late`: how long after its moment a worker wakes up.
std::vector<Instant> used_by(Rate& rate, std::size_t workers, Duration span, Duration late) {
  std::vector<Instant> claims;
  for (std::size_t i = 0; i < workers; ++i) claims.push_back(rate.claim(kRateStart));
  std::vector<Instant> used;
  while (true) {
    const auto first = std::min_element(claims.begin(), claims.end());
    const Instant now = std::max(*first, kRateStart) + late;
    if (now > kRateStart + span) return used;
    used.push_back(now);
    *first = rate.claim(now, kLateSlack);
  }
}

TEST_CASE("the rate is met within a hundredth, whatever the number of workers", "[pace][rate]") {
  constexpr Duration kSpan = std::chrono::seconds{10};
  for (const double per_second : {100.0, 1000.0, 20'000.0}) {
    for (const std::size_t workers : {1U, 2U, 8U, 64U}) {
      for (const auto late : {0, 300, 5000, 90'000}) {
        Rate rate(per_second, kRateStart);
        const auto used = used_by(rate, workers, kSpan, std::chrono::microseconds{late});
        const auto expected = per_second * in_seconds(kSpan);
        CAPTURE(per_second, workers, late);
        // Tokens that have become due meanwhile are used at once.
        CHECK(static_cast<double>(used.size()) >= 0.99 * expected - 1);
        CHECK(static_cast<double>(used.size()) <= 1.01 * expected + 1);
      }
    }
  }
}

TEST_CASE("one per second is one per second for 64 workers too", "[pace][rate]") {
  Rate rate(1, kRateStart);
  const auto used = used_by(rate, 64, std::chrono::seconds{10}, Duration::zero());
  REQUIRE(used.size() == 11);
  for (std::size_t i = 0; i < used.size(); ++i)
    CHECK(used[i] == kRateStart + i * Duration{1'000'000'000});
}

TEST_CASE("a rate never exceeds its formula", "[pace][rate]") {
  Rate rate(500, kRateStart);
  Instant now = kRateStart;
  std::uint64_t given = 0;
  for (int i = 0; i < 100'000; ++i) {
    now += std::chrono::microseconds{137};
    Instant moment = rate.claim(now);
    if (moment > now) {
      rate.give_back();
      continue;
    }
    ++given;
    REQUIRE(static_cast<double>(given) <= 1 + 500 * in_seconds(now - kRateStart + kIdleSlack));
  }
  CHECK(given >= 6850);
}

TEST_CASE("after a long idle time a rate gives only the tokens of the slack, not a backlog",
          "[pace][rate]") {
  Rate rate(1000, kRateStart);
  const Instant now = kRateStart + std::chrono::hours{1};
  int at_once = 0;
  while (rate.claim(now) <= now) ++at_once;
  CHECK(at_once == 11);
}

TEST_CASE("a token that was given back is the next to be claimed", "[pace][rate]") {
  Rate rate(100, kRateStart);
  const Instant first = rate.claim(kRateStart);
  rate.give_back();
  CHECK(rate.claim(kRateStart) == first);
}

TEST_CASE("a rate of zero is no limit", "[pace][rate]") {
  Rate rate(0, kRateStart);
  for (int i = 0; i < 1000; ++i) CHECK(rate.claim(kRateStart) == kRateStart);
}

TEST_CASE("no two threads get the same token", "[pace][rate]") {
  constexpr int kEach = 20'000;
  Rate rate(1e6, kRateStart);
  std::vector<std::vector<Instant>> claims(4);
  std::vector<std::thread> threads;
  for (auto& mine : claims) {
    threads.emplace_back([&rate, &mine] {
      for (int i = 0; i < kEach; ++i) mine.push_back(rate.claim(kRateStart));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<Instant> all;
  for (const auto& mine : claims) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  CHECK(all.back() == kRateStart + (4 * kEach - 1) * Duration{1000});
}

}  // namespace
}  // namespace mxsweep::pace
