// SPDX-License-Identifier: MIT
#include "view/recent.h"

#include "mxsweep/core/random.h"
#include "mxsweep/view/board.h"
#include "support/catch.h"

namespace mxsweep::view {
namespace {

watch::HistoryRow row_at(std::int64_t second) {
  watch::HistoryRow row;
  row.at_ms = second * 1000;
  return row;
}

}  // namespace

TEST_CASE("a result is the same after it was packed", "[view][recent]") {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    watch::HistoryRow row = row_at(random.below(UINT32_MAX));
    row.outcome = static_cast<Outcome>(random.below(kOutcomeCount));
    row.phase = static_cast<Phase>(random.below(kPhaseCount));
    row.cause = static_cast<Cause>(random.below(kCauseCount));
    row.state = static_cast<watch::State>(random.below(4));
    row.unobserved = random.below(2) == 1;
    row.maintenance = random.below(2) == 1;
    const auto lap = [&] { return static_cast<std::uint32_t>(random.next() >> random.below(64)); };
    row.connect_us = lap();
    row.greeting_us = lap();
    row.ehlo_us = lap();
    row.tls_us = lap();
    row.total_us = lap();
    const ProbeFacts facts = unpack(pack(row));
    CHECK(facts.at.time_since_epoch() == std::chrono::seconds{row.at_ms / 1000});
    CHECK(facts.outcome == row.outcome);
    CHECK(facts.phase == row.phase);
    CHECK(facts.cause == row.cause);
    CHECK(facts.state == row.state);
    CHECK(facts.unobserved == row.unobserved);
    CHECK(facts.maintenance == row.maintenance);
    const std::uint32_t us[] = {row.connect_us, row.greeting_us, row.ehlo_us, row.tls_us,
                                row.total_us};
    for (std::size_t k = 0; k < kLaps; ++k) {
      const auto got = static_cast<double>(facts.laps[k].count()) / 1000;
      CHECK(std::abs(got - us[k]) <= us[k] / 512.0);
    }
  }
}

TEST_CASE("the latest results are kept, the oldest first", "[view][recent]") {
  Recent recent(1000, 1000 * 33 * sizeof(Entry));
  REQUIRE(recent.each_most() == 32);  // With what malloc() adds to them.
  for (std::int64_t second = 0; second < 100; ++second) {
    recent.add(5, pack(row_at(second)));
    const auto size = static_cast<std::int64_t>(recent.size(5));
    REQUIRE(size == std::min<std::int64_t>(second + 1, 32));
    REQUIRE(at_of(*recent.latest(5)) == WallTime{std::chrono::seconds{second}});
    for (std::int64_t i = 0; i < size; ++i) {
      REQUIRE(at_of(recent.entry(5, static_cast<std::size_t>(i))) ==
              WallTime{std::chrono::seconds{second - size + 1 + i}});
    }
  }
  CHECK(recent.size(4) == 0);
  CHECK(recent.latest(4) == nullptr);
  CHECK(recent.latest(6) == nullptr);
  recent.forget(5);
  CHECK(recent.size(5) == 0);
}

TEST_CASE("more monitors than were expected take no more than their least", "[view][recent]") {
  constexpr std::size_t kOctets = 10 * 1024;
  Recent recent(10, kOctets);
  for (watch::MonitorId id = 0; id < 100; ++id) {
    for (std::int64_t second = 0; second < 200; ++second) recent.add(id, pack(row_at(second)));
  }
  CHECK(recent.size(0) == recent.each_most());
  CHECK(recent.size(99) == kEntriesLeast);
  CHECK(recent.octets_held() <= kOctets + 100 * (kEntriesLeast + 1) * sizeof(Entry) + 100 * 32);
  // What they leave is taken, and nothing is out of order.
  for (watch::MonitorId id = 0; id < 99; ++id) recent.forget(id);
  for (std::int64_t second = 200; second < 300; ++second) recent.add(99, pack(row_at(second)));
  REQUIRE(recent.size(99) == recent.each_most());
  for (std::size_t i = 0; i < recent.size(99); ++i) {
    CHECK(at_of(recent.entry(99, i)) ==
          WallTime{std::chrono::seconds{300 - static_cast<std::int64_t>(recent.size(99) - i)}});
  }
}

TEST_CASE("each monitor has its share of the memory, within limits", "[view][recent]") {
  CHECK(Recent(1'000'000, 1'000'000).each_most() == kEntriesLeast);
  CHECK(Recent(1, 1'000'000'000).each_most() == kProbesMost);
  Recent recent(100, 100 * 1024);
  for (watch::MonitorId id = 0; id < 100; ++id) {
    for (std::int64_t second = 0; second < 200; ++second) recent.add(id, pack(row_at(second)));
  }
  CHECK(recent.octets_held() <= 100 * 1024 + 100 * 16);
  CHECK(recent.octets_held() >= 90 * 1024);
  for (watch::MonitorId id = 0; id < 100; ++id) recent.forget(id);
  CHECK(recent.octets_held() <= 100 * 16);
}

}  // namespace mxsweep::view
