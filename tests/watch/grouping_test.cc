// SPDX-License-Identifier: MIT
// Servers that fail at the same moment are found at different ones, up to an interval apart: how
// many messages that makes, and when.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "support/catch.h"
#include "watch/watch_scene.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;
using Said = std::vector<std::string>;

// Of "2026-10-21T00:21:05Z …" and "00:21:05Z …": the second of the day.
int second_of(const std::string& line) {
  const std::size_t end = line.find('Z');
  const auto number = [&](std::size_t before) { return std::stoi(line.substr(end - before, 2)); };
  return number(8) * 3600 + number(5) * 60 + number(2);
}

int last_confirmation(const WatchScene& scene) {
  const std::vector<std::string> confirmed = scene.events_of("confirmed");
  REQUIRE(!confirmed.empty());
  return second_of(confirmed.back());
}

Answer of_kind(bool timeout) { return timeout ? unreachable() : closed(); }

TEST_CASE("a network that goes down at once is one message soon after its last confirmation",
          "[watch][grouping]") {
  WatchScene scene;
  const bool timeout = GENERATE(true, false);
  scene.network.add_outage(20min, 20min, of_kind(timeout),
                           [](MonitorId server) { return server / 256 == 1; });
  scene.begin(1000);
  const Said said = scene.said_until(60min);

  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [DOWN] 256 hosts in 10.0.1.0/24"));
  CHECK(second_of(said[0]) - last_confirmation(scene) <= 10);
  CHECK(has(said[1], "closing [UP after"));
  CHECK(has(said[1], "256 hosts in 10.0.1.0/24"));
}

TEST_CASE("networks that go down at the same moment are one message each way",
          "[watch][grouping]") {
  WatchScene scene;
  const bool timeout = GENERATE(true, false);
  scene.network.add_outage(20min, 20min, of_kind(timeout),
                           [](MonitorId server) { return server / 256 < 8; });
  scene.begin(4000);
  const Said said = scene.said_until(60min);

  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [DOWN] 2,048 hosts in 8 networks of group edge"));
  CHECK(second_of(said[0]) - last_confirmation(scene) <= 10);
  CHECK(has(said[1], "closing [UP after"));
  CHECK(has(said[1], "2,048 hosts in 8 networks of group edge"));
}

TEST_CASE("a rack of 8 is one message", "[watch][grouping]") {
  WatchScene scene;
  scene.settings.groups[0].group_by = {"rack"};
  const auto rack = static_cast<std::uint32_t>(GENERATE(0, 7, 23));
  const bool timeout = GENERATE(true, false);
  scene.network.add_outage(20min, 20min, of_kind(timeout),
                           [rack](MonitorId server) { return server % 50 == rack; });
  scene.begin(400, [](Monitor& monitor, std::uint32_t i) {
    monitor.meta = R"({"rack":"b)" + std::to_string(i % 50) + "\"}";
  });
  const Said said = scene.said_until(60min);

  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [DOWN] 8 hosts with rack=b" + std::to_string(rack)));
  CHECK(second_of(said[0]) - last_confirmation(scene) <= 10);
  CHECK(has(said[1], "closing [UP after"));
}

TEST_CASE("one server among healthy ones is told as soon as it is confirmed", "[watch][grouping]") {
  WatchScene scene;
  const bool timeout = GENERATE(true, false);
  scene.network.set_server(7, spells({{20min, 20min, of_kind(timeout)}}));
  scene.begin(1000);
  const Said said = scene.said_until(60min);
  REQUIRE(said.size() == 2);
  CHECK(second_of(said[0]) - last_confirmation(scene) <= 6);
  // The others of its network are asked as soon as the failure is more than a blip.
  CHECK(scene.world->probes() <= 60 * 1000 + 2 * 256);
}

TEST_CASE("two servers that have nothing to do with each other are two messages",
          "[watch][grouping]") {
  WatchScene scene;
  scene.network.set_server(7, spells({{20min, 20min, closed()}}));
  scene.network.set_server(700, spells({{20min, 20min, closed()}}));
  scene.begin(1000);
  const Said said = scene.said_until(60min);
  REQUIRE(said.size() == 4);
  CHECK(has(said[0], "opening [DOWN] 10.0."));
  CHECK(has(said[1], "opening [DOWN] 10.0."));
  CHECK(has(said[2], "closing [UP"));
  CHECK(has(said[3], "closing [UP"));
}

TEST_CASE("servers that stay down when their network is back are told after two minutes",
          "[watch][grouping]") {
  WatchScene scene;
  scene.network.add_outage(20min, 20min, closed(),
                           [](MonitorId server) { return server / 256 == 1; });
  scene.network.add_outage(40min, 20min, closed(),
                           [](MonitorId server) { return server / 256 == 1 && server % 50 == 0; });
  scene.begin(1000);
  const Said said = scene.said_until(90min);

  REQUIRE(said.size() == 4);
  CHECK(has(said[1], "closing [UP after"));
  CHECK(has(said[2], "opening [DOWN] 5 hosts of group edge"));
  CHECK(second_of(said[2]) - second_of(said[1]) >= 120);
  CHECK(has(said[3], "closing [UP after"));
}

TEST_CASE("a network that loses STARTTLS at once is one message", "[watch][grouping]") {
  WatchScene scene;
  scene.network.add_outage(20min, 20min, without_starttls(),
                           [](MonitorId server) { return server / 256 == 1; });
  scene.begin(1000);
  const Said said = scene.said_until(60min);

  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [DEGRADED] 256 hosts in 10.0.1.0/24"));
  CHECK(has(said[1], "closing [NO LONGER DEGRADED"));
}

}  // namespace
}  // namespace mxsweep::watch
