// SPDX-License-Identifier: MIT
// What a result costs by itself: its turn in the schedule, and the state of its monitor.
#include <benchmark/benchmark.h>

#include <chrono>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/watch/health.h"
#include "mxsweep/watch/schedule.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;

// Monitors that are probed each minute, each probe being over at once.
void schedule_a_probe(benchmark::State& state) {
  const auto monitors = static_cast<std::uint32_t>(state.range(0));
  Instant now{1h};
  Schedule schedule(monitors, now);
  for (MonitorId monitor = 0; monitor < monitors; ++monitor) {
    schedule.add(monitor, 60s, monitor, false, now);
  }
  for (auto _ : state) {
    std::optional<Due> due;
    while (!due) {
      now = schedule.next();
      due = schedule.take(now);
    }
    schedule.finish(due->monitor, now);
  }
}
BENCHMARK(schedule_a_probe)->Arg(1000)->Arg(100'000);

// One result in `range(1)` is bad; each monitor's state is out of the caches.
void apply_a_result(benchmark::State& state) {
  const auto monitors = static_cast<std::size_t>(state.range(0));
  const auto bad_of = static_cast<std::uint32_t>(state.range(1));
  std::vector<Health> all(monitors);
  const Confirmation rules;
  Sample sample;
  Random random(1);
  WallTime now{24h * 20'000};
  std::size_t next = 0;
  for (auto _ : state) {
    sample.verdict = random.below(bad_of) == 0 ? Verdict::bad : Verdict::good;
    benchmark::DoNotOptimize(apply(all[next], rules, sample, now));
    now += 600us;
    next = next + 1 == monitors ? 0 : next + 1;
  }
}
BENCHMARK(apply_a_result)->Args({100'000, 1000})->Args({100'000, 2});

}  // namespace
}  // namespace mxsweep::watch
