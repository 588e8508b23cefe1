// SPDX-License-Identifier: MIT
#include "monitor/list_terms.h"

#include <chrono>
#include <string>

#include "support/catch.h"

namespace mxsweep::monitor {
namespace {

using namespace std::chrono_literals;

// A group of so many addresses, and one of so many domains, with one list.
Loaded groups_of(std::size_t addresses, std::size_t domains, Duration every) {
  Loaded loaded;
  watch::Group group;
  group.targets = "edge.txt";
  group.checks = {.words = {"names", "dnsbl:lists.toml"}, .every = every};
  loaded.settings.groups = {group, group};
  loaded.settings.groups[1].targets.clear();
  loaded.settings.groups[1].domains = "domains.txt";
  for (std::size_t i = 0; i < addresses + domains; ++i) {
    Listed& listed = loaded.targets.emplace_back();
    listed.domain = i >= addresses;
    listed.group = listed.domain ? 1 : 0;
    if (!listed.domain) listed.target.address = ipv4(0xc0000200U + static_cast<std::uint32_t>(i));
  }
  blocklists::Zone zone;
  zone.name = "zen";
  zone.kinds.add(blocklists::Kind::ip4);
  zone.per_day = 1000;
  loaded.blocklists = {.zones = {zone}, .state = "count"};
  return loaded;
}

}  // namespace

TEST_CASE("groups may ask a list as often as its terms allow", "[monitor][blocklists]") {
  CHECK(beyond_terms(groups_of(900, 0, 24h)).empty());
  CHECK(beyond_terms(groups_of(450, 450, 24h)).empty());  // Of a domain one server is known.
  CHECK(beyond_terms(groups_of(0, 37, 1h)).empty());
  const std::vector<std::string> beyond = beyond_terms(groups_of(40, 35, 1h));
  REQUIRE(beyond.size() == 1);
  CHECK(beyond[0] ==
        "blocklist zen: the groups would ask it 1800 questions a day, and its per_day leaves 900 "
        "beside its tests: with a checks_every that is 2.0 times as long they may");
}

TEST_CASE("a list has no entries of what it is not asked about", "[monitor][blocklists]") {
  Loaded loaded = groups_of(40, 35, 1h);
  loaded.blocklists->zones[0].kinds = {};
  loaded.blocklists->zones[0].kinds.add(blocklists::Kind::domain);
  CHECK(beyond_terms(loaded).empty());  // 840 questions.
  loaded = groups_of(1000, 0, 1h);
  loaded.settings.groups[0].checks.words = {"names"};
  CHECK(beyond_terms(loaded).empty());
  loaded.blocklists.reset();
  CHECK(beyond_terms(loaded).empty());
}

}  // namespace mxsweep::monitor
