// SPDX-License-Identifier: MIT
// The whole monitor, killed and started again.
#include <chrono>
#include <string>
#include <vector>

#include "support/catch.h"
#include "watch/watch_scene.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;
using Said = std::vector<std::string>;

TEST_CASE("a restart in an incident tells no opening twice, and its end once", "[watch][restart]") {
  WatchScene scene;
  scene.network.set_server(5, spells({{1h, 2h, closed()}}));
  scene.begin(20);
  scene.world->restart(2h);
  scene.world->restart(2h + 5s);
  const Said said = scene.said_until(4h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [DOWN] 10.0.0.5"));
  CHECK(has(said[1], "closing [UP after"));
  CHECK(said[1] >= "03:00:00");
}

TEST_CASE("a restart at any moment of an incident changes nothing of what is said",
          "[watch][restart]") {
  for (Duration when = 59min; when < 64min; when += 3s) {
    WatchScene scene;
    scene.network.set_server(5, spells({{1h, 2min, closed()}}));
    scene.begin(20);
    scene.world->restart(when);
    const Said said = scene.said_until(70min);
    INFO("restarted at " << std::chrono::duration_cast<std::chrono::seconds>(when).count());
    CHECK(said.size() % 2 == 0);
    CHECK(said.size() <= 2);
    CHECK(scene.world->untold_ends() == 0);
    CHECK(scene.watch->watch().totals().up == 20);
  }
}

TEST_CASE("an incident that some have left and others joined is whole after a restart",
          "[watch][restart]") {
  WatchScene scene;
  scene.network.add_outage(20min, 20min, closed(), [](MonitorId server) {
    return server / 256 == 1 && server % 256 < 240;
  });
  scene.network.add_outage(25min, 5min, closed(), [](MonitorId server) {
    return server / 256 == 1 && server % 256 >= 240;
  });
  scene.begin(600);
  scene.world->restart(28min);
  scene.world->restart(35min);
  const Said said = scene.said_until(1h);
  CHECK(said.size() == 2);
  CHECK(scene.world->untold_ends() == 0);
}

TEST_CASE("a restart while we are blind keeps us blind", "[watch][restart]") {
  WatchScene scene;
  scene.settings.vantage.canaries.resize(1);
  scene.settings.vantage.quorum = 1;
  scene.network.add_outage(20min, 20min, unreachable(), [](MonitorId) { return true; });
  scene.network.set_canary(0, spells({{20min, 20min, unreachable()}}));
  scene.begin(100);
  scene.world->restart(30min);
  const Said said = scene.said_until(1h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[1], "closing [NO LONGER BLIND"));
  CHECK(said[1] >= "00:40:00");
}

TEST_CASE("what cannot be observed, what flaps and what is degraded ends after a restart, too",
          "[watch][restart]") {
  WatchScene scene;
  scene.network.set_server(3, spells({{1h, 10h, throttled()}}));
  scene.network.set_server(4, spells({{1h, 10h, without_starttls()}}));
  scene.network.set_server(5, alternating(6h, 9h, 5min, 5min, closed()));
  scene.begin(20);
  scene.world->restart(9h);
  const Said said = scene.said_until(16h);
  CHECK(scene.world->untold_ends() == 0);
  CHECK(scene.watch->watch().totals().up == 20);
  std::size_t ends = 0;
  for (const std::string& line : said) ends += has(line, "closing") ? 1U : 0U;
  CHECK(ends * 2 == said.size());
}

TEST_CASE("a server that throttles us after a restart was not unobserved since its last change",
          "[watch][restart]") {
  WatchScene scene;
  scene.network.set_server(3, spells({{10h, 5h, throttled()}}));
  scene.begin(20);
  scene.world->restart(10h + 5min);
  CHECK(scene.said_until(16h) == Said{});
}

TEST_CASE("a silence lasts over a restart", "[watch][restart]") {
  WatchScene scene;
  scene.network.set_server(5, spells({{1h, 1h, closed()}}));
  scene.begin(20);
  scene.world->at(50min, [](LastingWatch& it, const Moment& now) {
    REQUIRE(it.watch().silence({}, false, "ann", "", 90min, now).ok());
  });
  scene.world->restart(80min);
  CHECK(scene.said_until(3h) == Said{});
}

TEST_CASE("a group that uses up its budget is told over a restart once, and its end",
          "[watch][restart]") {
  WatchScene scene;
  scene.settings.groups[0].objective = Group::Objective{0.99, 24h * 30};
  scene.network.add_outage(1h, 1h, closed(), [](MonitorId server) { return server < 10; });
  scene.begin(20);
  scene.world->restart(110min);
  CHECK(!scene.said_until(24h * 8).empty());
  CHECK(scene.world->untold_ends() == 0);
}

}  // namespace
}  // namespace mxsweep::watch
