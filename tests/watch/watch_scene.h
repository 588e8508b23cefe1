// SPDX-License-Identifier: MIT
// A whole Watch with some servers and one channel, for its tests: a script, and what was said.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"
#include "watch/lasting_watch.h"
#include "watch/scripted_world.h"

namespace mxsweep::watch {

// Midnight of a day without anything special.
inline constexpr Moment kSceneStart{
    Instant{std::chrono::hours{100}},
    WallTime{std::chrono::sys_days{std::chrono::year{2026} / 10 / 21}}};

struct WatchScene {
  using World = ScriptedWorld<LastingWatch>;

  Settings settings;
  Zones zones;
  Network network;
  bool scattered = false;  // Each server in a network of its own.
  std::unique_ptr<LastingWatch> watch;
  std::unique_ptr<World> world;

  WatchScene() {
    settings.groups.resize(1);
    settings.groups[0].name = "edge";
    Channel& channel = settings.channels.emplace_back();
    channel.name = "ops";
    channel.kind = "webhook";
    settings.routes.emplace_back().to = {0};
  }

  // The servers 10.0.0.0, 10.0.0.1, … of the first group.
  void begin(
      std::uint32_t servers, const std::function<void(Monitor&, std::uint32_t)>& furnish =
                                 [](Monitor&, std::uint32_t) {}) {
    watch = std::make_unique<LastingWatch>(settings, zones, servers + 10, kSceneStart);
    for (std::uint32_t i = 0; i < servers; ++i) {
      Monitor monitor = server(scattered ? i * 256 : i);
      furnish(monitor, i);
      watch->add(std::move(monitor), mix(i), kSceneStart);
    }
    watch->end_of_monitors(kSceneStart);
    world = std::make_unique<World>(*watch, network, kSceneStart, std::chrono::milliseconds{10});
  }
  [[nodiscard]] static Monitor server(std::uint32_t i, GroupNumber group = 0) {
    Monitor monitor;
    monitor.address = ipv4(0x0a00'0000U + i);
    monitor.target = to_string(monitor.address);
    monitor.key = "edge " + monitor.target + ":25";
    monitor.group = group;
    return monitor;
  }

  // All that was said until then: "HH:MM:SSZ KIND SUBJECT".
  [[nodiscard]] std::vector<std::string> said_until(Duration time) {
    world->run_until(time);
    std::vector<std::string> said;
    for (std::string line : world->messages()) {
      line.erase(0, line.find('T') + 1);
      line.erase(line.find(' '), line.find(' ', line.find(' ') + 1) - line.find(' '));
      said.push_back(std::move(line));
    }
    CHECK(world->broken() == std::vector<std::string>{});
    for (const std::string& line : said) UNSCOPED_INFO(line);
    return said;
  }
  [[nodiscard]] std::vector<std::string> events_of(std::string_view type) const {
    std::vector<std::string> found;
    for (const std::string& event : world->events()) {
      if (event.find(" " + std::string(type) + " ") != event.npos) found.push_back(event);
    }
    return found;
  }
};

inline bool has(const std::string& line, std::string_view text) {
  return line.find(text) != line.npos;
}

}  // namespace mxsweep::watch
