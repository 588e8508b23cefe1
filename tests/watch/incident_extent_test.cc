// SPDX-License-Identifier: MIT
// How far a failure reaches: neighbours that are asked or not judged yet, and incidents that are
// one of several.
#include <algorithm>
#include <string>
#include <vector>

#include "mxsweep/watch/incidents.h"
#include "support/catch.h"
#include "watch/incident_world.h"

namespace mxsweep::watch {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Ids = std::vector<MonitorId>;

void decide(IncidentWorld& world, const Ids& ids, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    world.incidents->set_undecided(ids[i], std::nullopt);
    world.fail(ids[i]);
  }
}
void leave_undecided(IncidentWorld& world, const Ids& ids, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    world.incidents->set_undecided(ids[i], IncidentKind::down);
  }
}

TEST_CASE("a problem waits while its neighbours are undecided", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 40, "one.test");
  world.servers("198.51.100.1", 60, "two.test");
  leave_undecided(world, ids, 0, 40);
  decide(world, ids, 0, 5);
  world.pass(seconds{20});
  CHECK(world.all.empty());
  SECTION("until they are judged") {
    decide(world, ids, 5, 40);
    world.pass(kSettleMost);
    CHECK(world.only().scope == ScopeKind::prefix);
    CHECK(world.only().members == ids);
    CHECK(world.only().opened <= world.started + seconds{22});
  }
  SECTION("and they count for neither side") {
    decide(world, ids, 5, 8);
    for (std::size_t i = 8; i < 10; ++i) world.incidents->set_undecided(ids[i], std::nullopt);
    world.pass(kSettleMost);
    // Of the 10 that are judged 8 are down.
    CHECK(world.only().scope == ScopeKind::prefix);
    CHECK(world.only().members.size() == 8);
    CHECK(world.only().watched == 40);
    CHECK(world.only().opened == world.started + kSettleMost);
  }
  SECTION("and a server elsewhere that fails in another way does not") {
    const auto other = world.scattered(1);
    world.fail(other[0], IncidentKind::down, Phase::greeting);
    leave_undecided(world, ids, 10, 20);
    for (std::size_t i = 20; i < 40; ++i) world.incidents->set_undecided(ids[i], std::nullopt);
    for (std::size_t i = 5; i < 10; ++i) world.incidents->set_undecided(ids[i], std::nullopt);
    world.pass(seconds{6});
    CHECK(world.only().members == other);
  }
}

TEST_CASE("two blips beside a server that is down do not delay it", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 40, "one.test");
  leave_undecided(world, ids, 1, 2);
  world.fail(ids[0]);
  world.pass(seconds{5});
  CHECK(world.only().members == Ids{ids[0]});
}

TEST_CASE("an undecided monitor of one kind delays no problem of another", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 40, "one.test");
  leave_undecided(world, ids, 1, 30);
  world.fail(ids[0], IncidentKind::degraded);
  world.pass(seconds{5});
  CHECK(world.only().members == Ids{ids[0]});
}

TEST_CASE("networks that fail together in one way are one incident", "[watch][incidents]") {
  IncidentWorld world;
  std::vector<Ids> networks;
  for (int i = 0; i < 6; ++i) {
    networks.push_back(
        world.servers("192.0." + std::to_string(i) + ".1", 10, "op" + std::to_string(i) + ".test"));
  }
  world.scattered(100);
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 8; ++j) world.fail(networks[i][j]);
  }
  world.pass(seconds{5});
  CHECK(world.only().scope == ScopeKind::several);
  CHECK(world.only().scope_field.empty());
  CHECK(world.only().scope_value == "6 networks of group edge");
  CHECK(world.only().members.size() == 48);
  CHECK(world.only().watched == 60);
  CHECK(world.incidents->controls(1, 3) == Ids{networks[0][8], networks[0][9], networks[1][8]});
  SECTION("which later problems of any of them join") {
    world.fail(networks[4][9]);
    world.turn();
    CHECK(world.incidents->incident_of(networks[4][9], IncidentKind::down) == 1);
  }
  SECTION("which ends as a whole, and is another one then") {
    for (const Ids& ids : networks) {
      for (std::size_t j = 0; j < 8; ++j) world.recover(ids[j]);
    }
    world.turn();
    CHECK_FALSE(world.incident(1).open());
    for (std::size_t j = 0; j < 8; ++j) world.fail(networks[0][j]);
    world.pass(seconds{5});
    CHECK(world.incident(2).scope == ScopeKind::prefix);
  }
  SECTION("which goes on after a restart, with its members") {
    const Incident saved = world.only();
    world.restart(saved.id);
    world.incidents->restore(saved, saved.members);
    world.turn();
    CHECK(world.only().members == saved.members);
    CHECK(world.only().scope_value == saved.scope_value);
    // Its networks are not known any longer.
    world.fail(networks[4][9]);
    world.pass(seconds{5});
    CHECK(world.incident(2).scope == ScopeKind::monitor);
    for (const MonitorId id : saved.members) world.recover(id);
    world.turn();
    CHECK_FALSE(world.incident(1).open());
  }
}

