// SPDX-License-Identifier: MIT
// What the board costs: of each result, and of the answers to its questions.
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <string>

#include "mxsweep/core/random.h"
#include "mxsweep/view/board.h"
#include "mxsweep/watch/sample.h"

namespace mxsweep::view {
namespace {

using namespace std::chrono_literals;

// Monitors of some groups, all up but for each hundredth, with as many results as are kept.
struct Fleet {
  watch::Moment now{Instant{100h}, WallTime{24h * 20'000}};
  std::unique_ptr<watch::Watch> watch;
  std::unique_ptr<Board> board;
  std::uint32_t monitors;

  Fleet(std::uint32_t count, std::uint32_t groups) : monitors(count) {
    watch::Settings settings;
    for (std::uint32_t i = 0; i < groups; ++i) {
      settings.groups.emplace_back().name = "group" + std::to_string(i);
    }
    watch = std::make_unique<watch::Watch>(settings, watch::Zones{}, count, 1, now);
    for (std::uint32_t i = 0; i < count; ++i) {
      watch::Monitor monitor;
      monitor.group = static_cast<watch::GroupNumber>(i % groups);
      monitor.address = ipv4(0x0a00'0000U + i);
      monitor.target = "mx" + std::to_string(mix(i) % 10'000'000) + ".example.net";
      monitor.key = settings.groups[monitor.group].name + ' ' + monitor.target + ":25 " +
                    to_string(monitor.address);
      watch->add(std::move(monitor), mix(i), now);
    }
    watch->end_of_monitors(now);
    board = std::make_unique<Board>(
        BoardOptions{.monitors_expected = count, .octets_max = 32 * 1024 * 1024}, *watch, now);
  }
  watch::HistoryRow row(watch::MonitorId id) const {
    watch::HistoryRow row;
    row.at_ms = std::chrono::floor<std::chrono::milliseconds>(now.wall).time_since_epoch().count();
    row.outcome = id % 100 == 7 ? Outcome::failed : Outcome::ok;
    row.cause = id % 100 == 7 ? Cause::net_timeout : Cause::none;
    row.state = watch->health(id).state;
    row.total_us = 41'234 + id % 1000;
    row.connect_us = 1234;
    row.greeting_us = 5678;
    row.ehlo_us = 1200;
    return row;
  }
  void round() {
    for (watch::MonitorId id = 0; id < monitors; ++id) {
      const bool down = id % 100 == 7;
      watch->on_result(id,
                       {.verdict = down ? watch::Verdict::bad : watch::Verdict::good,
                        .outcome = down ? Outcome::failed : Outcome::ok,
                        .cause = down ? Cause::net_timeout : Cause::none,
                        .at = now.wall},
                       now);
      board->on_result(id, row(id), now);
    }
    now = now + 60s;
    watch->turn(now);
    board->on_effects(watch->take_effects(), now);
  }
};

// Full rings, and a day that has ended.
Fleet& full_fleet() {
  static Fleet fleet(100'000, 10);
  static bool once = [] {
    for (int i = 0; i < 25; ++i) fleet.round();
    fleet.now = fleet.now + 24h;
    for (int i = 0; i < 3; ++i) fleet.round();
    return true;
  }();
  benchmark::DoNotOptimize(once);
  return fleet;
}

// A result, each of another monitor: what it concerns is out of the caches.
void board_result(benchmark::State& state) {
  Fleet& fleet = full_fleet();
  watch::MonitorId id = 0;
  for (auto _ : state) {
    fleet.board->on_result(id, fleet.row(id), fleet.now);
    id = id + 1 == fleet.monitors ? 0 : id + 1;
  }
  state.counters["octets_held"] = static_cast<double>(fleet.board->octets_held());
  constexpr std::size_t kOctetsMost = 60'000'000;
  if (fleet.board->octets_held() > kOctetsMost) state.SkipWithError("it holds too much");
}
BENCHMARK(board_result);

void board_overview(benchmark::State& state) {
  Fleet& fleet = full_fleet();
  for (auto _ : state) benchmark::DoNotOptimize(fleet.board->overview(0, 100, fleet.now));
}
BENCHMARK(board_overview)->Unit(benchmark::kMicrosecond);

// The second half of a group's monitors. All 100,000 are in one group.
void board_group(benchmark::State& state) {
  static Fleet fleet(100'000, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(fleet.board->group("group0", 50'000, 100, fleet.now));
  }
}
BENCHMARK(board_group)->Unit(benchmark::kMicrosecond);

// The first such question after monitors were added: they are put in order.
void board_group_first(benchmark::State& state) {
  Fleet fleet(100'000, 1);
  for (auto _ : state) {
    state.PauseTiming();
    watch::Monitor monitor = fleet.watch->monitor(0);
    fleet.board->forget(0);
    fleet.watch->remove(0, fleet.now);
    fleet.watch->add(std::move(monitor), 1, fleet.now);
    fleet.board->on_effects(fleet.watch->take_effects(), fleet.now);
    state.ResumeTiming();
    benchmark::DoNotOptimize(fleet.board->group("group0", 0, 100, fleet.now));
  }
}
BENCHMARK(board_group_first)->Unit(benchmark::kMicrosecond);

void board_monitor(benchmark::State& state) {
  Fleet& fleet = full_fleet();
  const std::string id = id_of(fleet.watch->monitor(77'777).key);
  for (auto _ : state) benchmark::DoNotOptimize(fleet.board->monitor(id, fleet.now));
}
BENCHMARK(board_monitor)->Unit(benchmark::kMicrosecond);

// A page of 100 from the middle of all.
void board_monitors(benchmark::State& state) {
  Fleet& fleet = full_fleet();
  const Board::MonitorFilter filter{.group = {}, .state = {}, .after = "7fffffffffffffff"};
  for (auto _ : state) benchmark::DoNotOptimize(fleet.board->monitors(filter, 100, fleet.now));
}
BENCHMARK(board_monitors)->Unit(benchmark::kMicrosecond);

void board_metrics(benchmark::State& state) {
  Fleet& fleet = full_fleet();
  for (auto _ : state) benchmark::DoNotOptimize(fleet.board->metrics(false, fleet.now));
}
BENCHMARK(board_metrics)->Unit(benchmark::kMicrosecond);

// By the name in the list, and by an address, for which all are looked at.
void board_find_target(benchmark::State& state) {
  Fleet& fleet = full_fleet();
  const watch::Monitor& monitor = fleet.watch->monitor(77'777);
  const std::string target = state.range(0) == 0 ? monitor.target : to_string(monitor.address);
  for (auto _ : state) benchmark::DoNotOptimize(fleet.board->find_target(target));
}
BENCHMARK(board_find_target)->ArgName("by_address")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mxsweep::view
