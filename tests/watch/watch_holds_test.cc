// SPDX-License-Identifier: MIT
// The whole monitor: windows, silences, acknowledgements, and what users change while it runs.
#include <chrono>
#include <string>
#include <vector>

#include "support/catch.h"
#include "watch/watch_scene.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;
using Said = std::vector<std::string>;

MaintenanceRule window_at(Duration at, Duration lasts) {
  MaintenanceRule rule;
  rule.name = "patches";
  rule.at = at;
  rule.lasts = lasts;
  rule.time_zone = "UTC";
  return rule;
}

TEST_CASE("what is down in a window and up before its end is not told", "[watch][holds]") {
  WatchScene scene;
  scene.settings.maintenance = {window_at(1h, 1h)};
  scene.network.set_server(5, spells({{1h + 10min, 30min, closed()}}));
  scene.begin(20);
  CHECK(scene.said_until(4h) == Said{});
}

TEST_CASE("what is down at the end of a window is probed once more before it is told",
          "[watch][holds]") {
  WatchScene scene;
  scene.settings.maintenance = {window_at(1h, 1h)};
  scene.settings.groups[0].interval = 10min;
  // The one is up at the end of the window, but its turn would come minutes later.
  scene.network.set_server(5, spells({{1h + 10min, 49min + 50s, closed()}}));
  scene.network.set_server(300, spells({{1h + 10min, 2h, closed()}}));
  scene.begin(400);
  const Said said = scene.said_until(5h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [DOWN] 10.0.1.44"));
  CHECK(said[0] >= "02:00:00");
  CHECK(said[0] <= "02:00:02");
  CHECK(has(said[1], "closing [UP after"));
}

TEST_CASE("the end of what was told before a window is told inside it", "[watch][holds]") {
  WatchScene scene;
  scene.settings.maintenance = {window_at(1h, 1h)};
  scene.network.set_server(5, spells({{30min, 1h, closed()}}));
  scene.begin(20);
  const Said said = scene.said_until(4h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[1], "closing [UP after"));
  CHECK(said[1] <= "01:32:00");
}

TEST_CASE("a silence holds what it selects, and only while it lasts", "[watch][holds]") {
  WatchScene scene;
  scene.network.set_server(5, spells({{1h, 1h, closed()}}));
  scene.network.set_server(300, spells({{1h, 30min, closed()}}));
  scene.begin(400);
  scene.world->at(50min, [](LastingWatch& it, const Moment& now) {
    Selector match;
    match.target = "10.0.0.5";
    const auto number = it.watch().silence(match, false, "ann", "cable", 30min, now);
    REQUIRE(number.ok());
    CHECK(*number == 1);
    CHECK(!it.watch().silence(match, false, "", "", 30min, now).ok());
  });
  const Said said = scene.said_until(3h);
  REQUIRE(said.size() == 4);
  CHECK(has(said[0], "opening [DOWN] 10.0.1.44"));
  CHECK(has(said[1], "opening [DOWN] 10.0.0.5"));
  CHECK(said[1] >= "01:20:00");
  CHECK(said[1] <= "01:20:02");
}

TEST_CASE("a silence that is ended early ends early", "[watch][holds]") {
  WatchScene scene;
  scene.network.set_server(5, spells({{1h, 1h, closed()}}));
  scene.begin(20);
  scene.world->at(50min, [](LastingWatch& it, const Moment& now) {
    REQUIRE(it.watch().silence({}, false, "ann", "", 8h, now).ok());
  });
  scene.world->at(90min, [](LastingWatch& it, const Moment& now) {
    CHECK(!it.watch().end_silence(2, now).ok());
    CHECK(it.watch().end_silence(1, now).ok());
  });
  const Said said = scene.said_until(3h);
  REQUIRE(said.size() == 2);
  CHECK(said[0].starts_with("01:30:0"));
}

TEST_CASE("an acknowledged incident has no reminders, no escalation, and its end",
          "[watch][holds]") {
  WatchScene scene;
  const bool acknowledged = GENERATE(true, false);
  scene.settings.channels.push_back(scene.settings.channels[0]);
  scene.settings.channels[1].name = "phone";
  scene.settings.routes[0].reminder = 30min;
  scene.settings.routes[0].escalate = {{15min, {1}}};
  scene.network.set_server(5, spells({{1h, 3h, closed()}}));
  scene.begin(20);
  scene.world->at(70min, [&](LastingWatch& it, const Moment& now) {
    CHECK(!it.watch().acknowledge(7, "ann", "", 24h, now).ok());
    if (acknowledged) REQUIRE(it.watch().acknowledge(1, "ann", "seen", 24h, now).ok());
  });
  const Said said = scene.said_until(6h);
  if (acknowledged) {
    REQUIRE(said.size() == 2);
    CHECK(has(said[1], "closing"));
  } else {
    std::size_t reminders = 0;
    for (const std::string& line : said) reminders += has(line, "reminder [STILL DOWN") ? 1U : 0U;
    CHECK(reminders == 10);  // Five on each channel.
    CHECK(said.size() == 14);
  }
}

