// SPDX-License-Identifier: MIT
// What politeness costs for each visit to a foreign server.
#include <benchmark/benchmark.h>

#include <deque>

#include "mxsweep/core/random.h"
#include "mxsweep/pace/courtesy.h"
#include "mxsweep/pace/operator.h"

namespace mxsweep::pace {
namespace {

Address any_address(std::uint32_t number) { return ipv4(static_cast<std::uint32_t>(mix(number))); }

// Visits to addresses of their own, with this many open at once, and 500 starts a second.
void visit_many(benchmark::State& state) {
  Courtesy courtesy({}, 1);
  std::deque<Ticket> open;
  Instant now{std::chrono::hours{1}};
  std::uint32_t number = 0;
  for (auto _ : state) {
    now += std::chrono::milliseconds{2};
    courtesy.advance(0, now);
    ++number;
    courtesy.request(0, number, any_address(number), 1 + number % 1000, now);
    while (const auto granted = courtesy.take_granted(0)) open.push_back(granted->ticket);
    if (open.size() > static_cast<std::size_t>(state.range(0))) {
      courtesy.give_back(open.front(), now);
      open.pop_front();
    }
  }
}
BENCHMARK(visit_many)->Arg(100)->Arg(1000);

// One operator with a queue of this many visits in networks of their own.
void visit_one_operator(benchmark::State& state) {
  Courtesy courtesy({}, 1);
  std::deque<Ticket> open;
  const Instant now{std::chrono::hours{1}};
  std::uint32_t number = 0;
  const auto request = [&] {
    ++number;
    courtesy.request(0, number, any_address(number), 1, now);
  };
  for (int i = 0; i < state.range(0); ++i) request();
  for (auto _ : state) {
    request();
    while (const auto granted = courtesy.take_granted(0)) open.push_back(granted->ticket);
    courtesy.give_back(open.front(), now);
    open.pop_front();
  }
}
BENCHMARK(visit_one_operator)->Arg(1000)->Arg(100'000);

void look_up_operator(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(operator_key("alt2.aspmx.l.example.co.uk"));
}
BENCHMARK(look_up_operator);

}  // namespace
}  // namespace mxsweep::pace
