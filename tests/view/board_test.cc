// SPDX-License-Identifier: MIT
#include "mxsweep/view/board.h"

#include <algorithm>

#include "view/board_scene.h"

namespace mxsweep::view {
namespace {

using namespace std::chrono_literals;
using watch::MonitorId;
using watch::State;

TEST_CASE("the overview counts each monitor in one state", "[view]") {
  BoardScene scene({"edge", "core"});
  scene.begin(30, [](watch::Monitor& monitor, std::uint32_t i) { monitor.group = i < 20 ? 0 : 1; });
  Overview before = scene.board->overview(0, 100, scene.now);
  CHECK(before.counts.monitors == 30);
  CHECK(before.counts.unknown == 30);
  scene.pass(2min);
  scene.fail(3);
  scene.fail(25, kGreylisted);
  scene.pass(5min);
  const Overview facts = scene.board->overview(0, 100, scene.now);
  CHECK(facts.counts.monitors == 30);
  CHECK(facts.counts.up == 29);
  CHECK(facts.counts.down == 1);
  CHECK(facts.counts.unobserved == 1);
  REQUIRE(facts.groups.size() == 2);
  CHECK(facts.groups[0].name == "edge");
  CHECK(facts.groups[0].counts.down == 1);
  CHECK(facts.groups[1].counts.unobserved == 1);
  CHECK(facts.groups[1].counts.monitors == 10);
  CHECK(facts.now.at == scene.now.wall);
  CHECK(facts.now.began == kNoon.wall);
}

TEST_CASE("an open incident is shown with its headline, its side and its groups", "[view]") {
  BoardScene scene;
  scene.begin(20);
  scene.pass(2min);
  scene.fail(3);
  scene.pass(5min);
  const Overview facts = scene.board->overview(0, 100, scene.now);
  REQUIRE(facts.incidents.size() == 1);
  CHECK(facts.open_incidents == 1);
  const IncidentFacts& incident = facts.incidents[0];
  CHECK(incident.headline == "mx3.example.net:25 (10.0.3.0): connect timeout");
  CHECK(incident.public_headline == "1 host of group edge: connect timeout");
  CHECK(incident.members == 1);
  CHECK(incident.groups == std::vector<std::string>{"edge"});
  CHECK_FALSE(incident.blame.empty());
  const auto line = scene.page(3).monitor;
  CHECK(line.state == State::down);
  CHECK(line.incident == incident.incident.id);
  CHECK(line.cause == Cause::net_timeout);
}

TEST_CASE("a closed incident is remembered with its members", "[view]") {
  BoardScene scene;
  scene.begin(20);
  scene.pass(2min);
  scene.fail(3);
  scene.pass(5min);
  scene.recover(3);
  scene.pass(5min);
  const Overview facts = scene.board->overview(0, 100, scene.now);
  CHECK(facts.incidents.empty());
  REQUIRE(facts.recent.size() == 1);
  const watch::IncidentId id = facts.recent[0].incident.id;
  const auto page = scene.board->incident(id, 0, 100, scene.now);
  REQUIRE(page);
  CHECK(page->facts.headline == "mx3.example.net:25 (10.0.3.0): connect timeout");
  CHECK(page->facts.members == 0);
  REQUIRE(page->members.size() == 1);
  CHECK(page->members[0].key == scene.key(3));
  CHECK(page->members[0].state == State::up);
  REQUIRE(page->told.size() == 1);
  CHECK(page->told[0].opening);
  CHECK(page->told[0].closing);
  CHECK(page->attempts.size() == 2);
  REQUIRE(page->timeline.size() == 2);
  CHECK(page->timeline[0].what == "opened");
  CHECK(page->timeline[1].what == "closed");
  const MonitorPage monitor = scene.page(3);
  CHECK(monitor.incidents.size() == 1);
  REQUIRE(monitor.timeline.size() == 2);
  CHECK(monitor.timeline[0].what == "up");
  CHECK(monitor.timeline[1].what == "down");
}

}  // namespace
}  // namespace mxsweep::view
