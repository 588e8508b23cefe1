// SPDX-License-Identifier: MIT
#include "mxsweep/core/slot_table.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep {
namespace {

TEST_CASE("a value is found by its handle until its slot ends", "[core][slot_table]") {
  SlotTable<std::string> slots(2);
  const Handle handle = slots.begin("first");
  REQUIRE(slots.find(handle) != nullptr);
  CHECK(*slots.find(handle) == "first");
  CHECK(slots.size() == 1);
  slots.end(handle);
  CHECK(slots.find(handle) == nullptr);
  CHECK(slots.size() == 0);
}

TEST_CASE("the handle of an ended connection does not find the next one in its slot",
          "[core][slot_table]") {
  SlotTable<int> slots(1);
  const Handle old = slots.begin(1);
  slots.end(old);
  const Handle successor = slots.begin(2);
  CHECK(successor.index == old.index);
  CHECK(slots.find(old) == nullptr);
  CHECK(*slots.find(successor) == 2);
}

TEST_CASE("a handle that was never returned finds nothing", "[core][slot_table]") {
  SlotTable<int> slots(3);
  CHECK(slots.find({}) == nullptr);
  const Handle handle = slots.begin(1);
  CHECK(slots.find({}) == nullptr);
  CHECK(slots.find({handle.index, handle.generation + 1}) == nullptr);
  CHECK(slots.find({1, 1}) == nullptr);
  CHECK(slots.find({3, 1}) == nullptr);
  CHECK(slots.find({UINT32_MAX, UINT32_MAX}) == nullptr);
}

TEST_CASE("a table is full at its capacity and not before", "[core][slot_table]") {
  SlotTable<int> none(0);
  CHECK(none.full());
  SlotTable<int> slots(3);
  std::vector<Handle> handles;
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(slots.full());
    handles.push_back(slots.begin(i));
  }
  CHECK(slots.full());
  CHECK(slots.capacity() == 3);
  slots.end(handles[1]);
  CHECK_FALSE(slots.full());
}

TEST_CASE("the most recently freed slot is the next one used", "[core][slot_table]") {
  SlotTable<int> slots(4);
  const Handle first = slots.begin(1);
  const Handle second = slots.begin(2);
  slots.end(first);
  slots.end(second);
  CHECK(slots.begin(3).index == second.index);
  CHECK(slots.begin(4).index == first.index);
  CHECK(slots.begin(5).index == 2);
}

TEST_CASE("a generation always fits its bits and is never that of an empty handle",
          "[core][slot_table]") {
  SlotTable<char> slots(1);
  const Handle first = slots.begin('a');
  CHECK(first.generation == 1);
  slots.end(first);
  for (std::uint32_t i = 2; i < kGenerationMax; ++i) slots.end(slots.begin('b'));
  const Handle last = slots.begin('c');
  CHECK(last.generation == kGenerationMax);
  slots.end(last);
  const Handle wrapped = slots.begin('d');
  CHECK(wrapped.generation == 1);
  CHECK(slots.find(last) == nullptr);
  CHECK(slots.find({}) == nullptr);
}

TEST_CASE("values are destroyed once: by end(), or with the table", "[core][slot_table]") {
  const auto witness = std::make_shared<int>(0);
  {
    SlotTable<std::shared_ptr<int>> slots(8);
    std::vector<Handle> handles;
    for (int i = 0; i < 5; ++i) handles.push_back(slots.begin(witness));
    CHECK(witness.use_count() == 6);
    slots.end(handles[0]);
    slots.end(handles[3]);
    CHECK(witness.use_count() == 4);
  }
  CHECK(witness.use_count() == 1);
}

TEST_CASE("a value keeps its address and alignment while others begin and end",
          "[core][slot_table]") {
  struct alignas(64) Line {
    char octets[64];
  };
  SlotTable<Line> slots(100);
  std::vector<Handle> handles;
  const Handle kept = slots.begin();
  const Line* const place = slots.find(kept);
  for (int i = 0; i < 99; ++i) handles.push_back(slots.begin());
  for (const Handle handle : handles) {
    CHECK(reinterpret_cast<std::uintptr_t>(slots.find(handle)) % 64 == 0);
    slots.end(handle);
  }
  CHECK(slots.find(kept) == place);
}

TEST_CASE("every live slot is visited once, and may be ended during the visit",
          "[core][slot_table]") {
  SlotTable<int> slots(10);
  std::vector<Handle> handles;
  for (int i = 0; i < 6; ++i) handles.push_back(slots.begin(i));
  slots.end(handles[2]);
  std::vector<int> seen;
  slots.for_each([&](Handle handle, int& value) {
    CHECK(slots.find(handle) == &value);
    seen.push_back(value);
    if (value % 2 == 1) slots.end(handle);
  });
  CHECK(seen == std::vector<int>{0, 1, 3, 4, 5});
  CHECK(slots.size() == 2);
}

TEST_CASE("a table and a map agree through random sequences of begin and end",
          "[core][slot_table]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    SlotTable<std::uint64_t> slots(50);
    std::map<std::uint64_t, Handle> live;
    std::vector<Handle> ended;
    for (std::uint64_t step = 0; step < 5000; ++step) {
      if (!slots.full() && random.below(2) == 0) {
        live[step] = slots.begin(step);
      } else if (!live.empty()) {
        auto victim = live.lower_bound(random.next() % step);
        if (victim == live.end()) victim = live.begin();
        slots.end(victim->second);
        ended.push_back(victim->second);
        live.erase(victim);
      }
      REQUIRE(slots.size() == live.size());
      if (!live.empty()) REQUIRE(*slots.find(live.begin()->second) == live.begin()->first);
      if (!ended.empty()) {
        const auto any = random.below(static_cast<std::uint32_t>(ended.size()));
        REQUIRE(slots.find(ended[any]) == nullptr);
      }
    }
  }
}

}  // namespace
}  // namespace mxsweep
