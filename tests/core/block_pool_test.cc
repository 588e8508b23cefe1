// SPDX-License-Identifier: MIT
#include "mxsweep/core/block_pool.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep {
namespace {

TEST_CASE("a freed block is reused for the next block of its size", "[core][pool]") {
  BlockPool pool;
  void* const first = pool.allocate(100, 8);
  void* const second = pool.allocate(100, 8);
  CHECK(first != second);
  pool.deallocate(first, 100, 8);
  CHECK(pool.allocate(BlockPool::rounded(100) + 1, 8) != first);
  CHECK(pool.allocate(97, 8) == first);
}

TEST_CASE("blocks are aligned, apart from each other, and keep what is written", "[core][pool]") {
  struct Block {
    std::byte* memory;
    std::size_t octets;
    std::byte mark;
  };
  BlockPool pool;
  Random random(1);
  std::vector<Block> blocks;
  const auto is_whole = [](const Block& block) {
    return std::all_of(block.memory, block.memory + block.octets,
                       [&](std::byte octet) { return octet == block.mark; });
  };
  for (int i = 0; i < 20'000; ++i) {
    if (blocks.size() > 500 || (!blocks.empty() && random.below(3) == 0)) {
      std::swap(blocks[random.below(static_cast<std::uint32_t>(blocks.size()))], blocks.back());
      REQUIRE(is_whole(blocks.back()));
      pool.deallocate(blocks.back().memory, blocks.back().octets, 8);
      blocks.pop_back();
      continue;
    }
    // Some are larger than the pool's own blocks.
    const std::size_t octets = random.below(random.below(8) == 0 ? 10'000 : 600);
    auto* const memory = static_cast<std::byte*>(pool.allocate(octets, 8));
    REQUIRE(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t) == 0);
    const auto mark = static_cast<std::byte>(i);
    std::fill(memory, memory + octets, mark);
    blocks.push_back({memory, octets, mark});
  }
  for (const Block& block : blocks) {
    REQUIRE(is_whole(block));
    pool.deallocate(block.memory, block.octets, 8);
  }
}

}  // namespace
}  // namespace mxsweep
