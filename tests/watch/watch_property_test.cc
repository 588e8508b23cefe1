// SPDX-License-Identifier: MIT
// What must hold of the whole monitor in random worlds, in which everything fails: servers,
// networks, our own link, channels, the clock and the process itself.
//
//   Seeds    MXSWEEP_WATCH_SEED: another first seed; MXSWEEP_WATCH_WORLDS: how many worlds.
#include <chrono>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/cases.h"
#include "support/catch.h"
#include "watch/lasting_watch.h"
#include "watch/scripted_world.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;

constexpr Moment kStart{Instant{100h},
                        WallTime{std::chrono::sys_days{std::chrono::year{2026} / 10 / 21}}};
constexpr std::uint32_t kServers = 60;
constexpr Duration kTrouble = 16h;  // Then no more begins, and what fails goes on or is over.
constexpr Duration kQuiet = 30h;    // By then everything has settled.

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const given = std::getenv(variable);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

class RandomWorld {
 public:
  explicit RandomWorld(std::uint64_t seed)
      : random_(seed), watch_(settings(), {}, kServers + 100, kStart) {
    for (std::uint32_t i = 0; i < kServers; ++i) watch_.add(server(i), mix(i), kStart);
    watch_.end_of_monitors(kStart);
    script();
    plan();
  }

  // What was wrong; empty: nothing.
  std::string run() {
    world_.run_until(kQuiet);
    for (const std::string& line : world_.broken()) return "a broken promise: " + line;
    if (watch_.void_changes() > 0) return "a void result has changed a state";
    if (const std::string wrong = watch_.wrong_times(world_.now()); !wrong.empty()) return wrong;
    return untrue();
  }
  [[nodiscard]] std::uint64_t steps() const { return world_.probes(); }

 private:
  static constexpr std::uint32_t kNetworks = 5;

  Settings settings() {
    Settings settings;
    settings.groups.resize(2);
    settings.groups[0].name = "edge";
    settings.groups[1].name = "rest";
    settings.groups[1].own = false;
    settings.groups[1].severity = Severity::warning;
    settings.groups[1].void_after = 1h;
    for (const char* name : {"mail", "sms", "chat"}) {
      settings.channels.emplace_back().name = name;
      settings.channels.back().kind = "webhook";
    }
    settings.channels[0].fallback = ChannelNumber{1};
    settings.routes.resize(2);
    settings.routes[0].to = {0};
    settings.routes[0].reminder = 1h;
    settings.routes[0].escalate = {{15min, {1}}};
    settings.routes[1].match.group = "edge";
    settings.routes[1].to = {2};
    settings.vantage.canaries.resize(random_.below(3));
    settings.vantage.quorum = settings.vantage.canaries.empty() ? 0 : 1;
    MaintenanceRule& rule = settings.maintenance.emplace_back();
    rule.match.group = "edge";
    rule.at = 3h;
    rule.lasts = 2h;
    rule.time_zone = "UTC";
    return settings;
  }

