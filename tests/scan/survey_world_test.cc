// SPDX-License-Identifier: MIT
// Surveys of the TLS of one's own servers in a sweep, in virtual time: each of their connections
// keeps the promises that a visit keeps, and each target has one record.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mxsweep/sink/authority.h"
#include "mxsweep/tls/client.h"
#include "scan/sweep_in_world.h"
#include "support/catch.h"

namespace mxsweep::scan {
namespace {

// Servers with TLS and one without, and what a sweep of them expects.
class Surveyed {
 public:
  Surveyed() : authority_(FakeKernel::wall_at_zero()), plan("scanner.test") {
    personas = *sink::read_personas(sink::builtin_personas());
    std::erase_if(personas, [](const sink::Persona& it) {
      return it.name != "certificate_self_signed" && it.name != "tls_1_2_only" &&
             it.name != "no_starttls";
    });
    REQUIRE(personas.size() == 3);
    REQUIRE(authority_.equip(personas).ok());
    options.authorities = *tls::read_authorities(authority_.root_pem());
    REQUIRE(client_.open(options).ok());
    plan.tls = &client_;
    for (const sink::Persona& persona : personas) expected[persona.name] = "ok none";
    setting.targets = setting.addresses = 12;
    setting.own_parts = 1000;
    setting.concurrency = 4;
    setting.enumerates = &options;
  }

  std::vector<sink::Persona> personas;
  tls::ClientOptions options;

 private:
  sink::Authority authority_;
  tls::Client client_;

 public:
  probe::Plan plan;
  Expected expected;
  Setting setting;
};

bool has_tls(SweepInWorld& sweep, const RecordFields& fields) {
  return sweep.world().persona_at(sweep.address_of_line(fields.line)).name != "no_starttls";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a survey of each own server that has TLS is in its record", "[scan][world-survey]") {
  Surveyed surveyed;
  SweepInWorld sweep(3, surveyed.setting, surveyed.plan, surveyed.personas);
  sweep.run();
  CHECK(sweep.check(surveyed.expected) == "");
  std::size_t seen = 0;
  for (const RecordFields& fields : sweep.fields()) {
    INFO(fields.enumeration);
    CHECK(fields.enumeration.empty() != has_tls(sweep, fields));
    if (fields.enumeration.empty()) continue;
    ++seen;
    CHECK(contains(fields.enumeration, "\"complete\":true"));
    CHECK(contains(fields.enumeration, "\"accepted\":\"yes\""));
    CHECK(contains(fields.enumeration, "\"fingerprint\":\"mx1:"));
    CHECK_FALSE(contains(fields.enumeration, "\"stopped\""));
  }
  CHECK(seen > 0);
  CHECK(sweep.world().begun().size() > 20 * seen);
}

TEST_CASE("servers of others are visited as without surveys", "[scan][world-survey]") {
  Surveyed surveyed;
  surveyed.setting.own_parts = 0;
  SweepInWorld sweep(3, surveyed.setting, surveyed.plan, surveyed.personas);
  sweep.run();
  CHECK(sweep.check(surveyed.expected) == "");
  CHECK(sweep.world().begun().size() == surveyed.setting.targets);
  for (const RecordFields& fields : sweep.fields()) CHECK(fields.enumeration.empty());
}

TEST_CASE("a survey is made once for all lines that lead to its server", "[scan][world-survey]") {
  Surveyed surveyed;
  surveyed.setting.addresses = 3;
  surveyed.setting.share_octets = 1'000'000;
  SweepInWorld sweep(4, surveyed.setting, surveyed.plan, surveyed.personas);
  sweep.run();
  CHECK(sweep.check(surveyed.expected) == "");
  std::map<std::string, std::set<std::string>> by_address;
  for (const RecordFields& fields : sweep.fields()) {
    CHECK(fields.enumeration.empty() != has_tls(sweep, fields));
    by_address[to_string(sweep.address_of_line(fields.line))].insert(fields.enumeration);
  }
  CHECK(by_address.size() == 3);
  for (const auto& [address, enumerations] : by_address) CHECK(enumerations.size() == 1);
}

TEST_CASE("a sweep that stops records what a survey has found so far", "[scan][world-survey]") {
  Surveyed surveyed;
  surveyed.setting.stop = Stop::drain;
  surveyed.setting.drain = std::chrono::milliseconds{200};
  surveyed.setting.stop_after = std::chrono::milliseconds{1'500};
  SweepInWorld sweep(3, surveyed.setting, surveyed.plan, surveyed.personas);
  const Instant stopped = sweep.world().time() + surveyed.setting.stop_after;
  sweep.run();
  CHECK(sweep.check(surveyed.expected) == "");
  CHECK(sweep.world().begun().back() <= stopped);
  std::size_t cut_off = 0;
  for (const RecordFields& fields : sweep.fields()) {
    CHECK(fields.outcome == "ok");
    if (contains(fields.enumeration, "\"cause\":\"local.interrupted\"")) ++cut_off;
  }
  CHECK(cut_off > 0);
}

TEST_CASE("a sweep that will be resumed leaves a survey that was cut off to the next run",
          "[scan][world-survey]") {
  Surveyed surveyed;
  surveyed.setting.stop = Stop::drain;
  surveyed.setting.stop_after = std::chrono::milliseconds{1'500};
  surveyed.setting.resumable = true;
  SweepInWorld sweep(3, surveyed.setting, surveyed.plan, surveyed.personas);
  sweep.run();
  CHECK(sweep.check(surveyed.expected) == "");
  CHECK(sweep.not_started() > 0);
  for (const RecordFields& fields : sweep.fields())
    CHECK_FALSE(contains(fields.enumeration, "local.interrupted"));
}

TEST_CASE("whatever goes wrong, a sweep with surveys keeps its promises", "[scan][world-survey]") {
  Surveyed surveyed;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(mix(seed) + 2);
    Setting setting = surveyed.setting;
    setting.own_parts = 300 + random.below(700);
    setting.concurrency = 1 + random.below(8);
    setting.workers = std::min(setting.concurrency, 1 + random.below(3));
    setting.rate = random.below(2) == 0 ? 0 : 20 + random.below(200);
    setting.addresses = 1 + random.below(12);
    setting.share_octets = random.below(2) == 0 ? 0 : 1'000'000;
    setting.waiting_octets = random.below(3) == 0 ? 2'000 : 1'000'000;
    setting.canaries = random.below(2);
    setting.outages = setting.canaries > 0;
    setting.faults = {.reset = random.below(100),
                      .no_descriptor = random.below(100),
                      .connect_shortage = random.below(100),
                      .interrupted = random.below(100),
                      .late = random.below(300)};
    if (random.below(3) == 0) {
      setting.stop = random.below(2) == 0 ? Stop::drain : Stop::leave;
      setting.stop_after = std::chrono::milliseconds{random.below(10'000)};
      setting.resumable = random.below(2) == 0;
    }
    SweepInWorld sweep(seed, setting, surveyed.plan, surveyed.personas);
    sweep.run();
    INFO("seed " << seed);
    CHECK(sweep.check(surveyed.expected) == "");
  }
}

}  // namespace mxsweep::scan
