// SPDX-License-Identifier: MIT
// Whole sweeps of a worker in virtual time, each determined by one number, its seed: the promises
// that must hold whatever the network, the kernel and the servers do.
//
//   MXSWEEP_WORLD_SWEEPS=N  runs N sweeps instead of a few
//   MXSWEEP_WORLD_SEED=N    runs only the sweep of this seed, or those from it on

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "mxsweep/ring/clock.h"
#include "mxsweep/sink/authority.h"
#include "mxsweep/tls/client.h"
#include "scan/sweep_in_world.h"
#include "support/cases.h"
#include "support/catch.h"

namespace mxsweep::scan {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void make_polite(Setting& setting, Random& random) {
  const auto one_in = [&](std::uint32_t n) { return random.below(n) == 0; };
  setting.courtesy = {.per_address = random.below(3),
                      .per_prefix = random.below(6),
                      .per_operator = random.below(6),
                      .rest = std::chrono::milliseconds{one_in(2) ? 0 : random.below(60'000)}};
  if (one_in(2)) setting.own_parts = random.below(1000);
  setting.operators = random.below(4);
  if (one_in(3)) setting.waiting_octets = 2'000;
  setting.retries = random.below(3);
  setting.retries_own = random.below(3);
  if (one_in(2)) setting.retry_delay = std::chrono::milliseconds{1 + random.below(60'000)};
}

Setting any_setting(Random& random) {
  const auto one_in = [&](std::uint32_t n) { return random.below(n) == 0; };
  Setting setting;
  setting.targets = 1 + random.below(60);
  setting.addresses = 1 + random.below(one_in(3) ? 8 : 60);
  setting.concurrency = 1 + random.below(one_in(2) ? 4 : 64);
  if (one_in(3)) setting.rate = 1 + random.below(200);
  if (one_in(2)) setting.share_octets = one_in(4) ? 4'000 : 1'000'000;
  if (one_in(6)) {
    setting.stop = one_in(2) ? Stop::drain : Stop::leave;
    setting.stop_after = std::chrono::milliseconds{random.below(20'000)};
    setting.drain = std::chrono::milliseconds{one_in(2) ? 0 : random.below(10'000)};
  }
  const auto often = [&](std::uint32_t most) { return one_in(2) ? 0 : random.below(most); };
  Faults& faults = setting.faults;
  faults.refused = often(300);
  faults.unanswered = often(300);
  faults.reset = often(200);
  faults.no_descriptor = often(300);
  faults.connect_shortage = often(300);
  faults.cancel_in_vain = often(1000);
  faults.interrupted = often(300);
  faults.late = often(500);
  if (one_in(4)) {
    faults.stopped = 1 + random.below(50);
    faults.stop_most = std::chrono::milliseconds{one_in(3) ? 1'000'000 : 40'000};
  }
  faults.ring_fails = one_in(40);
  setting.resumable = one_in(2);
  if (one_in(2)) setting.workers = std::min(setting.concurrency, 1 + random.below(3));
  if (one_in(2)) make_polite(setting, random);
  return setting;
}

// Each persona by itself, where nothing goes wrong.
Expected expect(const std::vector<sink::Persona>& personas, const probe::Plan& plan) {
  Expected expected;
  for (const sink::Persona& persona : personas) {
    Setting setting;
    setting.targets = setting.addresses = 1;
    const std::vector<sink::Persona> alone = {persona};
    SweepInWorld sweep(1, setting, plan, alone);
    sweep.run();
    INFO(persona.name);
    REQUIRE(sweep.world().violation().empty());
    REQUIRE(sweep.fields().size() == 1);
    const RecordFields& fields = sweep.fields().front();
    if (plan.tls != nullptr) {
      CHECK(fields.outcome == to_string(persona.expect.outcome));
      CHECK(fields.cause == to_string(persona.expect.cause));
    }
    expected[persona.name] = fields.outcome + " " + fields.cause;
  }
  return expected;
}

void expect_promises_kept(const std::vector<sink::Persona>& personas, const probe::Plan& plan,
                          std::uint64_t sweeps) {
  const Expected expected = expect(personas, plan);
  const std::uint64_t first = number_of("MXSWEEP_WORLD_SEED", 1);
  const bool asked_for_one = std::getenv("MXSWEEP_WORLD_SEED") != nullptr &&
                             std::getenv("MXSWEEP_WORLD_SWEEPS") == nullptr;
  const std::uint64_t count =
      asked_for_one ? 1 : number_of("MXSWEEP_WORLD_SWEEPS", cases_of(sweeps));
  const double began = ring::cpu_seconds();
  std::uint64_t conversations = 0;
  std::uint64_t broken = 0;
  for (std::uint64_t seed = first; seed < first + count && broken < 10; ++seed) {
    Random random(mix(seed) + 1);
    const Setting setting = any_setting(random);
    SweepInWorld sweep(seed, setting, plan, personas);
    sweep.run();
    conversations += sweep.world().begun().size();
    const std::string wrong = sweep.check(expected);
    if (wrong.empty()) continue;
    ++broken;
    INFO("MXSWEEP_WORLD_SEED=" << seed);
    CHECK(wrong == "");
  }
  const double seconds = ring::cpu_seconds() - began;
  std::cout << count << " sweeps from seed " << first << ": " << conversations << " conversations, "
            << static_cast<std::uint64_t>(static_cast<double>(conversations) / seconds)
            << " a CPU second\n";
}

// Some of the built-in personas.
std::vector<sink::Persona> only(const std::set<std::string>& names) {
  std::vector<sink::Persona> all = *sink::read_personas(sink::builtin_personas());
  std::erase_if(all, [&](const sink::Persona& it) { return !names.contains(it.name); });
  REQUIRE(all.size() == names.size());
  return all;
}

}  // namespace

TEST_CASE("whatever goes wrong, a sweep keeps its promises", "[scan][world]") {
  const auto personas = *sink::read_personas(sink::builtin_personas());
  expect_promises_kept(personas, probe::Plan("scanner.test"), 500);
}

TEST_CASE("whatever goes wrong, a sweep with TLS keeps its promises", "[scan][world-tls]") {
  auto personas = *sink::read_personas(sink::builtin_personas());
  sink::Authority authority(FakeKernel::wall_at_zero());
  REQUIRE(authority.equip(personas).ok());
  tls::Client client;
  REQUIRE(client.open({.authorities = *tls::read_authorities(authority.root_pem())}).ok());
  probe::Plan plan("scanner.test");
  plan.tls = &client;
  expect_promises_kept(personas, plan, 10);
}

TEST_CASE("a sweep that drains gives open conversations the drain time and no more",
          "[scan][world-stop]") {
  const std::vector<sink::Persona> personas = only({"plain", "slow_greeting", "silent"});
  const probe::Plan plan("scanner.test");
  const Expected expected = expect(personas, plan);
  Setting setting;
  setting.targets = setting.addresses = 200;
  setting.concurrency = 40;
  setting.stop = Stop::drain;
  setting.stop_after = std::chrono::milliseconds{500};  // Before any slow greeting.
  for (const int seconds : {0, 2, 10}) {
    INFO(seconds << " s");
    setting.drain = std::chrono::seconds{seconds};
    SweepInWorld sweep(7, setting, plan, personas);
    const Instant stopped = sweep.world().time() + setting.stop_after;
    sweep.run();
    CHECK(sweep.check(expected) == "");
    CHECK(sweep.world().begun().back() <= stopped);
    CHECK(sweep.world().time() >= stopped + setting.drain);
    CHECK(sweep.world().time() < stopped + setting.drain + std::chrono::milliseconds{100});
    // Conversations by persona: those that were completed, and those that were cut off.
    std::map<std::string, int> completed;
    std::map<std::string, int> cut_off;
    for (const RecordFields& fields : sweep.fields()) {
      const sink::Persona& persona = sweep.world().persona_at(sweep.address_of_line(fields.line));
      ++(fields.outcome == "ok" ? completed : cut_off)[persona.name];
      if (fields.outcome == "ok") continue;
      CHECK(fields.phase + " " + fields.cause == "greeting local.interrupted");
    }
    CHECK(cut_off["silent"] > 0);
    // Their greetings come three seconds late.
    CHECK((completed["slow_greeting"] > 0) == (seconds == 10));
    CHECK((cut_off["slow_greeting"] > 0) == (seconds != 10));
  }
}

TEST_CASE("a slow server is visited once for all lines that wait for it", "[scan][world-share]") {
  const std::vector<sink::Persona> personas = only({"plain", "slow_greeting"});
  const probe::Plan plan("scanner.test");
  const Expected expected = expect(personas, plan);
  Setting setting;
  setting.targets = 240;
  setting.addresses = 60;
  setting.share_octets = 1'000'000;
  for (const std::uint32_t concurrency : {1U, 2U, 60U}) {
    INFO(concurrency << " at once");
    setting.concurrency = concurrency;
    SweepInWorld sweep(5, setting, plan, personas);
    sweep.run();
    CHECK(sweep.check(expected) == "");
    CHECK(sweep.world().begun().size() == setting.addresses);
    std::size_t shared = 0;
    for (const RecordFields& fields : sweep.fields()) shared += fields.shared ? 1 : 0;
    CHECK(shared == setting.targets - setting.addresses);
  }
}

}  // namespace mxsweep::scan
