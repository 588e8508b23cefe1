// SPDX-License-Identifier: MIT
#include "mxsweep/core/stable_map.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep {
namespace {

struct Hash {
  std::size_t operator()(std::uint32_t key) const { return key * std::size_t{0x9e3779b97f4a7c15}; }
};
using Map = StableMap<std::uint32_t, std::shared_ptr<int>, Hash>;

TEST_CASE("entries stay where they are while others come and go", "[core][map]") {
  Map map;
  Random random(1);
  std::map<std::uint32_t, Map::Entry*> expected;
  for (int i = 0; i < 50'000; ++i) {
    const std::uint32_t key = random.below(3'000);
    const auto [entry, is_new] = map.try_emplace(key);
    REQUIRE(entry.key == key);
    REQUIRE(is_new == !expected.contains(key));
    if (is_new) {
      REQUIRE(entry.value == nullptr);
      entry.value = std::make_shared<int>(static_cast<int>(key));
      expected[key] = &entry;
    } else {
      REQUIRE(expected[key] == &entry);
      REQUIRE(*entry.value == static_cast<int>(key));
    }
    if (random.below(2) != 0) continue;
    map.erase(entry);
    expected.erase(key);
  }
  CHECK(map.size() == expected.size());
}

TEST_CASE("an entry is destroyed when it is erased, or with its table", "[core][map]") {
  const auto counted = std::make_shared<int>(0);
  {
    Map map;
    for (std::uint32_t key = 0; key < 100; ++key) map.try_emplace(key).first.value = counted;
    map.erase(map.try_emplace(7).first);
    CHECK(counted.use_count() == 100);
    CHECK(map.try_emplace(7).first.value == nullptr);
  }
  CHECK(counted.use_count() == 1);
}

}  // namespace
}  // namespace mxsweep
