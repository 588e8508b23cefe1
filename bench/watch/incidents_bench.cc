// SPDX-License-Identifier: MIT
// What it costs to group the problems of 100,000 monitors into incidents.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/watch/incidents.h"

namespace mxsweep::watch {
namespace {

constexpr std::uint32_t kMonitors = 100'000;

// Servers in prefixes of 250, of operators with 5, in racks of 40; two share a certificate.
class Fleet {
 public:
  Fleet() {
    settings_.groups.resize(1);
    settings_.groups[0].name = "edge";
    settings_.groups[0].group_by = {"rack", "owner"};
    monitors_.resize(kMonitors);
    for (std::uint32_t i = 0; i < kMonitors; ++i) {
      Monitor& monitor = monitors_[i];
      monitor.address = ipv4(0x0a000000U + (i / 250 << 8U) + i % 250);
      monitor.key = "edge " + to_string(monitor.address) + ":25";
      monitor.host = "mx.operator" + std::to_string(i / 5) + ".test";
      monitor.meta = R"({"rack":"r)" + std::to_string(i / 40) + R"(","owner":"o)" +
                     std::to_string(i % 500) + "\"}";
    }
  }

  [[nodiscard]] Incidents incidents() const {
    return Incidents(
        settings_, [this](MonitorId id) -> const Monitor& { return monitors_[id]; }, 0);
  }
  void add_to(Incidents& incidents) const {
    for (MonitorId id = 0; id < kMonitors; ++id) {
      incidents.add(id);
      incidents.set_certificate(id, "certificate " + std::to_string(id / 2));
    }
  }

 private:
  Settings settings_;
  std::vector<Monitor> monitors_;
};

// How long the turn takes that makes incidents of `failing` problems: of whole prefixes, or of
// monitors here and there, which have nothing in common.
void group_problems(benchmark::State& state, bool prefixes) {
  static const Fleet fleet;
  Incidents incidents = fleet.incidents();
  fleet.add_to(incidents);
  const auto failing = static_cast<std::uint32_t>(state.range(0));
  const std::uint32_t every = prefixes ? 1 : kMonitors / failing;
  const auto number = [&](std::uint32_t i) {
    return i * every + static_cast<std::uint32_t>(mix(i) % every);
  };
  Moment now{Instant{std::chrono::hours{1}}, WallTime{std::chrono::hours{500'000}}};
  std::vector<IncidentChange> changes;
  std::size_t opened = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (std::uint32_t i = 0; i < failing; ++i) {
      incidents.open_problem({.monitor = number(i), .cause = Cause::net_timeout, .since = now.wall},
                             now);
    }
    incidents.turn(now, changes);
    now = now + std::chrono::seconds{5};
    changes.clear();
    state.ResumeTiming();
    incidents.turn(now, changes);
    state.PauseTiming();
    opened = changes.size();
    if (opened == 0) state.SkipWithError("nothing was grouped");
    for (std::uint32_t i = 0; i < failing; ++i) {
      incidents.close_problem(number(i), IncidentKind::down, now.wall, now);
    }
    changes.clear();
    incidents.turn(now, changes);
    for (const IncidentChange& change : changes) incidents.forget(change.incident);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * failing);  // problems
  state.counters["incidents"] = static_cast<double>(opened);
}
BENCHMARK_CAPTURE(group_problems, of_prefixes, true)
    ->Arg(1000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(group_problems, of_nothing, false)
    ->Arg(1000)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond);

// One failure and its end, each with a turn, while 10,000 others are down.
void one_more_problem(benchmark::State& state) {
  static const Fleet fleet;
  Incidents incidents = fleet.incidents();
  fleet.add_to(incidents);
  Moment now{Instant{std::chrono::hours{1}}, WallTime{std::chrono::hours{500'000}}};
  std::vector<IncidentChange> changes;
  for (MonitorId id = 0; id < 10'000; ++id) {
    incidents.open_problem({.monitor = id, .since = now.wall}, now);
  }
  now = now + std::chrono::seconds{5};
  incidents.turn(now, changes);
  for (auto _ : state) {
    const MonitorId id = 77'777;
    incidents.open_problem({.monitor = id, .since = now.wall}, now);
    incidents.turn(now, changes);
    incidents.close_problem(id, IncidentKind::down, now.wall, now);
    incidents.turn(now, changes);
    now = now + std::chrono::milliseconds{10};
    changes.clear();
  }
}
BENCHMARK(one_more_problem);

// A monitor that begins to be watched, and what 100,000 of them hold.
void add_monitors(benchmark::State& state) {
  static const Fleet fleet;
  std::size_t octets = 0;
  for (auto _ : state) {
    Incidents incidents = fleet.incidents();
    fleet.add_to(incidents);
    octets = incidents.octets_held();
  }
  state.SetItemsProcessed(state.iterations() * kMonitors);  // monitors
  state.counters["octets_a_monitor"] = static_cast<double>(octets) / kMonitors;
}
BENCHMARK(add_monitors)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mxsweep::watch
