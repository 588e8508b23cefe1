// SPDX-License-Identifier: MIT
// Question: what does the shuffled order cost for each target, of a long list and of a prefix?
#include <benchmark/benchmark.h>

#include <string>

#include "mxsweep/core/address.h"
#include "mxsweep/targets/shuffle.h"

namespace {

using mxsweep::ipv4;
using mxsweep::targets::Expansion;
using mxsweep::targets::Permutation;
using mxsweep::targets::Shuffle;
using mxsweep::targets::Target;

Target target_of(std::uint32_t number) {
  Target target;
  target.address = ipv4(number);
  target.port = 25;
  target.set_words(to_string(target.address), "", "");
  return target;
}

// Each target that comes takes the place of one that goes, with the window full.
void shuffle_list(benchmark::State& state) {
  Shuffle shuffle(7);
  std::uint32_t number = 0x0a00'0000;
  const Expansion one{.range = {ipv4(1), ipv4(1)}, .ports = {25}};
  while (shuffle.has_room()) shuffle.push(target_of(number++), one);
  Target target;
  for (auto _ : state) {
    benchmark::DoNotOptimize(shuffle.pop(target));
    shuffle.push(std::move(target), one);
  }
  state.SetItemsProcessed(state.iterations());  // targets
}

// A window full of /24s, none of which ends.
void shuffle_prefixes(benchmark::State& state) {
  Shuffle shuffle(7);
  for (std::uint32_t i = 0; shuffle.has_room(); ++i) {
    const std::uint32_t first = 0x0a00'0000 + i * 256;
    const Expansion all{.range = {ipv4(first), ipv4(first + 255)}, .ports = {25}};
    shuffle.push(target_of(first), all);
  }
  Target target;
  for (auto _ : state) {
    if (!shuffle.pop(target)) {
      state.SkipWithError("the window is empty");
      break;
    }
    benchmark::DoNotOptimize(target);
  }
  state.SetItemsProcessed(state.iterations());  // targets
}

// The next number of a permutation, of the size of a /24 and of a size that needs cycle walking.
void permute(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  const Permutation permutation(count, 7);
  std::uint64_t index = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(permutation.at(index));
    index = index + 1 == count ? 0 : index + 1;
  }
  state.SetItemsProcessed(state.iterations());  // numbers
}

BENCHMARK(shuffle_list);
BENCHMARK(shuffle_prefixes);
BENCHMARK(permute)->Arg(256)->Arg(3 * 65'536);

}  // namespace
