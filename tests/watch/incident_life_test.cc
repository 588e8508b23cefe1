// SPDX-License-Identifier: MIT
// What incidents go through after they have opened, and those that are no problems of monitors.
#include <vector>

#include "mxsweep/watch/incidents.h"
#include "support/catch.h"
#include "watch/incident_world.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using What = IncidentChange::What;

TEST_CASE("an acknowledgement ends when the incident gets worse", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  world.scattered(30);
  for (std::size_t i = 0; i < 8; ++i) world.fail(ids[i]);
  world.pass(seconds{5});
  world.incidents->acknowledge(
      1, {.by = "ann", .note = "on it", .at = world.now.wall, .until = world.now.wall + hours{24}});
  world.turn();
  CHECK(world.incident(1).acknowledged);
  SECTION("by a quarter more members") {
    world.fail(ids[8]);
    world.turn();
    CHECK(world.incident(1).acknowledged);
    world.fail(ids[9]);
    world.turn();
    CHECK_FALSE(world.incident(1).acknowledged);
  }
  SECTION("not by the recovery of members") {
    for (std::size_t i = 0; i < 4; ++i) world.recover(ids[i]);
    world.turn();
    CHECK(world.incident(1).acknowledged);
  }
  SECTION("and at its time") {
    world.pass(hours{24} - seconds{1});
    CHECK(world.incident(1).acknowledged);
    CHECK(world.incidents->next() == world.now.at + seconds{1});
    world.pass(seconds{1});
    CHECK_FALSE(world.incident(1).acknowledged);
    CHECK(world.all.back() == std::pair{What::changed, IncidentId{1}});
  }
}

TEST_CASE("an incident goes on after a restart", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  world.scattered(30);
  for (std::size_t i = 0; i < 8; ++i) world.fail(ids[i]);
  world.pass(seconds{5});
  const Incident saved = world.only();
  world.restart(saved.id);
  world.incidents->restore(saved, saved.members);
  world.all.clear();
  world.turn();
  CHECK(world.all.empty());
  SECTION("with those that are still down, and a later one") {
    world.fail(ids[0]);
    world.fail(ids[9]);
    world.pass(minutes{1});
    CHECK(world.all.empty());
    CHECK(world.only().members.size() == 9);
  }
  SECTION("and ends when they have recovered") {
    for (std::size_t i = 0; i < 8; ++i) world.recover(ids[i]);
    world.turn();
    CHECK_FALSE(world.incident(1).open());
    for (const MonitorId id : ids) world.fail(id);
    world.pass(seconds{5});
    CHECK(world.incident(2).open());  // Its number is new.
  }
}

TEST_CASE("an incident of monitors that are no longer watched ends", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  world.scattered(30);
  for (const MonitorId id : ids) world.fail(id);
  world.pass(seconds{5});
  SECTION("with the last of them") {
    for (std::size_t i = 0; i < 9; ++i) world.incidents->remove(ids[i]);
    world.turn();
    CHECK(world.incident(1).open());  // 1 of 1 is down.
    CHECK(world.incident(1).watched == 1);
    world.incidents->remove(ids[9]);
    world.turn();
    CHECK_FALSE(world.incident(1).open());
    CHECK(world.incident(1).text == "no longer watched");
    CHECK(world.incident(1).until == world.now.wall);
  }
  SECTION("after a restart without them") {
    const Incident saved = world.only();
    world.restart(saved.id);
    world.incidents->restore(saved, {});
    world.turn();
    CHECK_FALSE(world.incident(1).open());
    CHECK(world.incident(1).text == "no longer watched");
  }
}

TEST_CASE("what is no problem of monitors opens at once", "[watch][incidents]") {
  IncidentWorld world;
  Incidents& incidents = *world.incidents;
  incidents.set_doubtful(true);
  const IncidentId blind = incidents.raise(IncidentKind::blind, Severity::critical, "vantage",
                                           "we are blind", "0 of 3 canaries answer", world.now);
  world.turn();
  CHECK(world.all.back() == std::pair{What::opened, blind});
  CHECK(incidents.raise(IncidentKind::blind, Severity::critical, "vantage", "we are blind",
                        "0 of 3 canaries answer", world.now) == blind);
  world.turn();
  CHECK(world.all.size() == 1);  // Nothing new.
  CHECK(incidents.raise(IncidentKind::blind, Severity::critical, "vantage", "we are blind",
                        "1 of 3 canaries answer", world.now) == blind);
  world.turn();
  CHECK(world.all.back() == std::pair{What::changed, blind});
  CHECK(world.incident(blind).revision == 2);
  incidents.settle(IncidentKind::internal, "vantage", world.now);
  world.turn();
  CHECK(world.incident(blind).open());
  incidents.settle(IncidentKind::blind, "vantage", world.now);
  world.turn();
  CHECK(world.all.back() == std::pair{What::closed, blind});
  CHECK(world.incident(blind).until == world.now.wall);
}