  Monitor server(std::uint32_t i) {
    Monitor monitor;
    monitor.group = i % 3 == 0 ? 1 : 0;
    monitor.address = ipv4(0x0a00'0000U + i % kNetworks * 256 + i / kNetworks);
    monitor.target = to_string(monitor.address);
    monitor.key = std::string(i % 3 == 0 ? "rest " : "edge ") + monitor.target + ":25";
    return monitor;
  }

  [[nodiscard]] Duration some_time(Duration most) {
    return std::chrono::milliseconds{
        random_.below(static_cast<std::uint32_t>(most / std::chrono::milliseconds{1}))};
  }
  [[nodiscard]] Answer some_answer() {
    switch (random_.below(6)) {
      case 0: return unreachable();
      case 1: return throttled();
      case 2: return without_starttls();
      case 3: return well(some_time(20s));
      default: return closed();
    }
  }

  void script() {
    for (std::uint32_t i = 0; i < kServers; ++i) {
      if (random_.below(5) == 0) {
        network_.set_server(i, alternating(some_time(8h), 8h + some_time(8h), some_time(20min) + 1s,
                                           some_time(20min) + 1s, some_answer()));
        continue;
      }
      std::vector<Spell> some;
      for (std::uint32_t n = random_.below(4); n > 0; --n) {
        some.push_back(
            {some_time(kTrouble), some_time(random_.below(2) == 0 ? 5min : 2h), some_answer()});
      }
      // Some of them stay down.
      if (random_.below(10) == 0) some.push_back({some_time(kTrouble), kQuiet, closed()});
      network_.set_server(i, spells(std::move(some)));
    }
    for (std::uint32_t n = random_.below(6); n > 0; --n) {
      const std::uint32_t which = random_.below(kNetworks);
      network_.add_outage(some_time(kTrouble), some_time(1h), some_answer(),
                          [which](MonitorId id) { return id % kNetworks == which; });
    }
    for (std::uint32_t n = random_.below(4); n > 0; --n) {
      network_.add_own_outage(some_time(kTrouble), some_time(20min));
    }
    for (ChannelNumber channel = 0; channel < 3; ++channel) {
      const Duration from = some_time(kTrouble);
      const Duration until = from + some_time(40min);
      network_.set_receiver(channel, [from, until](Duration time, const Message&) {
        return time >= from && time < until ? no_receipt() : Receipt{};
      });
    }
  }

  void plan() {
    for (std::uint32_t n = random_.below(8); n > 0; --n) world_.restart(some_time(kTrouble));
    for (std::uint32_t n = random_.below(3); n > 0; --n) {
      world_.step_clock(some_time(kTrouble), some_time(2h) / 1us * 1us - 1h);
    }
    for (std::uint32_t n = random_.below(4); n > 0; --n) {
      const Duration lasts = some_time(3h);
      const std::uint32_t which = random_.below(kServers);
      const bool maintenance = random_.below(2) == 0;
      world_.at(some_time(kTrouble), [=](LastingWatch& it, const Moment& now) {
        Selector match;
        match.target = "10.0." + std::to_string(which % kNetworks) + ".*";
        static_cast<void>(it.watch().silence(match, maintenance, "ann", "", lasts, now));
      });
    }
    for (std::uint32_t n = random_.below(8); n > 0; --n) {
      const Duration lasts = some_time(2h);
      world_.at(some_time(kTrouble), [lasts](LastingWatch& it, const Moment& now) {
        IncidentId latest = 0;
        it.watch().each_incident([&](const Incident& incident) {
          if (incident.open()) latest = incident.id;
        });
        if (latest != 0) {
          static_cast<void>(it.watch().acknowledge(latest, "ann", "", lasts, now));
        }
      });
    }
    for (std::uint32_t n = random_.below(4); n > 0; --n) {
      world_.at(some_time(kTrouble),
                [](LastingWatch& it, const Moment& now) { it.reload(it.settings(), now); });
    }
    for (std::uint32_t n = random_.below(6); n > 0; --n) {
      const std::uint32_t which = random_.below(kServers);
      const std::uint32_t added = kServers + n;
      world_.at(some_time(kTrouble), [this, which, added](LastingWatch& it, const Moment& now) {
        if (it.watches(which)) it.remove(which, now);
        if (which % 2 == 0) it.add(server(added), mix(which), now);
      });
    }
  }

  // Now that all is quiet: every server that is down is in one incident, all that is open was told,
  // and nothing else.
  std::string untrue() {
    std::set<std::uint32_t> told_down;
    std::set<IncidentId> open;
    std::string wrong;
    watch_.watch().each_incident([&](const Incident& incident) {
      if (!incident.open()) return;
      open.insert(incident.id);
      if (incident.kind != IncidentKind::down) {
        wrong = "still open: " + std::string(to_string(incident.kind)) + " " +
                incident.scope_value + incident.title;
      }
      for (const MonitorId id : incident.members) {
        if (!told_down.insert(watch_.number_of(id)).second) wrong = "in two incidents";
      }
    });
    if (!wrong.empty()) return wrong;
    for (std::uint32_t number = 0; number < watch_.monitors(); ++number) {
      if (!watch_.watches(number)) continue;
      const bool is_well = network_.probe(number, false, kQuiet).sample.verdict == Verdict::good;
      const State state = watch_.health(number).state;
      if ((state == State::up) != is_well) return "a wrong state of " + std::to_string(number);
      if ((told_down.count(number) > 0) == is_well) return "not told: " + std::to_string(number);
    }
    for (const auto& [channel, incident] : world_.told_open()) {
      if (!open.contains(incident)) return channel + " was not told an end";
    }
    for (const IncidentId incident : open) {
      if (!world_.told_open().contains({"mail", incident})) {
        return "mail was not told of " + std::to_string(incident);
      }
    }
    return {};
  }

  Random random_;
  Network network_;
  LastingWatch watch_;
  ScriptedWorld<LastingWatch> world_{watch_, network_, kStart, 50ms};
};

TEST_CASE("whatever fails, what was said last is true, and every end was told",
          "[watch][property]") {
  const std::uint64_t first = number_from("MXSWEEP_WATCH_SEED", 1);
  const std::uint64_t worlds = number_from("MXSWEEP_WATCH_WORLDS", cases_of(10));
  std::uint64_t steps = 0;
  for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
    RandomWorld world(seed);
    const std::string wrong = world.run();
    steps += world.steps();
    INFO("MXSWEEP_WATCH_SEED=" << seed);
    CHECK(wrong == "");
  }
  CHECK(steps > worlds * 100'000);
}

}  // namespace
}  // namespace mxsweep::watch
