// SPDX-License-Identifier: MIT
#include "mxsweep/core/block_pool.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <utility>
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

TEST_CASE("a pool whose blocks change in size takes no more memory", "[core][pool]") {
  BlockPool pool;
  Random random(1);
  // Like a cache: what is oldest is freed first, and what is kept is always as much.
  constexpr std::size_t kKept = 16 * BlockPool::kPieceOctets;
  std::deque<std::pair<void*, std::size_t>> blocks;
  std::size_t kept = 0;
  for (std::size_t size = 40; size < BlockPool::kLargest; size += 150) {
    for (std::size_t added = 0; added < 2 * kKept;) {
      const std::size_t octets = size + random.below(100);
      blocks.emplace_back(pool.allocate(octets, 8), octets);
      kept += octets;
      added += octets;
      for (; kept > kKept; blocks.pop_front()) {
        pool.deallocate(blocks.front().first, blocks.front().second, 8);
        kept -= blocks.front().second;
      }
    }
  }
  CHECK(pool.octets_held() >= kKept);
  CHECK(pool.octets_held() < 2 * kKept);
  for (const auto& [memory, octets] : blocks) pool.deallocate(memory, octets, 8);
}

}  // namespace
}  // namespace mxsweep
