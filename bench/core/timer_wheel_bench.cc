// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/core/timer_wheel.h"

namespace mxsweep {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1000s};
constexpr std::uint32_t kSpans = 4096;  // A power of two, small enough to stay in the L1 cache.
constexpr std::uint32_t kIdleTimers = 1024;

// A probe's deadlines: from a second to five minutes away.
std::vector<Duration> random_spans() {
  Random random(1);
  std::vector<Duration> spans(kSpans);
  for (Duration& span : spans) span = 1s + std::chrono::microseconds(random.below(299'000'000));
  return spans;
}

// The timers 0..count-1 in random order, as connections end.
std::vector<std::uint32_t> shuffled(std::uint32_t count) {
  Random random(2);
  std::vector<std::uint32_t> timers(count);
  std::iota(timers.begin(), timers.end(), 0U);
  for (std::uint32_t i = count; i > 1; --i) std::swap(timers[i - 1], timers[random.below(i)]);
  return timers;
}

// Timers 0..pending-1 run; kIdleTimers more can be started.
void fill(TimerWheel& wheel, std::uint32_t pending, const std::vector<Duration>& spans) {
  for (std::uint32_t i = 0; i < pending; ++i) wheel.start(i, kStart + spans[i % kSpans]);
}

// Question: what do a start and the cancel that follows it cost together, while `pending` others
// run? This is the life of most timers of a sweep: the reply arrives long before the deadline.
void start_and_cancel(benchmark::State& state) {
  const auto pending = static_cast<std::uint32_t>(state.range(0));
  const std::vector<Duration> spans = random_spans();
  TimerWheel wheel(pending + kIdleTimers, kStart);
  fill(wheel, pending, spans);
  std::uint32_t i = 0;
  for (auto _ : state) {
    const std::uint32_t timer = pending + i % kIdleTimers;
    wheel.start(timer, kStart + spans[i++ % kSpans]);
    wheel.cancel(timer);
  }
  if (wheel.size() != pending) state.SkipWithError("timers were lost");
  state.SetItemsProcessed(state.iterations());
}

// Question: what does it cost to cancel a random one of the running timers, so that it and its
// neighbours lie in cold memory? One item is a cancel and a start.
void cancel_and_start_any(benchmark::State& state) {
  const auto pending = static_cast<std::uint32_t>(state.range(0));
  const std::vector<Duration> spans = random_spans();
  const std::vector<std::uint32_t> victims = shuffled(pending);
  TimerWheel wheel(pending, kStart);
  fill(wheel, pending, spans);
  std::uint32_t i = 0;
  std::uint32_t victim = 0;
  for (auto _ : state) {
    wheel.cancel(victims[victim]);
    wheel.start(victims[victim], kStart + spans[i++ % kSpans]);
    if (++victim == pending) victim = 0;
  }
  if (wheel.size() != pending) state.SkipWithError("timers were lost");
  state.SetItemsProcessed(state.iterations());
}

// Question: what does a timer cost that is started and fires? A turn of the loop sleeps
// until next() and fires at most 256.
void start_and_expire(benchmark::State& state) {
  const auto pending = static_cast<std::uint32_t>(state.range(0));
  const std::vector<Duration> spans = random_spans();
  TimerWheel wheel(pending, kStart);
  Instant now = kStart;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < pending; ++i) wheel.start(i, now + spans[i % kSpans]);
    std::uint32_t fired = 0;
    while (wheel.size() != 0) {
      now = std::max(now, wheel.next());
      fired += wheel.expire(
          now, [](std::uint32_t timer) { benchmark::DoNotOptimize(timer); }, 256);
    }
    if (fired != pending) {
      state.SkipWithError("timers were lost");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * pending);
}

// Question: what does the wheel add to a turn of the loop in which a tick passes and little fires?
void turn(benchmark::State& state) {
  const auto pending = static_cast<std::uint32_t>(state.range(0));
  const std::vector<Duration> spans = random_spans();
  TimerWheel wheel(pending, kStart);
  fill(wheel, pending, spans);
  Instant now = kStart;
  std::uint32_t i = 0;
  for (auto _ : state) {
    now += TimerWheel::kTick;
    wheel.expire(
        now, [&](std::uint32_t timer) { wheel.start(timer, now + spans[i++ % kSpans]); }, 256);
    Instant next = wheel.next();
    benchmark::DoNotOptimize(next);
  }
  if (wheel.size() != pending) state.SkipWithError("timers were lost");
  state.counters["fired_a_turn"] = benchmark::Counter(i, benchmark::Counter::kAvgIterations);
}

void pending_counts(benchmark::internal::Benchmark* bench) {
  bench->ArgName("pending")->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
}
BENCHMARK(start_and_cancel)->Apply(pending_counts);
BENCHMARK(cancel_and_start_any)->Apply(pending_counts);
BENCHMARK(start_and_expire)->Apply(pending_counts);
BENCHMARK(turn)->Apply(pending_counts);

}  // namespace
}  // namespace mxsweep
