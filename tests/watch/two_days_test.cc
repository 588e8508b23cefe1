// SPDX-License-Identifier: MIT
// Two days of 10,000 servers in virtual time, and each message that they cause.
//
//   Golden   tests/watch/golden/two_days.txt; MXSWEEP_GOLDEN=write writes it anew. Each line there
//            is to be read against the script below.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"
#include "watch/lasting_watch.h"
#include "watch/scripted_world.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

// A Saturday; in the night to Sunday the clocks of Berlin go back, at 01:00 UTC.
constexpr WallTime kSaturday{std::chrono::sys_days{std::chrono::year{2026} / 10 / 24}};
constexpr WallTime kClocksBack = kSaturday + 25h;
constexpr Moment kStart{Instant{100h}, kSaturday};

constexpr std::uint32_t kEdge = 600;    // Ours, each in a rack; each minute.
constexpr std::uint32_t kFleet = 4096;  // Ours, in 16 networks; each 5 minutes.
constexpr std::uint32_t kCustomers =
    5304;  // Of others, 104 at each of 51 operators; each 5 minutes.
constexpr std::uint32_t kOperators = 51;
static_assert(kEdge + kFleet + kCustomers == 10'000);

constexpr std::uint32_t fleet(std::uint32_t i) { return kEdge + i; }
constexpr std::uint32_t customer(std::uint32_t i) { return kEdge + kFleet + i; }

Zones zones() {
  TimeZone berlin;
  berlin.offsets = {{WallTime::min(), 2h, "CEST"}, {kClocksBack, 1h, "CET"}};
  return {{"Europe/Berlin", berlin}};
}

Settings settings() {
  Settings settings;
  settings.time_zone = "Europe/Berlin";
  settings.groups.resize(3);
  Group& edge = settings.groups[0];
  edge.name = "edge";
  edge.group_by = {"rack"};
  Group& fleet = settings.groups[1];
  fleet.name = "fleet";
  fleet.interval = 5min;
  Group& customers = settings.groups[2];
  customers.name = "customers";
  customers.interval = 5min;
  customers.severity = Severity::warning;
  customers.own = false;
  for (const char* name : {"mail", "sms", "chat"}) {
    Channel& channel = settings.channels.emplace_back();
    channel.name = name;
    channel.kind = "webhook";
  }
  settings.channels[0].fallback = ChannelNumber{1};
  Route& urgent = settings.routes.emplace_back();
  urgent.match.severity = Severity::critical;
  urgent.to = {0};
  urgent.reminder = 2h;
  urgent.escalate = {{15min, {1}}};
  Route& rest = settings.routes.emplace_back();
  rest.to = {2};
  settings.vantage.canaries.resize(3);
  settings.vantage.quorum = 2;
  MaintenanceRule& rule = settings.maintenance.emplace_back();
  rule.name = "patches";
  rule.match.group = "edge";
  rule.weekdays = 1;
  rule.at = 2h + 30min;  // Twice in this night: the first counts, 00:30 UTC.
  rule.lasts = 1h;
  rule.time_zone = "Europe/Berlin";
  return settings;
}

Monitor monitor_of(std::uint32_t i) {
  Monitor monitor;
  if (i < kEdge) {
    monitor.host = "mx" + std::to_string(i) + ".edge.example";
    monitor.address = ipv4(0x0a00'0000U + i * 256);
    monitor.meta = "{\"rack\":\"r" + std::to_string(i % 30) + "\"}";
  } else if (i < kEdge + kFleet) {
    monitor.group = 1;
    monitor.host = "mx" + std::to_string(i - kEdge) + ".fleet.example";
    monitor.address = ipv4(0x0a80'0000U + (i - kEdge));
  } else {
    monitor.group = 2;
    const std::uint32_t number = i - kEdge - kFleet;
    monitor.host = "mx" + std::to_string(number) + ".operator" +
                   std::to_string(number % kOperators) + ".example";
    monitor.address = ipv4(0xac10'0000U + number * 256 % 0x000f'ffffU + number / 4096);
  }
  monitor.target = monitor.host;
  monitor.key = settings().groups[monitor.group].name + " " + monitor.target + ":25";
  return monitor;
}

// Hours and minutes since Saturday, 00:00 UTC.
constexpr Duration at(int hours, int minutes = 0) {
  return std::chrono::hours{hours} + std::chrono::minutes{minutes};
}

// The script of single servers.
void script_servers(Network& network) {
  const auto down = [&](std::uint32_t server, Duration from, Duration lasts) {
    network.set_server(server, spells({{from, lasts, closed()}}));
  };
  down(7, at(1), 20min);
  down(8, at(2), 40s);                                     // Too short to be confirmed.
  network.set_server(9, spells({{at(3), 1h, well(9s)}}));  // Slow is no outage.
  network.set_server(20, alternating(at(9), at(12), 5min, 5min, closed()));
  network.set_server(30, spells({{at(10), 3h, without_starttls()}}));
  down(40, at(13), 5h);  // Acknowledged.
  down(41, at(13, 30), 5h);
  network.set_server(customer(100), spells({{at(15), 10h, throttled()}}));
  down(50, at(20), 1h);         // Silenced.
  down(60, at(24, 40), 30min);  // Within the window.
  down(61, at(24, 45), 75min);  // It lasts beyond the window.
  down(62, at(24, 10), 45min);  // Told before the window, over in it.
  down(63, at(25, 40), 15min);  // After the window, which is not repeated with the hour.
  down(70, at(26, 50), 40min);  // The clock is stepped meanwhile.
  down(71, at(28, 45), 45min);  // The process is killed meanwhile.
  down(72, at(30), 30min);      // The mail channel is dead.
  network.set_server(80, spells({{at(33), 10min, closed()}, {at(33, 10), 20min, unreachable()}}));
  // Failures that have nothing to do with each other.
  for (std::uint32_t i = 0; i < 12; ++i) {
    down(customer(i * 431 + 7), at(32) + i * 37min, std::chrono::minutes{8 + 9 * i});
  }
}

void script_outages(Network& network) {
  const auto out = [&](Duration from, Duration lasts, const Answer& answer, auto concerns) {
    network.add_outage(from, lasts, answer, concerns);
  };
  out(at(4), 1h, unreachable(), [](MonitorId id) {  // One network: 10.128.3.0/24.
    return id >= fleet(3 * 256) && id < fleet(4 * 256);
  });
  out(at(6), 2h, closed(), [](MonitorId id) {  // One operator, in networks of its customers.
    return id >= customer(0) && (id - customer(0)) % kOperators == 12;
  });
  out(at(16), 30min, closed(), [](MonitorId id) { return id < kEdge && id % 30 == 7; });  // A rack.
  out(at(18), 20min, unreachable(), [](MonitorId id) {  // A group.
    return id >= fleet(0) && id < fleet(kFleet);
  });
  out(at(22), 30min, unreachable(), [](MonitorId id) {  // Two networks at once.
    return id >= fleet(8 * 256) && id < fleet(10 * 256);
  });
  network.add_own_outage(at(12, 15), 15min);
  network.set_receiver(0, [](Duration time, const Message&) {
    return time >= at(30) && time < at(30, 12) ? no_receipt() : Receipt{};
  });
}

Lines two_days(std::size_t& broken, std::size_t& untold, std::uint64_t& probes) {
  Network network;
  script_servers(network);
  script_outages(network);
  LastingWatch watch(settings(), zones(), 10'000, kStart);
  for (std::uint32_t i = 0; i < 10'000; ++i) watch.add(monitor_of(i), mix(i), kStart);
  watch.end_of_monitors(kStart);
  ScriptedWorld<LastingWatch> world(watch, network, kStart, 100ms);
  world.at(at(13, 10), [](LastingWatch& it, const Moment& now) {
    it.watch().each_incident([&](const Incident& incident) {
      if (!incident.open() || incident.scope_value != "edge mx40.edge.example:25") return;
      CHECK(it.watch().acknowledge(incident.id, "ann", "power supply", 24h, now).ok());
    });
  });
  world.at(at(19, 50), [](LastingWatch& it, const Moment& now) {
    Selector match;
    match.target = "mx50.*";
    CHECK(it.watch().silence(match, false, "bob", "known", 2h, now).ok());
  });
  world.step_clock(at(27), -20min);
  world.step_clock(at(28), 20min);
  world.restart(at(29));
  world.run_until(48h);
  broken = world.broken().size();
  untold = world.untold_ends();
  probes = world.probes();
  return world.messages();
}

Lines read_lines(const std::string& path) {
  std::ifstream file(path);
  Lines lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// What only one of the two has, in order.
std::string difference(const Lines& golden, const Lines& found) {
  std::string text;
  for (const std::string& line : golden) {
    if (std::ranges::find(found, line) == found.end()) text += "- " + line + "\n";
  }
  for (const std::string& line : found) {
    if (std::ranges::find(golden, line) == golden.end()) text += "+ " + line + "\n";
  }
  return text;
}

TEST_CASE("two days of 10,000 servers cause these messages and no others",
          "[watch][two_days][long]") {
  const std::string path = MXSWEEP_SOURCE_DIR "/tests/watch/golden/two_days.txt";
  std::size_t broken = 0;
  std::size_t untold = 0;
  std::uint64_t probes = 0;
  const Lines found = two_days(broken, untold, probes);
  CHECK(broken == 0);
  CHECK(untold == 0);
  CHECK(probes > 7'000'000);
  if (const char* mode = std::getenv("MXSWEEP_GOLDEN"); mode && std::string(mode) == "write") {
    std::ofstream file(path);
    for (const std::string& line : found) file << line << '\n';
  }
  const Lines golden = read_lines(path);
  INFO(difference(golden, found));
  CHECK(golden == found);
}

}  // namespace
}  // namespace mxsweep::watch
