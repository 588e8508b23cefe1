// SPDX-License-Identifier: MIT
// The slow checks of a whole monitor, in virtual time.
#include <chrono>
#include <string>
#include <vector>

#include "support/catch.h"
#include "watch/watch_scene.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;
using Said = std::vector<std::string>;

CheckResult well(std::string check = "spf") {
  return {.check = std::move(check), .answered = true, .findings = {}};
}
CheckResult timed_out(std::string check = "spf") {
  return {.check = std::move(check), .answered = false, .findings = {}};
}
CheckResult broken(CheckFinding finding, std::string check = "spf") {
  return {.check = std::move(check),
          .answered = true,
          .findings = {{.finding = finding, .at = "example.org", .detail = "two records"}}};
}
CheckSample sample(std::vector<CheckResult> checks, bool whole = true) {
  return {.checks = std::move(checks), .whole = whole};
}

// Mail domains that are always up, with the checks that a script gives.
struct CheckScene : WatchScene {
  using Script = std::function<CheckSample(std::uint32_t number, Duration elapsed)>;

  CheckScene() {
    settings.groups[0].checks.words = {"spf"};
    settings.groups[0].checks.every = 1h;
  }
  void begin_domains(std::uint32_t domains, Script script) {
    begin(domains, [](Monitor& monitor, std::uint32_t i) {
      monitor.domain = "d" + std::to_string(i) + ".test";
      monitor.target = monitor.domain;
      monitor.key = "edge " + monitor.domain + ":25";
      monitor.address = {};
    });
    watch->on_check = [script = std::move(script)](std::uint32_t number, const Moment& now) {
      return script(number, now.at - kSceneStart.at);
    };
  }
  [[nodiscard]] std::vector<OpenFinding> open(std::uint32_t number = 0) const {
    return watch->watch().slow_checks().open(watch->id_of(number));
  }
};