TEST_CASE("what is no coincidence of five is told by itself", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.scattered(30);
  SECTION("four servers") {
    for (std::size_t i = 0; i < 4; ++i) world.fail(ids[i]);
    world.pass(seconds{5});
    CHECK(world.opened().size() == 4);
  }
  SECTION("five of which two fail in another way") {
    for (std::size_t i = 0; i < 5; ++i) {
      world.fail(ids[i], IncidentKind::down, i < 3 ? Phase::connect : Phase::greeting);
    }
    world.pass(seconds{5});
    CHECK(world.opened().size() == 5);
  }
  SECTION("five of which one is down for long") {
    world.incidents->set_doubtful(true);
    world.fail(ids[0]);
    world.pass(minutes{2} + seconds{1});
    for (std::size_t i = 1; i < 5; ++i) world.fail(ids[i]);
    world.pass(seconds{5});
    world.incidents->set_doubtful(false);
    world.turn();
    CHECK(world.opened().size() == 5);
  }
}

TEST_CASE("a network and servers are causes", "[watch][incidents]") {
  IncidentWorld world;
  Ids failing = world.servers("192.0.2.1", 10, "one.test");
  const auto others = world.scattered(40);
  failing.insert(failing.end(), others.begin(), others.begin() + 4);
  for (const MonitorId id : failing) world.fail(id);
  world.pass(seconds{5});
  CHECK(world.only().scope_value == "5 causes of group edge");
  CHECK(world.only().watched == 14);
}

TEST_CASE("the neighbours of a failure are asked once", "[watch][incidents]") {
  IncidentWorld world({"rack"});
  const auto rack = world.servers("192.0.2.1", 8, "one.test", R"({"rack":"a"})");
  world.servers("198.51.100.1", 300, "one.test");  // 255 of one prefix.
  const auto many = world.same_address("203.0.113.1", 300);
  Incidents& incidents = *world.incidents;
  const WallTime since = world.now.wall - seconds{20};
  std::vector<WallTime> asked_since;
  const auto wanted = [&](MonitorId id, IncidentKind kind, WallTime from) {
    CHECK(kind == IncidentKind::down);
    asked_since.push_back(from);
    return id != rack[3] && id != rack[5];  // Say, they have answered since.
  };
  CHECK(incidents.take_neighbours(world.now, wanted).empty());
  incidents.ask_extent(rack[3], IncidentKind::down, since, world.now);
  CHECK(incidents.next() <= world.now.at);
  CHECK(incidents.take_neighbours(world.now, wanted) ==
        Ids{rack[0], rack[1], rack[2], rack[4], rack[6], rack[7]});
  CHECK(std::ranges::all_of(asked_since, [&](WallTime from) { return from == since; }));
  SECTION("in 30 s") {
    world.now = world.now + seconds{29};
    incidents.ask_extent(rack[5], IncidentKind::down, since, world.now);
    CHECK(incidents.take_neighbours(world.now, wanted).empty());
    world.now = world.now + seconds{1};
    incidents.ask_extent(rack[5], IncidentKind::down, since, world.now);
    CHECK(incidents.take_neighbours(world.now, wanted).size() == 6);
  }
  SECTION("and at most 256 of a value") {
    incidents.ask_extent(rack[7] + 20, IncidentKind::down, since, world.now);
    CHECK(incidents.take_neighbours(world.now, wanted).empty());  // Once in a second.
    CHECK(incidents.next() == world.now.at + seconds{1});
    world.now = world.now + seconds{1};
    const Ids found = incidents.take_neighbours(world.now, wanted);
    CHECK(found.size() == 255);
    incidents.ask_extent(many[0], IncidentKind::down, since, world.now);
    world.now = world.now + seconds{1};
    // Its address, and its prefix.
    CHECK(incidents.take_neighbours(world.now, wanted).size() == 300);
  }
}

TEST_CASE("the servers of an operator are asked when three of them fail", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.scattered(100, "mx.one.test");
  world.scattered(20);
  Incidents& incidents = *world.incidents;
  const auto wanted = [](MonitorId, IncidentKind, WallTime) { return true; };
  for (std::size_t i = 0; i < 2; ++i) {
    incidents.ask_extent(ids[i], IncidentKind::down, world.now.wall, world.now);
  }
  CHECK(incidents.take_neighbours(world.now, wanted).empty());
  SECTION("in two minutes") { world.now = world.now + seconds{119}; }
  SECTION("not later") {
    world.now = world.now + seconds{120};
    incidents.ask_extent(ids[2], IncidentKind::down, world.now.wall, world.now);
    CHECK(incidents.take_neighbours(world.now, wanted).empty());
    incidents.ask_extent(ids[3], IncidentKind::down, world.now.wall, world.now);
  }
  incidents.ask_extent(ids[4], IncidentKind::down, world.now.wall, world.now);
  CHECK(incidents.take_neighbours(world.now, wanted) == ids);
}

}  // namespace
}  // namespace mxsweep::watch
