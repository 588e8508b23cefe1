// SPDX-License-Identifier: MIT
// Question: what does it cost to write a page, by its rows?
#include <benchmark/benchmark.h>

#include <cstdint>

#include "mxsweep/pages/pages.h"
#include "support/sample_facts.h"

namespace mxsweep::pages {
namespace {

Audience insiders() {
  Audience audience;
  audience.targets = true;
  return audience;
}

// The overview of an outage: groups with 90 days each, and open incidents.
void write_overview(benchmark::State& state) {
  const view::Overview facts = view::samples::large_overview(
      static_cast<std::uint32_t>(state.range(0)), static_cast<std::uint32_t>(state.range(1)));
  const Audience audience = insiders();
  std::size_t octets = 0;
  for (auto _ : state) {
    const std::string page = overview(facts, audience);
    octets = page.size();
    benchmark::DoNotOptimize(page.data());
  }
  if (octets == 0) state.SkipWithError("the page is empty");
  state.counters["octets"] = static_cast<double>(octets);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(octets));
}
BENCHMARK(write_overview)->ArgNames({"groups", "incidents"})->Args({6, 0})->Args({40, 30});

void write_group(benchmark::State& state) {
  const view::GroupPage facts = view::samples::outage_group();
  const Audience audience = insiders();
  for (auto _ : state) {
    const std::string page = group(facts, audience);
    benchmark::DoNotOptimize(page.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(facts.monitors.size()));
}
BENCHMARK(write_group);

void write_monitor(benchmark::State& state) {
  const view::MonitorPage facts = view::samples::up_monitor();
  const Audience audience = insiders();
  for (auto _ : state) {
    const std::string page = monitor(facts, audience);
    benchmark::DoNotOptimize(page.data());
  }
}
BENCHMARK(write_monitor);

}  // namespace
}  // namespace mxsweep::pages