TEST_CASE(
    "a broken SPF record is an incident when two results in a row have it, until it is mended",
    "[watch][checks]") {
  CheckScene scene;
  scene.begin_domains(1, [](std::uint32_t, Duration elapsed) {
    return sample({elapsed > 3h && elapsed < 8h ? broken(CheckFinding::spf_multiple) : well()});
  });
  const Said said = scene.said_until(12h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [CHECK FAILED] d0.test:25: spf.multiple (since 0"));
  CHECK(has(said[1], "closing [CHECK PASSES after"));
  CHECK(said[0] < "04:10:00");  // Confirmed after minutes, not at the next hour.
  CHECK(scene.watch->health(0).state == State::up);
  CHECK(scene.events_of("found").size() == 1);
  CHECK(scene.events_of("mended").size() == 1);
}

TEST_CASE("one result is no incident", "[watch][checks]") {
  CheckScene scene;
  std::uint32_t results = 0;
  scene.begin_domains(1, [&results](std::uint32_t, Duration) {
    return sample({++results == 3 ? broken(CheckFinding::spf_multiple) : well()});
  });
  CHECK(scene.said_until(12h).empty());
}

TEST_CASE("time-outs of DNS are no incident, and do not end one", "[watch][checks]") {
  CheckScene scene;
  scene.begin_domains(2, [](std::uint32_t number, Duration elapsed) {
    if (elapsed > 5h && elapsed < 10h) return sample({timed_out()}, false);
    return sample({number == 0 ? broken(CheckFinding::spf_multiple) : well()});
  });
  const Said said = scene.said_until(12h);
  REQUIRE(said.size() == 1);
  CHECK(has(said[0], "opening [CHECK FAILED] d0.test:25"));
  CHECK(scene.open(0).size() == 1);
  CHECK(scene.open(1).empty());
}

TEST_CASE("a finding that is no error counts only if that is wanted", "[watch][checks]") {
  for (const bool wanted : {false, true}) {
    CheckScene scene;
    if (wanted) scene.settings.groups[0].checks.least = mxsweep::Severity::warn;
    scene.begin_domains(
        1, [](std::uint32_t, Duration) { return sample({broken(CheckFinding::spf_all_missing)}); });
    CHECK(scene.said_until(3h).size() == (wanted ? 1 : 0));
  }
}

TEST_CASE("what an error of a sender is need be none of servers that only receive",
          "[watch][checks]") {
  CheckScene scene;
  scene.settings.groups[0].checks.role = MailRole::in;
  scene.begin_domains(1, [](std::uint32_t, Duration) {
    return sample({broken(CheckFinding::rdns_none, "names 192.0.2.1")});
  });
  CHECK(scene.said_until(3h).empty());
}

TEST_CASE("a restart keeps what was found, and tells it once", "[watch][checks][restart]") {
  CheckScene scene;
  scene.begin_domains(1, [](std::uint32_t, Duration elapsed) {
    return sample({elapsed < 8h ? broken(CheckFinding::spf_multiple) : well()});
  });
  for (const Duration when : {Duration{2h}, Duration{2h + 5s}, Duration{4h}})
    scene.world->restart(when);
  scene.world->run_until(4h + 1s);
  REQUIRE(scene.open().size() == 1);
  CHECK(scene.open()[0].report.detail == "two records");
  const Said said = scene.said_until(12h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [CHECK FAILED]"));
  CHECK(has(said[1], "closing [CHECK PASSES"));
}

TEST_CASE("a second finding is an update of the same incident", "[watch][checks]") {
  CheckScene scene;
  scene.begin_domains(1, [](std::uint32_t, Duration elapsed) {
    CheckSample both = sample({broken(CheckFinding::spf_multiple), well("dmarc")});
    if (elapsed > 5h) both.checks[1] = broken(CheckFinding::dmarc_multiple, "dmarc");
    return both;
  });
  const Said said = scene.said_until(12h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[1], "update [CHECK FAILED, update] d0.test:25: spf.multiple, dmarc.multiple"));
  CHECK(scene.open().size() == 2);
}

TEST_CASE("findings of an MX host that has gone end", "[watch][checks]") {
  CheckScene scene;
  scene.begin_domains(1, [](std::uint32_t, Duration elapsed) {
    if (elapsed > 5h) return sample({well()});
    return sample({well(), broken(CheckFinding::rdns_none, "names 192.0.2.1")});
  });
  const Said said = scene.said_until(12h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[1], "closing"));
}

TEST_CASE("many domains that fail the same check are one incident", "[watch][checks]") {
  CheckScene scene;
  scene.settings.group_wait = 2h;  // As long as the checks take to get to all of them.
  scene.begin_domains(20, [](std::uint32_t, Duration elapsed) {
    return sample({elapsed > 2h ? broken(CheckFinding::spf_include_none) : well()});
  });
  const Said said = scene.said_until(8h);
  REQUIRE(said.size() == 1);
  CHECK(has(said[0], "[CHECK FAILED] 20 domains"));
  CHECK(has(said[0], ": spf.include_none"));
}

TEST_CASE("what is no longer checked is no longer open", "[watch][checks]") {
  CheckScene scene;
  scene.begin_domains(
      1, [](std::uint32_t, Duration) { return sample({broken(CheckFinding::spf_multiple)}); });
  scene.world->run_until(3h);
  CHECK(scene.open().size() == 1);
  Settings without = scene.settings;
  without.groups[0].checks.words.clear();
  scene.watch->reload(without, scene.world->now());
  const Said said = scene.said_until(4h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[1], "closing"));
  CHECK(scene.open().empty());
}

TEST_CASE("a silenced domain's findings are not told", "[watch][checks]") {
  CheckScene scene;
  scene.begin_domains(
      1, [](std::uint32_t, Duration) { return sample({broken(CheckFinding::spf_multiple)}); });
  REQUIRE(scene.watch->watch()
              .silence({.group = "edge", .severity = {}, .target = {}, .labels = {}}, false, "anna",
                       "", 24h, kSceneStart)
              .ok());
  CHECK(scene.said_until(5h).empty());
}

TEST_CASE("a check that is asked for is made at once", "[watch][checks]") {
  CheckScene scene;
  std::uint32_t results = 0;
  scene.settings.groups[0].checks.every = 24h;
  scene.begin_domains(1, [&results](std::uint32_t, Duration) {
    ++results;
    return sample({well()});
  });
  scene.world->run_until(2h);
  CHECK(results == 1);
  CHECK(scene.watch->watch().ask_checks({}, scene.world->now()) == 1);
  scene.world->run_until(2h + 1s);
  CHECK(results == 2);
}

}  // namespace
}  // namespace mxsweep::watch
