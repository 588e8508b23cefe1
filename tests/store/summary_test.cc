// SPDX-License-Identifier: MIT
#include "store/summary.h"

#include <numeric>

#include "support/catch.h"

namespace mxsweep::store {
namespace {

std::vector<Measured> each_minute(std::uint32_t first, std::uint32_t count) {
  std::vector<Measured> results(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    results[i].monitor = 1;
    results[i].at_ms = (first + i) * 60'000;
    results[i].us = {50'000 + i, 1000, 2000, 3000, 0};
  }
  return results;
}

std::uint32_t whole(const Summary& summary) {
  return std::accumulate(summary.seconds.begin(), summary.seconds.end(), 0U);
}

}  // namespace

TEST_CASE("an hour without a failure is 3,600 seconds up", "[store][summary]") {
  const Summary summary = Summarizer().hour(each_minute(0, 60));
  CHECK(summary.counts == decltype(summary.counts){60, 60, 0, 0, 0, 0});
  CHECK(summary.seconds == decltype(summary.seconds){3600, 0, 0, 0, 0, 0});
  CHECK(summary.spreads[0].count == 60);
  CHECK(summary.spreads[0].at.back() == 50'059);
  CHECK(summary.spreads[4].count == 0);  // No TLS: there is no spread of it.
}

TEST_CASE("a state lasts until the next result", "[store][summary]") {
  std::vector<Measured> results = each_minute(0, 60);
  for (std::size_t i = 10; i < 25; ++i) {
    results[i].outcome = Outcome::failed;
    results[i].state = watch::State::down;
  }
  for (std::size_t i = 30; i < 32; ++i) results[i].maintenance = true;
  for (std::size_t i = 31; i < 35; ++i) results[i].unobserved = true;
  const Summary summary = Summarizer().hour(results);
  CHECK(summary.counts == decltype(summary.counts){60, 45, 0, 0, 15, 0});
  CHECK(summary.seconds == decltype(summary.seconds){3600 - 900 - 180 - 120, 0, 900, 0, 180, 120});
  CHECK(summary.spreads[0].count == 45);  // A timeout says nothing of how fast the server is.
}

TEST_CASE("what no result covers was not observed", "[store][summary]") {
  // The monitor ran from minute 20 to 29.
  const Summary summary = Summarizer().hour(each_minute(20, 10));
  CHECK(summary.seconds[0] == 3 * 60 + 9 * 60 + 3 * 60);
  CHECK(summary.seconds[4] == 3600 - summary.seconds[0]);
}

TEST_CASE("one result an hour stands for the hour", "[store][summary]") {
  CHECK(Summarizer().hour(each_minute(17, 1)).seconds[0] == 3600);
}

TEST_CASE("the seconds of an hour add up, whatever happens in it", "[store][summary]") {
  std::uint32_t random = 1;
  for (int round = 0; round < 1000; ++round) {
    std::vector<Measured> results;
    for (std::uint32_t at = 0; at < kHourMs;) {
      random = random * 1664525 + 1013904223;
      at += (random >> 8) % 300'000;
      if (at >= kHourMs) break;
      Measured& result = results.emplace_back();
      result.at_ms = at;
      result.state = static_cast<watch::State>((random >> 3) % 4);
      result.maintenance = (random >> 10) % 7 == 0;
      result.unobserved = (random >> 14) % 5 == 0;
    }
    if (!results.empty()) REQUIRE(whole(Summarizer().hour(results)) == 3600);
  }
}

TEST_CASE("a day is the sum of its hours", "[store][summary]") {
  const Summary hour = Summarizer().hour(each_minute(0, 60));
  const std::vector<Summary> hours(24, hour);
  const Summary day = Summarizer().day(hours);
  CHECK(day.counts[0] == 24 * 60);
  CHECK(day.seconds[0] == 24 * 3600);
  CHECK(day.spreads[0].count == 24 * 60);
  CHECK(day.spreads[1].at[3] == 1000);
}

}  // namespace mxsweep::store
