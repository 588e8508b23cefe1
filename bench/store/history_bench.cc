// SPDX-License-Identifier: MIT
// Questions: what does a result cost in history.db, when 100,000 monitors bring 1,667 a second? How
// long is the longest piece of compaction, and what does an hour of it cost?
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "mxsweep/ring/clock.h"
#include "mxsweep/store/history_store.h"
#include "store/folder.h"

namespace mxsweep::store {
namespace {

constexpr std::int64_t kFirstMs = std::int64_t{494'400} * 3'600'000;
constexpr std::uint64_t kPlenty = 100'000'000'000;

std::vector<watch::HistoryRow> second(std::uint32_t monitors, std::uint32_t rows_a_second,
                                      std::int64_t number) {
  std::vector<watch::HistoryRow> rows(rows_a_second);
  for (std::uint32_t i = 0; i < rows_a_second; ++i) {
    watch::HistoryRow& row = rows[i];
    row.monitor = static_cast<std::uint32_t>(number * rows_a_second + i) % monitors + 1;
    row.at_ms = kFirstMs + number * 1000 + i * 1000 / rows_a_second;
    row.total_us = 40'000 + row.monitor * 7 % 20'000;
    row.connect_us = 10'000 + row.monitor % 500;
    row.greeting_us = 12'000;
    row.ehlo_us = 11'000;
  }
  return rows;
}

void open(HistoryStore& store, const Folder& folder, std::uint32_t monitors) {
  const WallTime begin{std::chrono::milliseconds{kFirstMs}};
  if (!store.open(folder.path(), kPlenty, begin).ok()) std::abort();
  for (std::uint32_t i = 1; i <= monitors; ++i) {
    benchmark::DoNotOptimize(store.number_of("edge host-" + std::to_string(i) + ":25"));
  }
  if (!store.add({}).ok()) std::abort();
}

// CPU of this process, the kernel's share included: an item is a result.
void add_results(benchmark::State& state) {
  const Folder folder;
  HistoryStore store;
  open(store, folder, 100'000);
  std::int64_t number = 0;
  double cpu = 0;
  for (auto _ : state) {
    const std::vector<watch::HistoryRow> rows = second(100'000, 1667, number++);
    const double before = ring::cpu_seconds();
    if (!store.add(rows).ok()) {
      state.SkipWithError("a result was not stored");
      break;
    }
    cpu += ring::cpu_seconds() - before;
  }
  state.SetItemsProcessed(number * 1667);
  state.counters["cpu_us_a_row"] = cpu * 1e6 / (static_cast<double>(number) * 1667);
  state.counters["octets_a_row"] =
      static_cast<double>(store.octets()) / (static_cast<double>(number) * 1667);
}
BENCHMARK(add_results)->Unit(benchmark::kMicrosecond);

// An hour of so many monitors, one result a minute each.
void compact_an_hour(benchmark::State& state) {
  const auto monitors = static_cast<std::uint32_t>(state.range(0));
  double longest_ms = 0;
  double cpu = 0;
  double pieces = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Folder folder;
    HistoryStore store;
    open(store, folder, monitors);
    for (std::int64_t number = 0; number < 3600; ++number) {
      if (!store.add(second(monitors, monitors / 60, number)).ok()) std::abort();
    }
    state.ResumeTiming();
    // One hour later it is compacted, and two hours after that it goes.
    for (const int hours : {2, 4}) {
      const WallTime now{std::chrono::milliseconds{kFirstMs} + std::chrono::hours{hours}};
      for (bool more = true; more; ++pieces) {
        const double before = ring::cpu_seconds();
        if (!store.compact(now, more).ok()) std::abort();
        const double took = ring::cpu_seconds() - before;
        longest_ms = std::max(longest_ms, took * 1e3);
        cpu += took;
      }
    }
  }
  state.counters["longest_piece_ms"] = longest_ms;
  state.counters["pieces"] = pieces / static_cast<double>(state.iterations());
  state.counters["cpu_s"] = cpu / static_cast<double>(state.iterations());
}
BENCHMARK(compact_an_hour)
    ->ArgName("monitors")
    ->Arg(600)
    ->Arg(6000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mxsweep::store
