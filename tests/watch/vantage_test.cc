// SPDX-License-Identifier: MIT
#include "mxsweep/watch/vantage.h"

#include <algorithm>
#include <numeric>

#include "support/catch.h"

namespace mxsweep::watch {
namespace {

using std::chrono::seconds;

// A vantage with some canaries and some healthy servers elsewhere, in virtual time.
class Lookout {
 public:
  Lookout(std::size_t canaries, std::uint32_t quorum, std::size_t well) : well_(well) {
    vantage_.canaries.resize(canaries);
    vantage_.quorum = quorum;
  }

  // So many servers have their first bad result now.
  void fail(std::uint32_t count, std::uint32_t watched = 100) {
    for (std::uint32_t i = 0; i < count; ++i) check.on_soft(next_failing_++, watched, now);
  }
  VantageCheck::Round round() {
    const auto round = check.take_round(now);
    REQUIRE(round);
    return *round;
  }
  void canaries(const VantageCheck::Round& round, std::size_t answer) {
    for (std::size_t i = 0; i < round.canaries.size(); ++i) {
      check.on_canary(round.number, round.canaries[i], i < answer, now);
    }
  }
  void neighbours(const VantageCheck::Round& round, std::size_t answer) {
    for (std::size_t i = 0; i < round.neighbours.size(); ++i) {
      check.on_neighbour(round.number, round.neighbours[i], i < answer, now);
    }
  }
  void pass(Duration duration) { now = now + duration; }

