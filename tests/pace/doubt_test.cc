// SPDX-License-Identifier: MIT
#include "mxsweep/pace/doubt.h"

#include <algorithm>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::pace {
namespace {

constexpr Instant kStart{std::chrono::hours{1}};

Instant at(double at_s) {
  return kStart + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(at_s));
}

// A round that begins when it is due, at the earliest at `at_s`, and ends at once.
Instant run_round(Doubt& doubt, Answer answer, double at_s = 0) {
  REQUIRE(doubt.round_due() != kNever);
  const Instant now = std::max(doubt.round_due(), at(at_s));
  doubt.begin_round(now);
  doubt.end_round(answer, now);
  return now;
}

// With canaries of which one has answered at the start.
Doubt with_canaries() {
  Doubt doubt(2, kStart);
  run_round(doubt, Answer::prompt);
  return doubt;
}

TEST_CASE("without canaries a failure is the server's", "[pace][doubt]") {
  const Doubt doubt(0, kStart);
  CHECK(doubt.judge(at(1), at(2)) == Judgement::theirs);
  CHECK(doubt.round_due() == kNever);
  CHECK(doubt.may_begin());
}

TEST_CASE("the first round is due at the start, so that a wrong canary is reported",
          "[pace][doubt]") {
  Doubt doubt(1, kStart);
  CHECK(doubt.round_due() == kStart);
  run_round(doubt, Answer::none);
  CHECK(doubt.paused());
  CHECK(!doubt.may_begin());
}

TEST_CASE("a failure is held until a canary answers a probe that began after it", "[pace][doubt]") {
  Doubt doubt = with_canaries();
  CHECK(doubt.judge(at(1), at(2)) == Judgement::hold);
  const std::uint32_t before = doubt.serial();
  doubt.hold(kStart);
  const Instant round = run_round(doubt, Answer::prompt, 2.5);
  CHECK(doubt.serial() != before);
  CHECK(doubt.judge(at(1), at(2)) == Judgement::theirs);
  CHECK(doubt.judge(at(1), round) == Judgement::theirs);
  CHECK(doubt.judge(at(1), round + Duration{1}) == Judgement::hold);
}

TEST_CASE("a probe that began before the failure says nothing about it", "[pace][doubt]") {
  Doubt doubt = with_canaries();
  doubt.hold(at(9));
  doubt.begin_round(at(10));
  CHECK(doubt.round_due() == kNever);  // Not two rounds at once.
  doubt.end_round(Answer::prompt, at(12));
  CHECK(doubt.judge(at(9), at(11)) == Judgement::hold);
}

TEST_CASE("no round is due while nothing is held", "[pace][doubt]") {
  Doubt doubt = with_canaries();
  CHECK(doubt.round_due() == kNever);
  doubt.hold(kStart);
  CHECK(doubt.round_due() == kStart + kRoundEvery);
  doubt.release();
  CHECK(doubt.round_due() == kNever);
}

TEST_CASE("a round is due sooner when many failures are held, or nothing else is left to do",
          "[pace][doubt]") {
  Doubt doubt = with_canaries();
  doubt.hold(kStart);
  doubt.set_urgent(true);
  CHECK(doubt.round_due() == kStart + kUrgentRoundEvery);
  doubt.set_urgent(false);
  CHECK(doubt.round_due() == kStart + kRoundEvery);
  for (std::uint32_t i = 1; i < kManyHeld; ++i) doubt.hold(kStart);
  CHECK(doubt.round_due() == kStart + kUrgentRoundEvery);
}

TEST_CASE("a round is due sooner when failures come and no server answers", "[pace][doubt]") {
  Doubt doubt = with_canaries();
  doubt.see_life(at(5));
  doubt.hold(at(5.9));
  CHECK(doubt.round_due() == kStart + kRoundEvery);
  doubt.hold(at(6));
  CHECK(doubt.round_due() == kStart + kUrgentRoundEvery);
  doubt.see_life(at(7));
  CHECK(doubt.round_due() == kStart + kRoundEvery);
}

TEST_CASE("a canary that answers late shows that the network had been failing", "[pace][doubt]") {
  Doubt doubt = with_canaries();
  doubt.see_life(at(1));
  doubt.hold(at(2));
  doubt.begin_round(at(10));
  doubt.end_round(Answer::late, at(13));
  CHECK(!doubt.paused());
  CHECK(doubt.pauses() == 0);
  CHECK(doubt.judge(at(1), at(2)) == Judgement::again);
  CHECK(doubt.judge(at(12), at(20)) == Judgement::again);
  CHECK(doubt.judge(at(13), at(20)) == Judgement::hold);
}

