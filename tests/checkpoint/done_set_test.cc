// SPDX-License-Identifier: MIT
#include "mxsweep/checkpoint/done_set.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::checkpoint {
namespace {

using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

Ranges ranges_of(const DoneSet& done) {
  Ranges ranges;
  done.each_range([&](std::uint64_t begin, std::uint64_t end) { ranges.emplace_back(begin, end); });
  return ranges;
}

TEST_CASE("numbers in order need no memory", "[checkpoint][done]") {
  DoneSet done;
  for (std::uint64_t n = 0; n < 1'000'000; ++n) REQUIRE(done.add(n));
  CHECK(done.below() == 1'000'000);
  CHECK(done.size() == 1'000'000);
  CHECK(done.octets() < 10'000);
  CHECK(ranges_of(done).empty());
  CHECK_FALSE(done.add(7));
  CHECK(done.contains(999'999));
  CHECK_FALSE(done.contains(1'000'000));
}

TEST_CASE("numbers in any order are kept exactly", "[checkpoint][done]") {
  Random random(20'261'126);
  for (int round = 0; round < 20; ++round) {
    // Around the border of a block, and of words.
    const std::uint64_t base = random.below(2) == 0 ? 0 : 65'500 + random.below(100);
    const std::uint64_t span = 1 + random.below(2'000);
    DoneSet done;
    done.add_range(0, base);
    std::set<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < span; ++i) {
      const std::uint64_t number = base + random.below(static_cast<std::uint32_t>(span));
      CHECK(done.add(number) == expected.insert(number).second);
    }
    std::uint64_t below = base;
    while (expected.contains(below)) ++below;
    REQUIRE(done.below() == below);
    REQUIRE(done.size() == base + expected.size());
    for (std::uint64_t n = base; n < base + span + 2; ++n) {
      REQUIRE(done.contains(n) == expected.contains(n));
    }
    std::set<std::uint64_t> seen;
    for (const auto& [begin, end] : ranges_of(done)) {
      REQUIRE(begin < end);
      REQUIRE_FALSE(done.contains(begin - 1));
      REQUIRE_FALSE(done.contains(end));
      for (std::uint64_t n = begin; n < end; ++n) seen.insert(n);
    }
    std::erase_if(expected, [&](std::uint64_t n) { return n < below; });
    CHECK(seen == expected);
    // What a copy has been made of ranges is the same.
    DoneSet copy;
    copy.add_range(0, done.below());
    for (const auto& [begin, end] : ranges_of(done)) copy.add_range(begin, end);
    CHECK(copy == done);
    CHECK(DoneSet(done) == done);
  }
}

TEST_CASE("a single unfinished target costs little, however long it waits", "[checkpoint][done]") {
  DoneSet done;
  for (std::uint64_t n = 1; n < 1'300'000; ++n) done.add(n);
  CHECK(done.below() == 0);
  CHECK(done.octets() < 100'000);
  CHECK(ranges_of(done) == Ranges{{1, 1'300'000}});
  REQUIRE(done.add(0));
  CHECK(done.below() == 1'300'000);
  CHECK(done.octets() < 10'000);
}

TEST_CASE("many unfinished targets cost a bit for each target", "[checkpoint][done]") {
  DoneSet done;
  std::uint64_t added = 0;
  for (std::uint64_t n = 0; n < 1'300'000; ++n) {
    if (n % 10 != 0 && done.add(n)) ++added;
  }
  CHECK(done.size() == added);
  CHECK(done.octets() < 200'000);
  CHECK(ranges_of(done).size() == 130'000);
  for (std::uint64_t n = 0; n < 1'300'000; n += 10) REQUIRE(done.add(n));
  CHECK(done.below() == 1'300'000);
}

}  // namespace
}  // namespace mxsweep::checkpoint
