// SPDX-License-Identifier: MIT
// Sweeps in virtual time over a network that fails: with canaries or without, and with a route that
// is lost.
#include <algorithm>
#include <utility>

#include "scan/sweep_in_world.h"
#include "support/catch.h"

namespace mxsweep::scan {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<sink::Persona> only(const std::string& name) {
  std::vector<sink::Persona> all = *sink::read_personas(sink::builtin_personas());
  std::erase_if(all, [&](const sink::Persona& it) { return it.name != name; });
  REQUIRE(all.size() == 1);
  return all;
}

const Expected kPlain = {{"plain", "ok none"}};
const probe::Plan& plan() {
  static const probe::Plan kPlan("scanner.test");
  return kPlan;
}

Setting many_targets() {
  Setting setting;
  setting.targets = setting.addresses = 300;
  setting.rate = 20;
  return setting;
}

// The network fails some seconds after the start of the sweep, for a time.
void fail(SweepInWorld& sweep, Duration after, Duration how_long, bool has_route) {
  World& world = sweep.world();
  world.schedule(world.time() + after,
                 [&world, has_route] { world.set_network(false, has_route); });
  world.schedule(world.time() + after + how_long, [&world] { world.set_network(true, true); });
}

}  // namespace

TEST_CASE("a lost route pauses the sweep, and no target fails for it", "[scan][outage]") {
  const std::vector<sink::Persona> personas = only("plain");
  for (const std::uint32_t canaries : {0U, 1U}) {
    for (const std::uint32_t workers : {1U, 3U}) {
      CAPTURE(canaries, workers);
      Setting setting = many_targets();
      setting.canaries = canaries;
      setting.workers = workers;
      SweepInWorld sweep(1, setting, plan(), personas);
      fail(sweep, seconds{3}, seconds{100}, false);
      sweep.run();
      CHECK(sweep.check(kPlain) == "");
      CHECK(sweep.pauses().pauses == 1);
      CHECK(sweep.pauses().paused_for > seconds{98});
      CHECK(sweep.pauses().paused_for < seconds{101});
      CHECK(sweep.visited_again() > 0);
      CHECK(sweep.visited_again() < 100);
    }
  }
}

TEST_CASE("a network that fails behind its route pauses a sweep with a canary", "[scan][outage]") {
  const std::vector<sink::Persona> personas = only("plain");
  Setting setting = many_targets();
  setting.canaries = 1;
  setting.workers = 2;
  SweepInWorld sweep(1, setting, plan(), personas);
  fail(sweep, seconds{3}, seconds{100}, true);
  sweep.run();
  CHECK(sweep.check(kPlain) == "");
  CHECK(sweep.pauses().pauses == 1);
  CHECK(sweep.pauses().paused_for > seconds{80});
  CHECK(sweep.pauses().held == 0);
}

TEST_CASE("without a canary such a network fails the targets that it cuts off", "[scan][outage]") {
  const std::vector<sink::Persona> personas = only("plain");
  SweepInWorld sweep(1, many_targets(), plan(), personas);
  fail(sweep, seconds{3}, seconds{100}, true);
  sweep.run();
  CHECK(sweep.pauses().pauses == 0);
  CHECK(std::ranges::any_of(
      sweep.fields(), [](const RecordFields& fields) { return fields.cause == "net.timeout"; }));
}

TEST_CASE("an outage too short for a pause is found out by the late answer", "[scan][outage]") {
  const std::vector<sink::Persona> personas = only("plain");
  Setting setting = many_targets();
  setting.canaries = 1;
  SweepInWorld sweep(1, setting, plan(), personas);
  // The first connects fail after 10 s; the canary is probed then, and answers a second later.
  fail(sweep, seconds{3}, milliseconds{11'000}, true);
  sweep.run();
  CHECK(sweep.check(kPlain) == "");
  CHECK(sweep.pauses().pauses == 0);
  CHECK(sweep.visited_again() > 0);
}

TEST_CASE("a sweep of dead servers ends soon, although each failure is held", "[scan][outage]") {
  const std::vector<sink::Persona> personas = only("plain");
  Setting setting = many_targets();
  setting.rate = 0;
  setting.concurrency = 300;
  setting.canaries = 1;
  setting.faults.unanswered = 1000;
  SweepInWorld sweep(1, setting, plan(), personas);
  sweep.run();
  CHECK(sweep.check(kPlain) == "");
  CHECK(sweep.pauses().pauses == 0);
  CHECK(sweep.visited_again() == 0);
  CHECK(sweep.world().time() - sweep.world().begun().back() < plan().connect_timeout + seconds{3});
}

TEST_CASE("a sweep that stops records what is held as it was seen, unless it can be resumed",
          "[scan][outage]") {
  const std::vector<sink::Persona> personas = only("plain");
  for (const auto& [stop, resumable] : {std::pair{Stop::drain, false},
                                        {Stop::leave, false},
                                        {Stop::drain, true},
                                        {Stop::leave, true}}) {
    CAPTURE(resumable);
    Setting setting = many_targets();
    setting.canaries = 1;
    setting.concurrency = 300;
    setting.rate = 0;
    setting.faults.unanswered = 1000;
    setting.stop = stop;
    setting.stop_after = milliseconds{10'050};
    setting.drain = seconds{5};
    setting.resumable = resumable;
    SweepInWorld sweep(1, setting, plan(), personas);
    sweep.run();
    CHECK(sweep.check(kPlain) == "");
    if (resumable) CHECK(sweep.fields().empty());
  }
}

TEST_CASE("a sweep that stops in a pause leaves its targets for another one", "[scan][outage]") {
  const std::vector<sink::Persona> personas = only("plain");
  for (const bool has_route : {false, true}) {
    Setting setting = many_targets();
    setting.canaries = 1;
    setting.stop = Stop::drain;
    setting.stop_after = seconds{60};
    setting.drain = seconds{20};
    SweepInWorld sweep(1, setting, plan(), personas);
    fail(sweep, seconds{3}, seconds{1000}, has_route);
    sweep.run();
    CHECK(sweep.check(kPlain) == "");
    CHECK(sweep.not_started() > 0);
  }
}

TEST_CASE("whenever the network fails, with a canary no living server does", "[scan][outage]") {
  const std::vector<sink::Persona> personas = only("plain");
  std::uint64_t pauses = 0;
  std::uint64_t visited_again = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(mix(seed) + 3);
    Setting setting = many_targets();
    setting.targets = 100 + random.below(200);
    setting.rate = 5 + random.below(40);
    setting.workers = 1 + random.below(3);
    setting.canaries = random.below(3) == 0 ? 0 : 1;
    setting.outages = true;
    setting.retries = random.below(2);
    setting.own_parts = 500;
    if (random.below(2) == 0) setting.share_octets = 1'000'000;
    if (random.below(2) == 0) setting.courtesy.per_address = 1;
    setting.faults.refused = random.below(200);
    setting.faults.unanswered = random.below(200);
    setting.faults.no_descriptor = random.below(100);
    setting.faults.connect_shortage = random.below(100);
    SweepInWorld sweep(seed, setting, plan(), personas);
    sweep.run();
    CAPTURE(seed);
    CHECK(sweep.check(kPlain) == "");
    pauses += sweep.pauses().pauses;
    visited_again += sweep.visited_again();
  }
  CHECK(pauses > 30);
  CHECK(visited_again > 60);
}

}  // namespace mxsweep::scan