TEST_CASE("nothing starts while as many are held as may be", "[pace][doubt]") {
  Doubt doubt = with_canaries();
  for (std::uint32_t i = 0; i < kHeldMost; ++i) {
    CHECK(doubt.may_begin());
    doubt.hold(kStart);
  }
  CHECK(!doubt.may_begin());
  CHECK(!doubt.paused());
  run_round(doubt, Answer::prompt);
  for (std::uint32_t i = 0; i < kHeldMost; ++i) doubt.release();
  CHECK(doubt.may_begin());
}

TEST_CASE("if no canary answers, the sweep pauses and what was held is visited again",
          "[pace][doubt]") {
  Doubt doubt = with_canaries();
  doubt.hold(kStart);
  const Instant lost = run_round(doubt, Answer::none, 5);
  CHECK(doubt.paused());
  CHECK(doubt.judge(at(1), at(2)) == Judgement::again);
  CHECK(doubt.judge(at(1), lost + Duration{1}) == Judgement::again);
  doubt.release();
  CHECK(doubt.round_due() == lost + kPausedRoundEvery);  // Although nothing is held.
  run_round(doubt, Answer::none);
  CHECK(doubt.paused());
  const Instant back = run_round(doubt, Answer::prompt);
  CHECK(!doubt.paused());
  CHECK(doubt.may_begin());
  CHECK(doubt.pauses() == 1);
  CHECK(doubt.paused_for(back + std::chrono::seconds{9}) == back - lost);

  SECTION("and so is every visit that was open meanwhile, when it fails later") {
    CHECK(doubt.judge(at(1), back + Duration{1}) == Judgement::again);
    CHECK(doubt.judge(back - Duration{1}, back + Duration{1}) == Judgement::again);
  }
  SECTION("but not one that began after it") {
    CHECK(doubt.judge(back, back + Duration{1}) == Judgement::hold);
  }
  SECTION("nor one that failed before the last probe that was answered") {
    CHECK(doubt.judge(at(-2), at(-1)) == Judgement::theirs);
    CHECK(doubt.judge(at(-2), at(0)) == Judgement::theirs);
  }
}

TEST_CASE("a lost route pauses the sweep, with or without canaries", "[pace][doubt]") {
  for (const std::uint32_t canaries : {0U, 1U}) {
    Doubt doubt(canaries, kStart);
    if (canaries > 0) run_round(doubt, Answer::prompt);
    doubt.lose_route(at(5));
    doubt.lose_route(at(6));
    CHECK(doubt.paused());
    CHECK(doubt.route_lost());
    CHECK(doubt.round_due() == kNever);  // A probe would find no route either.
    CHECK(doubt.judge(at(5), at(5)) == Judgement::again);
    CHECK(doubt.judge(at(1), at(8)) == Judgement::again);
    doubt.regain_route(at(9));
    CHECK(!doubt.route_lost());
    // With canaries, one of them must answer before the sweep goes on.
    CHECK(doubt.paused() == (canaries > 0));
    if (canaries > 0) {
      CHECK(doubt.round_due() == at(9));
      run_round(doubt, Answer::prompt);
    }
    CHECK(!doubt.paused());
    CHECK(doubt.pauses() == 1);
    CHECK(doubt.paused_for(at(20)) == std::chrono::seconds{4});
    CHECK(doubt.judge(at(8), at(12)) == Judgement::again);
    CHECK(doubt.judge(at(9), at(12)) == (canaries > 0 ? Judgement::hold : Judgement::theirs));
  }
}

TEST_CASE("without canaries, what failed before the route was lost is the server's",
          "[pace][doubt]") {
  Doubt doubt(0, kStart);
  doubt.lose_route(at(5));
  doubt.regain_route(at(9));
  CHECK(doubt.judge(at(1), at(4)) == Judgement::theirs);
}

TEST_CASE("a route that is lost during a round keeps the sweep paused whatever the round shows",
          "[pace][doubt]") {
  for (const Answer answer : {Answer::none, Answer::late, Answer::prompt}) {
    Doubt doubt = with_canaries();
    doubt.hold(kStart);
    doubt.begin_round(at(10));
    doubt.lose_route(at(11));
    doubt.end_round(answer, at(12));
    CHECK(doubt.paused());
    CHECK(doubt.pauses() == 1);
    doubt.regain_route(at(13));
    CHECK(doubt.paused());
    run_round(doubt, Answer::prompt, 13);
    CHECK(!doubt.paused());
    CHECK(doubt.judge(at(11), at(12)) == Judgement::again);
  }
}

