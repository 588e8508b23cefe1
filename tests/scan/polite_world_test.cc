// SPDX-License-Identifier: MIT
// Caps, rests and retries of a sweep in virtual time.
#include <algorithm>
#include <set>

#include "scan/sweep_in_world.h"
#include "support/catch.h"

namespace mxsweep::scan {
namespace {

using std::chrono::minutes;
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

// Connections of a sweep, in their order.
std::vector<Instant> begun(SweepInWorld& sweep) {
  std::vector<Instant> moments = sweep.world().begun();
  std::ranges::sort(moments);
  return moments;
}

}  // namespace

TEST_CASE("a server that is busy once is visited again, and has one record", "[scan][retry]") {
  std::vector<sink::Persona> personas = only("busy_421");
  Setting setting;
  setting.targets = setting.addresses = 1;
  setting.retries = 1;
  SweepInWorld sweep(1, setting, plan(), personas);
  sweep.world().schedule(sweep.world().time() + minutes{1}, [&] { personas = only("plain"); });
  sweep.run();
  CHECK(sweep.check(kPlain) == "");
  REQUIRE(sweep.fields().size() == 1);
  CHECK(sweep.fields().front().outcome == "ok");
  CHECK(sweep.fields().front().attempt == 2);
  CHECK(sweep.sweeper(0).retries() == 1);
  const std::vector<Instant> visits = begun(sweep);
  REQUIRE(visits.size() == 2);
  CHECK(visits[1] - visits[0] >= minutes{15});
  CHECK(visits[1] - visits[0] < minutes{15} + seconds{5});
}

TEST_CASE("a server that stays busy has the record of the last attempt", "[scan][retry]") {
  const std::vector<sink::Persona> personas = only("busy_421");
  Setting setting;
  setting.targets = setting.addresses = 1;
  setting.retries = 2;
  setting.retry_delay = seconds{10};
  SweepInWorld sweep(1, setting, plan(), personas);
  sweep.run();
  REQUIRE(sweep.fields().size() == 1);
  CHECK(sweep.fields().front().outcome == "refused");
  CHECK(sweep.fields().front().attempt == 3);
  const std::vector<Instant> visits = begun(sweep);
  REQUIRE(visits.size() == 3);
  CHECK(visits[1] - visits[0] >= seconds{10});
  CHECK(visits[2] - visits[1] >= seconds{20});
}

TEST_CASE("targets that lead to the same server wait for its retry and share the result",
          "[scan][retry]") {
  std::vector<sink::Persona> personas = only("busy_421");
  Setting setting;
  setting.targets = 6;
  setting.addresses = 1;
  setting.share_octets = 1'000'000;
  setting.retries = 1;
  SweepInWorld sweep(1, setting, plan(), personas);
  sweep.world().schedule(sweep.world().time() + minutes{1}, [&] { personas = only("plain"); });
  sweep.run();
  CHECK(sweep.check(kPlain) == "");
  CHECK(sweep.world().begun().size() == 2);
  REQUIRE(sweep.fields().size() == 6);
  std::size_t shared = 0;
  for (const RecordFields& fields : sweep.fields()) {
    CHECK(fields.outcome == "ok");
    CHECK(fields.attempt == 2);
    shared += fields.shared ? 1 : 0;
  }
  CHECK(shared == 5);
}

TEST_CASE("a sweep that stops writes what it knows of visits that wait for a retry",
          "[scan][retry]") {
  const std::vector<sink::Persona> personas = only("busy_421");
  Setting setting;
  setting.targets = 40;
  setting.addresses = 20;  // Each server has a second target, which waits with the first.
  setting.share_octets = 1'000'000;
  setting.retries = 1;
  setting.stop_after = minutes{1};
  for (const Stop stop : {Stop::drain, Stop::leave}) {
    for (const std::uint32_t workers : {1U, 3U}) {
      INFO(workers << " workers");
      setting.stop = stop;
      setting.workers = workers;
      SweepInWorld sweep(3, setting, plan(), personas);
      sweep.run();
      CHECK(sweep.check({{"busy_421", "refused resources.overload"}}) == "");
      // After the first signal there is time for the others that share the result.
      CHECK(sweep.fields().size() == (stop == Stop::drain ? 40 : 20));
      CHECK(sweep.not_started() == (stop == Stop::drain ? 0 : 20));
      for (const RecordFields& fields : sweep.fields()) CHECK(fields.attempt == 1);
    }
  }
}

TEST_CASE("while an address rests, visits to others go on", "[scan][polite]") {
  const std::vector<sink::Persona> personas = only("plain");
  Setting setting;
  setting.targets = 30;
  setting.addresses = 10;  // Three targets each.
  setting.concurrency = 1;
  setting.courtesy = {.per_address = 1, .per_prefix = 0, .per_operator = 0, .rest = seconds{30}};
  SweepInWorld sweep(1, setting, plan(), personas);
  const Instant start = sweep.world().time();
  sweep.run();
  CHECK(sweep.check(kPlain) == "");
  CHECK(sweep.sweeper(0).waited() == 20);
  const std::vector<Instant> visits = begun(sweep);
  REQUIRE(visits.size() == 30);
  CHECK(visits[9] - start < seconds{10});
  CHECK(visits[10] - start >= seconds{30});
  CHECK(visits[29] - start < seconds{80});
}

TEST_CASE("own targets wait for nothing", "[scan][polite]") {
  const std::vector<sink::Persona> personas = only("plain");
  Setting setting;
  setting.targets = 100;
  setting.addresses = 1;
  setting.own_parts = 1000;
  setting.courtesy = {};
  SweepInWorld sweep(1, setting, plan(), personas);
  const Instant start = sweep.world().time();
  sweep.run();
  CHECK(sweep.check(kPlain) == "");
  CHECK(sweep.sweeper(0).waited() == 0);
  CHECK(sweep.world().time() - start < seconds{30});
}

TEST_CASE("workers pass the places of a network on to each other", "[scan][polite]") {
  const std::vector<sink::Persona> personas = only("plain");
  Setting setting;
  setting.targets = setting.addresses = 60;
  setting.workers = 3;
  setting.courtesy = {.per_address = 0, .per_prefix = 1, .per_operator = 0, .rest = {}};
  Duration all{};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    SweepInWorld sweep(seed, setting, plan(), personas);
    const Instant start = sweep.world().time();
    sweep.run();
    CHECK(sweep.check(kPlain) == "");
    all += sweep.world().time() - start;
  }
  // One after the other, without a pause, each takes 0.1 s. A worker that is not woken would go on
  // up to a second later: 13 s in all.
  CHECK(all / 20 < seconds{8});
}

}  // namespace mxsweep::scan
