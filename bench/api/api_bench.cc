// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "mxsweep/api/api.h"
#include "support/sample_facts.h"

namespace mxsweep::api {
namespace {

namespace samples = view::samples;

void count(benchmark::State& state, std::int64_t items, const std::string& out) {
  state.SetItemsProcessed(state.iterations() * items);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));  // octets
  state.counters["octets"] = static_cast<double>(out.size());
}

view::Metrics metrics_of(std::int64_t groups) {
  view::Metrics facts = samples::many_metrics();
  facts.monitors.clear();
  const view::GroupMetrics group = facts.groups.front();
  const auto probes = facts.probes;
  facts.groups.clear();
  facts.probes.clear();
  for (std::int64_t i = 0; i < groups; ++i) {
    facts.groups.push_back(group);
    facts.groups.back().name = "group-" + std::to_string(i);
    for (int cause = 0; cause < 10; ++cause) {
      facts.probes.push_back(probes.front());
      facts.probes.back().group = facts.groups.back().name;
      facts.probes.back().cause = static_cast<Cause>(cause);
    }
  }
  return facts;
}

// Question: what does a scrape cost, by the number of groups, with ten causes in each?
void write_metrics(benchmark::State& state) {
  const view::Metrics facts = metrics_of(state.range(0));
  std::string out;
  for (auto _ : state) {
    out = metrics(facts, {}, metrics::Format::openmetrics);
    benchmark::DoNotOptimize(out.data());
  }
  if (!out.ends_with("# EOF\n")) state.SkipWithError("the metrics were not written");
  count(state, 1, out);
}
BENCHMARK(write_metrics)->ArgName("groups")->Arg(1)->Arg(20);

// Question: what do the series of single monitors cost beside that?
void write_monitor_metrics(benchmark::State& state) {
  view::Metrics facts = metrics_of(1);
  facts.monitors.resize(static_cast<std::size_t>(state.range(0)),
                        samples::many_metrics().monitors.front());
  std::string out;
  for (auto _ : state) {
    out = metrics(facts, {}, metrics::Format::prometheus);
    benchmark::DoNotOptimize(out.data());
  }
  count(state, state.range(0), out);  // monitors
}
BENCHMARK(write_monitor_metrics)->ArgName("monitors")->Arg(5000)->Unit(benchmark::kMillisecond);

// Question: what does a page of monitors cost, as an object and as lines?
template <auto Write>
void write_monitors(benchmark::State& state) {
  view::MonitorList facts = samples::many_monitors();
  const view::MonitorLine line = facts.monitors.back();
  facts.monitors.resize(static_cast<std::size_t>(state.range(0)), line);
  std::string out;
  for (auto _ : state) {
    out = Write(facts);
    benchmark::DoNotOptimize(out.data());
  }
  if (out.size() < facts.monitors.size()) state.SkipWithError("the page was not written");
  count(state, state.range(0), out);  // monitors
}
BENCHMARK_TEMPLATE(write_monitors, monitors)->ArgName("monitors")->Arg(1000);
BENCHMARK_TEMPLATE(write_monitors, monitor_lines)->ArgName("monitors")->Arg(1000);

// Question: what does the summary cost, with so many groups, each of 90 days?
void write_summary(benchmark::State& state) {
  const auto groups = static_cast<std::uint32_t>(state.range(0));
  const view::Overview facts = samples::large_overview(groups, 100);
  std::string out;
  for (auto _ : state) {
    out = summary(facts, true);
    benchmark::DoNotOptimize(out.data());
  }
  count(state, 1, out);
}
BENCHMARK(write_summary)->ArgName("groups")->Arg(20);

}  // namespace
}  // namespace mxsweep::api