TEST_CASE("a monitor that is removed while it is down ends its incident", "[watch][holds]") {
  WatchScene scene;
  scene.network.set_server(5, spells({{1h, 10h, closed()}}));
  scene.begin(20);
  scene.world->at(2h, [](LastingWatch& it, const Moment& now) { it.remove(5, now); });
  scene.world->at(3h, [](LastingWatch& it, const Moment& now) {
    Monitor monitor = WatchScene::server(200);
    it.add(std::move(monitor), 1, now);
  });
  const Said said = scene.said_until(4h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[1], "closing"));
  CHECK(said[1].starts_with("02:00:0"));
  CHECK(scene.watch->watch().totals().monitors == 20);
  CHECK(scene.watch->watch().totals().up == 20);
}

TEST_CASE("a probe that is answered after its monitor was removed says nothing of another",
          "[watch][holds]") {
  WatchScene scene;
  scene.network.set_server(5, [](Duration) { return unreachable(); });
  scene.settings.groups[0].interval = 1s;
  scene.begin(20);
  // Whenever that is, a probe is open: it takes 10 s.
  scene.world->at(2s, [](LastingWatch& it, const Moment& now) {
    it.remove(5, now);
    const std::uint32_t added = it.add(WatchScene::server(200), 1, now);
    CHECK(it.id_of(added) != 5);
  });
  scene.world->at(13s, [](LastingWatch& it, const Moment& now) {
    CHECK(it.id_of(it.add(WatchScene::server(201), 1, now)) == 5);
  });
  CHECK(scene.said_until(5min) == Said{});
  CHECK(scene.watch->watch().totals().up == 21);
}

TEST_CASE("a reload gives groups and channels other numbers, and nothing is told twice",
          "[watch][holds]") {
  WatchScene scene;
  scene.settings.groups[0].objective = Group::Objective{0.999, 24h * 30};
  scene.network.set_server(5, spells({{1h, 3h, closed()}}));
  scene.network.set_server(300, spells({{3h, 30min, closed()}}));
  scene.begin(400);
  scene.world->at(2h, [](LastingWatch& it, const Moment& now) {
    Settings settings = it.settings();
    settings.groups.insert(settings.groups.begin(), Group{});
    settings.groups[0].name = "new";
    settings.groups[1].severity = Severity::warning;
    settings.groups[1].interval = 2min;
    settings.channels.insert(settings.channels.begin(), settings.channels[0]);
    settings.channels[0].name = "first";
    settings.routes[0].to = {1};
    settings.routes[0].match.group = "edge";
    it.reload(settings, now);
  });
  scene.network.set_receiver(0, [](Duration time, const Message&) {
    CHECK(time < 2h);  // Then it is another one.
    return Receipt{};
  });
  const Said said = scene.said_until(6h);
  REQUIRE(said.size() == 4);
  CHECK(has(said[0], "opening [DOWN] 10.0.0.5"));
  CHECK(has(said[1], "opening [DOWN] 10.0.1.44"));
  CHECK(has(said[2], "closing"));
  CHECK(has(said[3], "closing"));
}

TEST_CASE("a channel that a reload removes is not asked any longer", "[watch][holds]") {
  WatchScene scene;
  scene.settings.channels.push_back(scene.settings.channels[0]);
  scene.settings.channels[1].name = "phone";
  scene.settings.routes[0].to = {0, 1};
  scene.network.set_server(5, spells({{1h, 3h, closed()}}));
  scene.begin(20);
  scene.world->at(2h, [](LastingWatch& it, const Moment& now) {
    Settings settings = it.settings();
    settings.channels.pop_back();
    settings.routes[0].to = {0};
    it.reload(settings, now);
  });
  CHECK(scene.said_until(6h).size() == 3);
}

TEST_CASE("a reload while we are blind does not make us see", "[watch][holds]") {
  WatchScene scene;
  scene.settings.vantage.canaries.resize(1);
  scene.settings.vantage.quorum = 1;
  scene.network.add_outage(20min, 20min, unreachable(), [](MonitorId) { return true; });
  scene.network.set_canary(0, spells({{20min, 20min, unreachable()}}));
  scene.begin(100);
  scene.world->at(30min,
                  [](LastingWatch& it, const Moment& now) { it.reload(it.settings(), now); });
  CHECK(scene.said_until(1h).size() == 2);
}

TEST_CASE("a step of the wall clock changes no state and says nothing", "[watch][holds]") {
  WatchScene scene;
  const auto by = GENERATE(std::chrono::microseconds{1h}, std::chrono::microseconds{-1h},
                           std::chrono::microseconds{24h * 365 * 20});
  scene.network.set_server(3, [](Duration) { return throttled(); });
  scene.network.set_server(5, spells({{90min, 1h, closed()}}));
  scene.begin(20);
  scene.world->step_clock(2h, by);
  const Said said = scene.said_until(4h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening"));
  CHECK(has(said[1], "closing"));
}

}  // namespace
}  // namespace mxsweep::watch