  Moment now{Instant{std::chrono::hours{1}}, WallTime{std::chrono::hours{500'000}}};
  std::size_t well_;

 private:
  Vantage vantage_;
  MonitorId next_failing_ = 1000;

 public:
  VantageCheck check{vantage_, [this](std::size_t most) {
                       std::vector<MonitorId> ids(std::min(most, well_));
                       std::iota(ids.begin(), ids.end(), MonitorId{0});
                       return ids;
                     }};
};

TEST_CASE("a few failures raise no doubt of the vantage", "[watch][vantage]") {
  Lookout lookout(3, 2, 50);
  lookout.fail(10);
  CHECK(lookout.check.sight() == Sight::clear);
  CHECK(lookout.check.next() == kNever);
  CHECK_FALSE(lookout.check.take_round(lookout.now));
}

TEST_CASE("doubt begins above 5 % of the monitors, and above 10", "[watch][vantage]") {
  Lookout lookout(3, 2, 50);
  lookout.fail(50, 1000);
  CHECK(lookout.check.sight() == Sight::clear);
  lookout.fail(1, 1000);
  CHECK(lookout.check.sight() == Sight::doubtful);
  CHECK(lookout.check.next() == lookout.now.at);
}

TEST_CASE("failures that are spread over more than a minute raise no doubt", "[watch][vantage]") {
  Lookout lookout(3, 2, 50);
  for (int i = 0; i < 100; ++i) {
    lookout.fail(1);
    lookout.pass(seconds{7});
  }
  CHECK(lookout.check.sight() == Sight::clear);
  CHECK(lookout.check.recent().size() <= 10);
}

TEST_CASE("a monitor that fails again and again counts once", "[watch][vantage]") {
  Lookout lookout(3, 2, 50);
  for (int i = 0; i < 100; ++i) lookout.check.on_soft(7, 100, lookout.now);
  CHECK(lookout.check.sight() == Sight::clear);
}

TEST_CASE("when canaries and neighbours answer, it is the servers", "[watch][vantage]") {
  Lookout lookout(3, 2, 50);
  lookout.fail(11);
  const auto round = lookout.round();
  CHECK(round.canaries.size() == 3);
  CHECK(round.neighbours.size() == 20);
  CHECK_FALSE(lookout.check.take_round(lookout.now));  // One is enough.
  lookout.canaries(round, 2);
  CHECK(lookout.check.sight() == Sight::doubtful);
  lookout.neighbours(round, 10);
  CHECK(lookout.check.sight() == Sight::clear);
  CHECK(lookout.check.recent().empty());
  lookout.fail(10);
  CHECK(lookout.check.sight() == Sight::clear);  // New doubt needs new failures.
}

TEST_CASE("fewer canaries than the quorum: we are blind", "[watch][vantage]") {
  Lookout lookout(3, 2, 50);
  lookout.fail(11);
  const auto round = lookout.round();
  lookout.neighbours(round, 2);
  CHECK(lookout.check.sight() == Sight::blind);  // By the neighbours already.
  Lookout other(3, 2, 50);
  other.fail(11);
  const auto others = other.round();
  other.canaries(others, 1);
  CHECK(other.check.sight() == Sight::blind);
  CHECK(other.check.explain() == "1 of 3 canaries and 0 of 20 healthy servers answer");
}

TEST_CASE("more than half of the neighbours fail: we are blind", "[watch][vantage]") {
  Lookout lookout(3, 2, 50);
  lookout.fail(11);
  const auto round = lookout.round();
  lookout.canaries(round, 3);
  lookout.neighbours(round, 9);
  CHECK(lookout.check.sight() == Sight::blind);
  CHECK(lookout.check.explain() == "3 of 3 canaries and 9 of 20 healthy servers answer");
}

TEST_CASE("a round is decided without the answers that cannot change it", "[watch][vantage]") {
  Lookout lookout(5, 2, 50);
  lookout.fail(11);
  const auto round = lookout.round();
  for (std::uint32_t canary = 0; canary < 2; ++canary) {
    lookout.check.on_canary(round.number, canary, true, lookout.now);
  }
  for (std::size_t i = 0; i < 10; ++i) {
    lookout.check.on_neighbour(round.number, round.neighbours[i], true, lookout.now);
  }
  CHECK(lookout.check.sight() == Sight::clear);
  // What comes late changes nothing.
  lookout.check.on_neighbour(round.number, round.neighbours[11], false, lookout.now);
  CHECK(lookout.check.sight() == Sight::clear);
}

TEST_CASE("without canaries the neighbours decide alone", "[watch][vantage]") {
  Lookout lookout(0, 0, 4);
  lookout.fail(11);
  const auto round = lookout.round();
  CHECK(round.neighbours.size() == 4);
  SECTION("and half of them is enough") {
    lookout.neighbours(round, 2);
    CHECK(lookout.check.sight() == Sight::clear);
  }
  SECTION("and fewer mean that we are blind") {
    lookout.neighbours(round, 1);
    CHECK(lookout.check.sight() == Sight::blind);
    CHECK(lookout.check.explain() == "1 of 4 healthy servers answer");
  }
}

TEST_CASE("without canaries and neighbours, it is the servers", "[watch][vantage]") {
  Lookout lookout(0, 0, 2);
  lookout.fail(11);
  CHECK(lookout.check.sight() == Sight::doubtful);
  CHECK_FALSE(lookout.check.take_round(lookout.now));
  CHECK(lookout.check.sight() == Sight::clear);
}

TEST_CASE("with canaries and without neighbours, the canaries decide", "[watch][vantage]") {
  Lookout lookout(3, 2, 2);
  lookout.fail(11);
  const auto round = lookout.round();
  CHECK(round.neighbours.empty());
  lookout.canaries(round, 2);
  CHECK(lookout.check.sight() == Sight::clear);
}

TEST_CASE("while blind a round is made each 5 s, and a good one ends it", "[watch][vantage]") {
  Lookout lookout(3, 2, 50);
  lookout.fail(11);
  lookout.canaries(lookout.round(), 0);
  REQUIRE(lookout.check.sight() == Sight::blind);
  for (int i = 0; i < 20; ++i) {
    CHECK_FALSE(lookout.check.take_round(lookout.now));
    CHECK(lookout.check.next() == lookout.now.at + seconds{5});
    lookout.pass(seconds{5});
    const auto round = lookout.round();
    CHECK(round.neighbours.empty());  // The canaries are enough.
    lookout.canaries(round, 1);
    CHECK(lookout.check.sight() == Sight::blind);
  }
  lookout.pass(seconds{5});
  lookout.canaries(lookout.round(), 2);
  CHECK(lookout.check.sight() == Sight::clear);
  CHECK(lookout.check.next() == kNever);
}

TEST_CASE("probes that hang do not delay the end of blindness", "[watch][vantage]") {
  Lookout lookout(2, 1, 0);
  lookout.fail(11);
  lookout.canaries(lookout.round(), 0);
  lookout.pass(seconds{5});
  for (int i = 0; i < 100; ++i) {  // None of these is answered.
    (void)lookout.round();
    lookout.pass(seconds{5});
  }
  CHECK(lookout.check.sight() == Sight::blind);
  const auto round = lookout.round();
  lookout.check.on_canary(round.number, 1, true, lookout.now);
  CHECK(lookout.check.sight() == Sight::clear);
}

TEST_CASE("a round without answers means that we are blind", "[watch][vantage]") {
  Lookout lookout(2, 1, 20);
  lookout.fail(11);
  (void)lookout.round();
  CHECK(lookout.check.next() == lookout.now.at + seconds{60});
  lookout.pass(seconds{60});
  const auto round = lookout.check.take_round(lookout.now);
  CHECK(lookout.check.sight() == Sight::blind);
  CHECK(round);  // The next one is due at once.
}

TEST_CASE("without canaries the same neighbours show the end of blindness", "[watch][vantage]") {
  Lookout lookout(0, 0, 20);
  lookout.fail(11);
  lookout.neighbours(lookout.round(), 0);
  REQUIRE(lookout.check.sight() == Sight::blind);
  lookout.well_ = 0;  // By now none of them is in a prefix without a failure.
  lookout.pass(seconds{5});
  const auto round = lookout.round();
  CHECK(round.neighbours.size() == 20);
  lookout.neighbours(round, 20);
  CHECK(lookout.check.sight() == Sight::clear);
}

}  // namespace
}  // namespace mxsweep::watch
