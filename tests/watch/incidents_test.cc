// SPDX-License-Identifier: MIT
#include "mxsweep/watch/incidents.h"

#include <algorithm>
#include <optional>

#include "support/catch.h"
#include "watch/incident_world.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using What = IncidentChange::What;
using Counts = std::vector<std::pair<ScopeKind, std::size_t>>;

TEST_CASE("the servers of a prefix are one incident", "[watch][incidents]") {
  IncidentWorld world;
  const auto prefix = world.servers("192.0.2.1", 250, "example.net");
  world.servers("198.51.100.1", 250, "example.net");
  for (const MonitorId id : prefix) world.fail(id);
  world.pass(seconds{4});
  CHECK(world.all.empty());
  world.pass(seconds{1});
  const Incident& incident = world.only();
  CHECK(incident.id == 1);
  CHECK(incident.scope == ScopeKind::prefix);
  CHECK(incident.scope_value == "192.0.2.0/24");
  CHECK(incident.members == prefix);
  CHECK(incident.members_peak == 250);
  CHECK(incident.watched == 250);
  CHECK(incident.severity == Severity::critical);
  CHECK(incident.phase == Phase::connect);
  CHECK(incident.cause == Cause::net_timeout);
  CHECK(incident.percent == 100);
  CHECK(incident.since == world.started);
  CHECK(incident.opened == world.started + seconds{5});
  CHECK(incident.text == "The other 250 monitors of example.net are well.");
}

TEST_CASE("the cause that explains the most with the fewest healthy goes first",
          "[watch][incidents]") {
  IncidentWorld world({"rack"});
  // Rack a is in the prefix; rack b is half in it and half in another one, where others are well.
  const auto a = world.servers("192.0.2.1", 20, "one.test", R"({"rack":"a"})");
  const auto b1 = world.servers("192.0.2.101", 10, "one.test", R"({"rack":"b"})");
  const auto b2 = world.servers("198.51.100.1", 10, "one.test", R"({"rack":"b"})");
  world.servers("198.51.100.101", 40, "one.test", R"({"rack":"c"})");
  for (const auto& ids : {b2, a, b1}) {
    for (const MonitorId id : ids) world.fail(id);
  }
  world.pass(seconds{5});
  REQUIRE(world.all.size() == 2);
  const Incident& first = world.incident(1);
  CHECK(first.scope_value == "192.0.2.0/24");
  CHECK(first.members.size() == 30);
  const Incident& second = world.incident(2);
  CHECK(second.scope == ScopeKind::meta);
  CHECK(second.scope_field == "rack");
  CHECK(second.scope_value == "rack=b");
  CHECK(second.members == b2);
  CHECK(second.watched == 20);
}

TEST_CASE("a value with more than a fifth of healthy monitors explains nothing",
          "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  world.servers("198.51.100.1", 10, "two.test");
  SECTION("4 of 10 are incidents of their own") {
    for (std::size_t i = 0; i < 4; ++i) world.fail(ids[i]);
    world.pass(seconds{5});
    CHECK(world.opened() == Counts(4, {ScopeKind::monitor, 1}));
    CHECK(world.incident(1).scope_value == world.monitor(ids[0]).key);
  }
  SECTION("7 of 10 are several servers") {
    for (std::size_t i = 0; i < 7; ++i) world.fail(ids[i]);
    world.pass(seconds{5});
    CHECK(world.opened() == Counts{{ScopeKind::several, 7}});
    CHECK(world.only().scope_value == "7 servers of group edge");
  }
  SECTION("8 of 10 are one") {
    for (std::size_t i = 0; i < 8; ++i) world.fail(ids[i]);
    world.pass(seconds{5});
    CHECK(world.opened() == Counts{{ScopeKind::prefix, 8}});
    CHECK(world.only().watched == 10);
  }
}

TEST_CASE("one of 3 monitors of an address is an incident of its own", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.same_address("192.0.2.1", 3);
  world.fail(ids[1]);
  world.pass(seconds{5});
  CHECK(world.opened() == Counts{{ScopeKind::monitor, 1}});
  CHECK(world.only().watched == 1);
  CHECK(world.only().text == "The other 2 monitors are well.");
}

TEST_CASE("3 monitors of an address are one incident of the address", "[watch][incidents]") {
  IncidentWorld world;
  for (const MonitorId id : world.same_address("192.0.2.1", 3)) world.fail(id);
  world.pass(seconds{5});
  CHECK(world.opened() == Counts{{ScopeKind::address, 3}});
  CHECK(world.only().scope_value == "192.0.2.1");
  CHECK(world.only().text.empty());
}

