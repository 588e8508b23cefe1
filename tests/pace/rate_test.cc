// SPDX-License-Identifier: MIT
#include "mxsweep/pace/rate.h"

#include "support/catch.h"

namespace mxsweep::pace {
namespace {

constexpr Instant kStart{std::chrono::hours{1}};

TEST_CASE("a rate gives no more than its burst and its share of time", "[pace]") {
  Rate rate(500, kStart);
  Instant now = kStart;
  std::uint64_t given = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += std::chrono::microseconds{137};
    given += rate.take(1000, now);
    const double most = rate.burst() + 500 * std::chrono::duration<double>(now - kStart).count();
    REQUIRE(static_cast<double>(given) <= most);
  }
  // And it does not give less either, when it is asked often enough.
  CHECK(given >= 684);
}

TEST_CASE("a rate that was idle for long gives one burst, not a backlog", "[pace]") {
  Rate rate(1000, kStart);
  CHECK(rate.take(1000, kStart + std::chrono::hours{1}) == 10);
}

TEST_CASE("next() names the moment from which one more may start", "[pace]") {
  for (const double per_second : {0.5, 3.0, 500.0, 1e6}) {
    Rate rate(per_second, kStart);
    Instant now = kStart;
    static_cast<void>(rate.take(1000, now));
    for (int i = 0; i < 100; ++i) {
      const Instant next = rate.next(now);
      REQUIRE(next > now);
      CHECK(rate.take(1, next - Duration{1} - (next - now) / 1000) == 0);
      now = next;
      REQUIRE(rate.take(1, now) == 1);
      static_cast<void>(rate.take(1000, now));
    }
  }
}

TEST_CASE("tokens that were not used are given back", "[pace]") {
  Rate rate(100, kStart);
  REQUIRE(rate.take(5, kStart) == 1);
  rate.give_back(1);
  CHECK(rate.take(5, kStart) == 1);
}

TEST_CASE("no rate is no limit", "[pace]") {
  Rate rate(0, kStart);
  CHECK(rate.take(1'000'000, kStart) == 1'000'000);
  CHECK(rate.next(kStart) == kStart);
}

}  // namespace
}  // namespace mxsweep::pace
