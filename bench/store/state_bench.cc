// SPDX-License-Identifier: MIT
// Question: how long does a start with 100,000 monitors wait for state.db, at first and later?
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "mxsweep/store/state_store.h"
#include "store/batches.h"
#include "store/folder.h"

namespace mxsweep::store {
namespace {

watch::StateBatch monitors(std::int64_t count) {
  watch::StateBatch batch;
  for (std::int64_t i = 0; i < count; ++i) {
    batch.monitors.push_back(
        monitor_row("edge mx" + std::to_string(i * 7919 % count) + ".mail.example.org:25 192.0.2.1",
                    watch::State::up));
  }
  return batch;
}

void insert_monitors(benchmark::State& state) {
  const watch::StateBatch batch = monitors(state.range(0));
  for (auto _ : state) {
    const Folder folder;
    StateStore store;
    if (!store.open(folder.path(), at(0)).ok() || !store.commit(batch, at(0)).ok()) std::abort();
  }
}
BENCHMARK(insert_monitors)->ArgName("monitors")->Arg(100'000)->Unit(benchmark::kMillisecond);

void load_monitors(benchmark::State& state) {
  const Folder folder;
  StateStore store;
  if (!store.open(folder.path(), at(0)).ok() ||
      !store.commit(monitors(state.range(0)), at(0)).ok()) {
    std::abort();
  }
  for (auto _ : state) {
    const auto saved = store.open(folder.path(), at(0));
    if (!saved.ok() || saved->monitors.size() != static_cast<std::size_t>(state.range(0))) {
      state.SkipWithError("monitors are missing");
      break;
    }
  }
}
BENCHMARK(load_monitors)->ArgName("monitors")->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mxsweep::store
