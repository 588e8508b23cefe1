// SPDX-License-Identifier: MIT
#include "mxsweep/targets/permutation.h"

#include <algorithm>
#include <vector>

#include "support/catch.h"

namespace mxsweep::targets {
namespace {

std::vector<std::uint64_t> order_of(std::uint64_t count, std::uint64_t seed) {
  const Permutation permutation(count, seed);
  std::vector<std::uint64_t> order;
  for (std::uint64_t i = 0; i < count; ++i) order.push_back(permutation.at(i));
  return order;
}

}  // namespace

TEST_CASE("a permutation has each number once, whatever their count", "[targets][permutation]") {
  std::vector<std::uint64_t> counts = {255, 256, 257, 1023, 1024, 1025, 16'384, 65'536, 65'537};
  for (std::uint64_t count = 1; count <= 70; ++count) counts.push_back(count);
  for (const std::uint64_t count : counts) {
    for (const std::uint64_t seed : {0U, 1U, 7U}) {
      CAPTURE(count, seed);
      std::vector<std::uint64_t> order = order_of(count, seed);
      std::sort(order.begin(), order.end());
      for (std::uint64_t i = 0; i < count; ++i) REQUIRE(order[i] == i);
    }
  }
}

TEST_CASE("a permutation of the most numbers stays below their count", "[targets][permutation]") {
  for (const std::uint64_t count : {std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 1,
                                    (std::uint64_t{1} << 63) + 5, UINT64_MAX}) {
    const Permutation permutation(count, 7);
    for (const std::uint64_t index : {std::uint64_t{0}, count / 2, count - 1}) {
      CHECK(permutation.at(index) < count);
    }
    CHECK(permutation.at(0) != permutation.at(1));
  }
}

TEST_CASE("another seed is another order, and the same seed the same one for ever",
          "[targets][permutation]") {
  CHECK(order_of(1000, 1) != order_of(1000, 2));
  CHECK(order_of(10, 42) == order_of(10, 42));
  // A sweep that is resumed by a later version goes on in the same order.
  CHECK(order_of(10, 42) == std::vector<std::uint64_t>{3, 2, 9, 5, 4, 0, 8, 6, 7, 1});
  const Permutation large(UINT64_MAX, 42);
  CHECK(large.at(0) == 2296017005528713250U);
}

TEST_CASE("neighbours of a permutation are far from each other", "[targets][permutation]") {
  constexpr std::uint64_t kCount = 65'536;
  const std::vector<std::uint64_t> order = order_of(kCount, 7);
  // In 256 numbers drawn by chance from a /16, a /24 has one on average.
  for (std::size_t from = 0; from + 256 <= kCount; from += 64) {
    std::vector<int> seen(256);
    for (std::size_t i = from; i < from + 256; ++i) ++seen[order[i] / 256];
    REQUIRE(*std::max_element(seen.begin(), seen.end()) <= 9);
  }
  std::uint64_t neighbours = 0;
  for (std::size_t i = 1; i < kCount; ++i) neighbours += order[i] == order[i - 1] + 1 ? 1 : 0;
  CHECK(neighbours < 10);
}

}  // namespace mxsweep::targets