TEST_CASE("servers that fail with one certificate are one incident", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.scattered(12);
  for (std::size_t i = 0; i < 5; ++i) world.incidents->set_certificate(ids[i], "c0ffee");
  for (std::size_t i = 0; i < 5; ++i) {
    world.fail(ids[i], IncidentKind::degraded, Phase::tls, Cause::certificate_expired);
  }
  world.pass(seconds{5});
  const Incident& incident = world.only();
  CHECK(incident.kind == IncidentKind::degraded);
  CHECK(incident.scope == ScopeKind::certificate);
  CHECK(incident.scope_value == "c0ffee");
  CHECK(incident.members.size() == 5);
}

TEST_CASE("the servers of an operator are one incident", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.scattered(6, "mx.example.org");
  world.scattered(6);
  for (const MonitorId id : ids) world.fail(id);
  world.pass(seconds{5});
  CHECK(world.only().scope == ScopeKind::mx_operator);
  CHECK(world.only().scope_value == "example.org");
}

TEST_CASE("when everything fails it is one incident", "[watch][incidents]") {
  IncidentWorld world;
  for (const MonitorId id : world.scattered(20)) world.fail(id);
  world.pass(seconds{5});
  // The group is all of it, and narrower.
  CHECK(world.only().scope == ScopeKind::group);
  CHECK(world.only().scope_value == "edge");
}

TEST_CASE("the wait counts from the first problem that still waits", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.scattered(10);
  world.fail(ids[0]);
  world.pass(seconds{2});
  world.fail(ids[1]);
  world.pass(seconds{1});
  SECTION("and ends for all at once") {
    world.pass(seconds{2});
    CHECK(world.opened().size() == 2);
  }
  SECTION("and a problem that has ended says nothing") {
    world.recover(ids[0]);
    world.pass(seconds{3});
    CHECK(world.all.empty());
    CHECK(world.incidents->next() == world.now.at + seconds{1});
    world.pass(seconds{1});
    CHECK(world.only().members == std::vector<MonitorId>{ids[1]});
  }
}

TEST_CASE("later failures join the open incident of their scope at once", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  world.scattered(30);
  for (std::size_t i = 0; i < 8; ++i) world.fail(ids[i]);
  world.pass(seconds{5});
  const IncidentId first = world.only().id;
  world.pass(seconds{10});
  world.fail(ids[9]);
  world.turn();
  CHECK(world.incidents->incident_of(ids[9], IncidentKind::down) == first);
  CHECK(world.only().members.size() == 9);
  CHECK(world.only().members_peak == 9);
  CHECK(world.only().revision == 1);  // Not a quarter more.
}

TEST_CASE("a quarter more members are a revision, after the interval", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  world.scattered(30);
  for (std::size_t i = 0; i < 8; ++i) world.fail(ids[i]);
  world.pass(seconds{5});
  for (std::size_t i = 8; i < 10; ++i) world.fail(ids[i]);
  world.turn();
  CHECK(world.only().revision == 1);
  CHECK(world.incidents->next() == world.now.at + minutes{5});
  world.pass(minutes{5});
  CHECK(world.only().revision == 2);
  CHECK(world.all ==
        std::vector<std::pair<What, IncidentId>>{{What::opened, 1}, {What::changed, 1}});
}

TEST_CASE("a higher severity is a revision at once", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  for (const MonitorId id : ids)
    world.fail(id, IncidentKind::down, Phase::connect, Cause::net_timeout, Severity::warning);
  world.pass(seconds{5});
  CHECK(world.only().severity == Severity::warning);
  world.fail(ids[0]);
  world.turn();
  CHECK(world.only().severity == Severity::critical);
  CHECK(world.only().revision == 2);
}

TEST_CASE("another dominant cause is a revision, and not with each change", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  for (const MonitorId id : ids) world.fail(id);
  world.pass(seconds{5});
  for (std::size_t i = 0; i < 5; ++i) {
    world.incidents->change_cause(ids[i], Phase::greeting, Cause::net_timeout);
  }
  world.turn();
  CHECK(world.only().phase == Phase::connect);  // A tie: the earlier phase.
  CHECK(world.only().percent == 50);
  CHECK(world.only().revision == 1);
  world.incidents->change_cause(ids[5], Phase::greeting, Cause::net_timeout);
  world.turn();
  CHECK(world.only().phase == Phase::greeting);
  CHECK(world.only().percent == 60);
  CHECK(world.only().revision == 2);
  for (int i = 0; i < 50; ++i) {
    world.incidents->change_cause(ids[5], i % 2 == 0 ? Phase::connect : Phase::greeting,
                                  Cause::net_timeout);
    world.pass(seconds{1});
  }
  CHECK(world.only().revision == 2);
}

