// SPDX-License-Identifier: MIT
#include "mxsweep/dnsbl/run.h"

#include <string>
#include <utility>

#include "store/folder.h"
#include "support/catch.h"

namespace mxsweep::dnsbl {
namespace {

blocklists::Zone zone_named(const std::string& name) {
  blocklists::Zone zone;
  zone.name = name;
  zone.zone = name + ".example";
  zone.kinds.add(blocklists::Kind::ip4);
  return zone;
}

// Asks for the test of each list, and answers nothing.
void ask(Run& run) {
  checks::Blocklists& lists = *run.blocklists();
  const std::chrono::sys_days day{std::chrono::year{2026} / 11 / 27};
  lists.on_time(Instant{std::chrono::hours{100}}, WallTime{day});
  for (blocklists::ZoneWatch::PartNumber part = 0; part < lists.watch().parts(); ++part) {
    static_cast<void>(lists.watch().ask(part, "1.2.0.192." + lists.watch().zone_of(part).zone));
  }
  for (dns::Question question; lists.take_question(question);) {
  }
}

// The lines of the lists.
std::string counts_in(const store::Folder& folder) {
  const std::string text = folder.read("count");
  return text.substr(text.find('\n', text.find("day")) + 1);
}

}  // namespace

TEST_CASE("what lists were asked is left to the next run, and one run counts at a time",
          "[dnsbl]") {
  const store::Folder folder;
  const std::string state = folder / "count";
  {
    Run run;
    REQUIRE(run.open({.zones = {zone_named("zen")}, .state = state}).ok());
    ask(run);
    REQUIRE(run.keep().ok());
    Run other;
    CHECK(other.open({.zones = {}, .state = state}).sentence() ==
          state + ".lock: another run counts its questions there");
  }
  Run next;
  REQUIRE(next.open({.zones = {zone_named("zen")}, .state = state}).ok());
  ask(next);
  REQUIRE(next.keep().ok());
  CHECK(counts_in(folder) == "zen 4\n");
}

TEST_CASE("a run that takes over from another one goes on with its day", "[dnsbl]") {
  const store::Folder folder;
  const std::string state = folder / "count";
  Run first;
  REQUIRE(first.open({.zones = {zone_named("zen"), zone_named("own")}, .state = state}).ok());
  Run second;
  REQUIRE(
      second.open({.zones = {zone_named("zen"), zone_named("dbl")}, .state = state}, &first).ok());
  ask(first);  // It is still asked.
  second.take_over(first);
  ask(second);
  REQUIRE(second.keep().ok());
  // That of the list that is gone is not forgotten.
  CHECK(counts_in(folder) == "zen 4\ndbl 2\nown 2\n");
}

TEST_CASE("a file that is no count is an error", "[dnsbl]") {
  const store::Folder folder;
  folder.write("count", "zen 20\n");
  Run run;
  CHECK_FALSE(run.open({.zones = {zone_named("zen")}, .state = folder / "count"}).ok());
}

}  // namespace mxsweep::dnsbl
