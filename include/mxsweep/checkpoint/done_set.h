// SPDX-License-Identifier: MIT
// A set of numbers that are added roughly in order: those of the targets that are finished. Pure.
//
//   Shape    all numbers below below(), and some above it.
//   Memory   a bit for each number between below() and the highest one, in blocks; a block that is
//            full or empty has no bits. 13 million numbers above a single missing one take a few
//            kilobytes, and 1.6 MB if every tenth is missing.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>

namespace mxsweep::checkpoint {

class DoneSet {
 public:
  DoneSet() = default;
  DoneSet(const DoneSet& other) { *this = other; }
  DoneSet(DoneSet&&) = default;
  DoneSet& operator=(const DoneSet& other);
  DoneSet& operator=(DoneSet&&) = default;
  ~DoneSet() = default;

  bool add(std::uint64_t number);  // False: it was in the set.
  // Adds begin, ..., end - 1. Requires: all of them are below 2^63.
  void add_range(std::uint64_t begin, std::uint64_t end);

  [[nodiscard]] bool contains(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t below() const { return below_; }
  [[nodiscard]] std::uint64_t size() const { return below_ + above_; }
  [[nodiscard]] std::size_t octets() const;  // Of its blocks.

  // Calls f(begin, end) for each longest range above below(), in order.
  template <typename Function>
  void each_range(Function f) const;

  friend bool operator==(const DoneSet& a, const DoneSet& b);

 private:
  static constexpr std::uint64_t kBlockBits = 65'536;
  using Bits = std::array<std::uint64_t, kBlockBits / 64>;
  struct Block {
    std::uint32_t count = 0;
    std::unique_ptr<Bits> bits;  // Null: the block is full.
  };

  // The end of the run of equal bits that begins at `at`, within its block.
  [[nodiscard]] static std::uint64_t run_end(const Block& block, std::uint64_t at, bool set);
  [[nodiscard]] static bool has(const Block& block, std::uint64_t number);
  void advance();

  std::uint64_t below_ = 0;
  std::uint64_t above_ = 0;  // How many are above it.
  // By number / kBlockBits; each has at least one bit. In the block of below_ the bits below that
  // are set, too.
  std::map<std::uint64_t, Block> blocks_;
};

template <typename Function>
void DoneSet::each_range(Function f) const {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // Of the range that is being joined; empty: there is none.
  const auto join = [&](std::uint64_t from, std::uint64_t to) {
    if (from == end && begin != end) {
      end = to;
      return;
    }
    if (begin != end) f(begin, end);
    begin = from;
    end = to;
  };
  for (const auto& [place, block] : blocks_) {
    const std::uint64_t block_end = (place + 1) * kBlockBits;
    std::uint64_t at = place * kBlockBits;
    if (at < below_) at = below_;  // That number itself is not in the set.
    while (at < block_end) {
      const bool set = has(block, at);
      const std::uint64_t to = run_end(block, at, set);
      if (set) join(at, to);
      at = to;
    }
  }
  if (begin != end) f(begin, end);
}

}  // namespace mxsweep::checkpoint