TEST_CASE("an incident closes when at most 5 % of it are down", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 40, "one.test");
  world.scattered(60);
  for (const MonitorId id : ids) world.fail(id);
  world.pass(seconds{5});
  for (std::size_t i = 0; i < 37; ++i) world.recover(ids[i]);
  world.pass(minutes{1});
  CHECK(world.incident(1).open());
  CHECK(world.incident(1).members.size() == 3);
  const WallTime last_good = world.now.wall;
  world.recover(ids[37]);
  world.turn();
  const Incident& closed = world.incident(1);
  CHECK_FALSE(closed.open());
  CHECK(closed.until == last_good);
  CHECK(closed.members.empty());
  CHECK(closed.members_peak == 40);
  // What is still down is no longer a matter of the prefix; but it has been told.
  world.pass(kStragglersWait - seconds{1});
  CHECK(world.opened().size() == 1);
  world.pass(seconds{1});
  CHECK(world.opened() ==
        Counts{{ScopeKind::prefix, 0}, {ScopeKind::monitor, 1}, {ScopeKind::monitor, 1}});
  CHECK(world.incident(2).since == world.started);
}

TEST_CASE("after its end the same cause is another incident", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  for (int round = 1; round <= 2; ++round) {
    for (const MonitorId id : ids) world.fail(id);
    world.pass(seconds{5});
    CHECK(world.incident(static_cast<IncidentId>(round)).open());
    for (const MonitorId id : ids) world.recover(id);
    world.turn();
    CHECK_FALSE(world.incident(static_cast<IncidentId>(round)).open());
  }
  CHECK(world.all.size() == 4);
}

TEST_CASE("a closed incident is there until it is forgotten", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.scattered(2);
  world.fail(ids[0]);
  world.pass(seconds{5});
  world.incidents->forget(1);  // It is open.
  REQUIRE(world.incidents->find(1) != nullptr);
  world.recover(ids[0]);
  world.turn();
  REQUIRE(world.incidents->find(1) != nullptr);
  world.incidents->forget(1);
  CHECK(world.incidents->find(1) == nullptr);
}

TEST_CASE("while the vantage is in doubt nothing opens and nothing grows", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  const auto others = world.scattered(20);
  for (std::size_t i = 0; i < 8; ++i) world.fail(ids[i]);
  world.pass(seconds{5});
  world.incidents->set_doubtful(true);
  world.fail(ids[8]);
  for (const MonitorId id : others) world.fail(id);
  world.pass(minutes{10});
  CHECK(world.all.size() == 1);
  CHECK(world.only().members.size() == 8);
  CHECK(world.incidents->next() > world.now.at);  // Nothing is due.
  for (const MonitorId id : others) world.recover(id);
  world.incidents->set_doubtful(false);
  world.turn();
  CHECK(world.only().members.size() == 9);  // What has ended meanwhile is not mentioned.
  CHECK(world.all.size() == 1);
}

TEST_CASE("an incident ends also while the vantage is in doubt", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.scattered(2);
  world.fail(ids[0]);
  world.pass(seconds{5});
  world.incidents->set_doubtful(true);
  world.recover(ids[0]);
  world.turn();
  CHECK_FALSE(world.incident(1).open());
}

TEST_CASE("kinds do not mix: a monitor may flap and be down", "[watch][incidents]") {
  IncidentWorld world;
  const auto ids = world.servers("192.0.2.1", 10, "one.test");
  world.scattered(20);
  for (const MonitorId id : ids) world.fail(id);
  world.fail(ids[3], IncidentKind::flapping, Phase::connect, Cause::net_reset, Severity::warning);
  world.pass(seconds{5});
  REQUIRE(world.all.size() == 2);
  CHECK(world.incident(1).kind == IncidentKind::down);
  CHECK(world.incident(2).kind == IncidentKind::flapping);
  CHECK(world.incidents->incident_of(ids[3], IncidentKind::down) == 1);
  CHECK(world.incidents->incident_of(ids[3], IncidentKind::flapping) == 2);
  CHECK(world.incidents->incident_of(ids[3], IncidentKind::degraded) == 0);
  world.recover(ids[3], IncidentKind::flapping);
  world.turn();
  CHECK(world.incident(1).open());
  CHECK_FALSE(world.incident(2).open());
}

}  // namespace
}  // namespace mxsweep::watch
