// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/core/slot_table.h"

namespace mxsweep {
namespace {

// As large as the hot part of a conversation.
struct Conversation {
  std::array<std::uint64_t, 16> words{};
};

std::vector<Handle> fill(SlotTable<Conversation>& slots, std::uint32_t live) {
  std::vector<Handle> handles;
  for (std::uint32_t i = 0; i < live; ++i) handles.push_back(slots.begin());
  return handles;
}

// Question: what does it cost to begin a conversation, find it once and end it, with `live` others
// in the table?
void begin_find_end(benchmark::State& state) {
  const auto live = static_cast<std::uint32_t>(state.range(0));
  SlotTable<Conversation> slots(live + 1);
  fill(slots, live);
  for (auto _ : state) {
    const Handle handle = slots.begin();
    Conversation* found = slots.find(handle);
    benchmark::DoNotOptimize(found);
    slots.end(handle);
  }
  if (slots.size() != live) state.SkipWithError("slots were lost");
  state.SetItemsProcessed(state.iterations());
}

// Question: what does it cost to find a completion's conversation among `live`, in random order?
void find_any(benchmark::State& state) {
  const auto live = static_cast<std::uint32_t>(state.range(0));
  SlotTable<Conversation> slots(live);
  const std::vector<Handle> handles = fill(slots, live);
  Random random(1);
  std::uint64_t sum = 0;
  for (auto _ : state) {
    const Conversation* const found = slots.find(handles[random.below(live)]);
    if (found == nullptr) {
      state.SkipWithError("a live slot was not found");
      break;
    }
    sum += found->words[0];
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(begin_find_end)->ArgName("live")->Arg(1'000)->Arg(1'000'000);
BENCHMARK(find_any)->ArgName("live")->Arg(1'000)->Arg(1'000'000);

}  // namespace
}  // namespace mxsweep