// A network that fails and recovers at random, servers some of which never answer, and a sweep that
// does what the judgements say.
struct Sweep {
  static constexpr Duration kTick = std::chrono::milliseconds{100};
  static constexpr Duration kTimeout = std::chrono::seconds{3};

  struct Visit {
    std::uint32_t server;
    Instant began;
    bool answered = false;
    Instant failed = kNever;
  };

  Random random;
  Doubt doubt;
  Instant now = kStart;
  Instant down_until = kStart;
  Instant up_until = kStart;
  std::vector<std::uint32_t> to_visit;
  std::vector<Visit> open;
  std::vector<Visit> held;
  std::vector<std::uint32_t> answered;
  std::vector<std::uint32_t> failed;
  Instant round_began = kNever;  // Of the round that is going on.
  std::uint32_t visited_again = 0;

  Sweep(std::uint64_t seed, std::uint32_t servers) : random(seed), doubt(1, kStart) {
    for (std::uint32_t i = 0; i < servers; ++i) to_visit.push_back(i);
  }

  static bool is_dead(std::uint32_t server) { return server % 3 == 0; }
  [[nodiscard]] bool network_works() const { return now >= down_until; }

  void fail(Visit visit) {
    switch (doubt.judge(visit.began, visit.failed)) {
      case Judgement::theirs: failed.push_back(visit.server); return;
      case Judgement::hold:
        held.push_back(visit);
        doubt.hold(visit.failed);
        return;
      case Judgement::again:
        to_visit.push_back(visit.server);
        ++visited_again;
        return;
    }
  }

  void judge_held() {
    std::vector<Visit> before;
    before.swap(held);
    for (const Visit& visit : before) {
      doubt.release();
      fail(visit);
    }
  }

  void tick() {
    now += kTick;
    if (now >= down_until && now >= up_until) {
      down_until = now + kTick * static_cast<int>(random.below(200));
      up_until = down_until + kTick * static_cast<int>(10 + random.below(400));
    }
    // A visit fails by its timeout alone, or if the network is down for all of its time.
    for (Visit& visit : open) {
      if (network_works() && !is_dead(visit.server)) visit.answered = true;
      if (!visit.answered && now - visit.began >= kTimeout) visit.failed = now;
    }
    for (const Visit& visit : open) {
      if (visit.answered) {
        answered.push_back(visit.server);
        doubt.see_life(now);
      }
      if (visit.failed != kNever) fail(visit);
    }
    std::erase_if(open,
                  [](const Visit& visit) { return visit.answered || visit.failed != kNever; });
    act();
    for (int i = 0; i < 4 && !to_visit.empty() && doubt.may_begin(); ++i) {
      open.push_back({.server = to_visit.back(), .began = now});
      to_visit.pop_back();
    }
    doubt.set_urgent(to_visit.empty() && open.empty());
  }

  void act() {
    const std::uint32_t before = doubt.serial();
    if (round_began != kNever && (network_works() || now - round_began >= kTimeout)) {
      doubt.end_round(network_works() ? Answer::late : Answer::none, now);
      round_began = kNever;
    } else if (round_began == kNever && doubt.round_due() <= now) {
      doubt.begin_round(now);
      round_began = now;
      if (network_works()) {
        doubt.end_round(Answer::prompt, now);
        round_began = kNever;
      }
    }
    if (doubt.serial() != before) judge_held();
  }

  [[nodiscard]] bool over() const { return to_visit.empty() && open.empty() && held.empty(); }
};

TEST_CASE("whenever the network fails, each server ends once, and none fails for our sake",
          "[pace][doubt]") {
  constexpr std::uint32_t kServers = 3000;
  std::uint32_t pauses = 0;
  std::uint32_t visited_again = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Sweep sweep(seed, kServers);
    for (int i = 0; i < 200'000 && !sweep.over(); ++i) sweep.tick();
    CAPTURE(seed);
    REQUIRE(sweep.over());
    CHECK(sweep.doubt.held() == 0);
    CHECK(sweep.answered.size() + sweep.failed.size() == kServers);
    CHECK(std::ranges::none_of(sweep.answered, &Sweep::is_dead));
    CHECK(std::ranges::all_of(sweep.failed, &Sweep::is_dead));
    pauses += sweep.doubt.pauses();
    visited_again += sweep.visited_again;
  }
  CHECK(pauses > 40);
  CHECK(visited_again > pauses);
}

}  // namespace
}  // namespace mxsweep::pace