TEST_CASE("our own trouble is known again after a restart", "[watch][incidents]") {
  IncidentWorld world;
  const IncidentId disk = world.incidents->raise(IncidentKind::internal, Severity::warning, "disk",
                                                 "the disk is full", {}, world.now);
  world.turn();
  const Incident saved = world.incident(disk);
  world.restart(disk);
  world.incidents->restore(saved, {});
  world.turn();
  CHECK(world.incident(disk).open());
  world.incidents->settle(IncidentKind::internal, "disk", world.now);
  world.turn();
  CHECK_FALSE(world.incident(disk).open());
}

TEST_CASE("a notice has no end to wait for", "[watch][incidents]") {
  IncidentWorld world;
  const IncidentId one = world.incidents->raise(IncidentKind::change, Severity::info, "edge a",
                                                "lost STARTTLS", {}, world.now);
  const IncidentId two = world.incidents->raise(IncidentKind::change, Severity::info, "edge a",
                                                "has STARTTLS", {}, world.now);
  world.turn();
  CHECK(one != two);
  CHECK(world.all ==
        std::vector<std::pair<What, IncidentId>>{{What::opened, one}, {What::opened, two}});
  CHECK(world.incident(one).closed == world.incident(one).opened);
  CHECK(world.incident(one).revision == 1);
  world.incidents->forget(one);
  CHECK(world.incidents->find(one) == nullptr);
}

TEST_CASE("healthy monitors of the scope are its controls", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  world.scattered(30);
  for (std::size_t i = 0; i < 8; ++i) world.fail(ids[i]);
  world.fail(ids[8], IncidentKind::degraded);
  world.pass(seconds{5});
  CHECK(world.incidents->controls(1, 3) == std::vector<MonitorId>{ids[9]});
  CHECK(world.incidents->controls(99, 3).empty());
}

TEST_CASE("an incident opens when its controls have answered", "[watch][incidents]") {
  IncidentWorld world;
  world.incidents->use_controls(3);
  const auto ids = world.servers("192.0.2.1", 20, "one.test");
  world.scattered(30, "mx.two.test");
  for (std::size_t i = 0; i < 17; ++i) world.fail(ids[i]);
  world.pass(seconds{5});
  CHECK(world.all.empty());
  const auto controls = world.incidents->take_controls();
  REQUIRE(controls.size() == 3);
  CHECK(world.incidents->take_controls().empty());
  std::size_t visited = 0;
  world.incidents->each([&](const Incident&) { ++visited; });
  CHECK(visited == 0);
  const auto answer = [&](std::size_t i, bool good) {
    world.incidents->on_control(controls[i].incident, controls[i].monitor, good, world.now);
  };
  SECTION("all of them") {
    answer(0, true);
    answer(1, false);
    answer(2, true);
    world.turn();
    CHECK(world.only().text ==
          "The other 3 monitors of one.test are well. "
          "Probed again, 2 of 3 healthy monitors beside them answer.");
  }
  SECTION("or after 5 s, with those that have") {
    answer(0, true);
    CHECK(world.incidents->next() == world.now.at + kControlsWait);
    world.pass(kControlsWait);
    CHECK(world.only().text ==
          "The other 3 monitors of one.test are well. "
          "Probed again, a healthy monitor beside them answers.");
    answer(1, false);  // Too late.
    world.turn();
    CHECK(world.only().revision == 1);
  }
  SECTION("not while the vantage is in doubt") {
    world.incidents->set_doubtful(true);
    for (std::size_t i = 0; i < 3; ++i) answer(i, true);
    world.pass(seconds{20});
    CHECK(world.all.empty());
    world.incidents->set_doubtful(false);
    world.turn();
    CHECK(world.all.size() == 1);
  }
  SECTION("and not at all when its members recover before") {
    for (std::size_t i = 0; i < 17; ++i) world.recover(ids[i]);
    world.pass(seconds{20});
    CHECK(world.all.empty());
    CHECK(world.incidents->find(controls[0].incident) == nullptr);
  }
}

TEST_CASE("a member that recovers and fails again is in its incident once", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 100, "one.test");
  world.scattered(30);
  for (const MonitorId id : ids) world.fail(id);
  world.pass(seconds{5});
  for (int i = 0; i < 5; ++i) {  // Faster than a large incident is looked through.
    world.recover(ids[7]);
    world.turn();
    world.fail(ids[7]);
    world.turn();
  }
  world.pass(seconds{2});
  CHECK(world.only().members == ids);
}

}  // namespace
}  // namespace mxsweep::watch
