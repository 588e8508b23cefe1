// SPDX-License-Identifier: MIT
#include "mxsweep/checkpoint/done_set.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace mxsweep::checkpoint {

DoneSet& DoneSet::operator=(const DoneSet& other) {
  if (this == &other) return *this;
  below_ = other.below_;
  above_ = other.above_;
  blocks_.clear();
  for (const auto& [place, block] : other.blocks_) {
    Block& copy = blocks_[place];
    copy.count = block.count;
    if (block.bits != nullptr) copy.bits = std::make_unique<Bits>(*block.bits);
  }
  return *this;
}

bool DoneSet::has(const Block& block, std::uint64_t number) {
  if (block.bits == nullptr) return true;
  const std::uint64_t bit = number % kBlockBits;
  return ((*block.bits)[bit / 64] >> (bit % 64) & 1U) != 0;
}

bool DoneSet::contains(std::uint64_t number) const {
  if (number < below_) return true;
  const auto found = blocks_.find(number / kBlockBits);
  return found != blocks_.end() && has(found->second, number);
}

bool DoneSet::add(std::uint64_t number) {
  if (number < below_) return false;
  const auto [found, is_new] = blocks_.try_emplace(number / kBlockBits);
  Block& block = found->second;
  if (is_new) {
    block.bits = std::make_unique<Bits>();
    // The part below below_ is in the set, although its block was not needed until now.
    const std::uint64_t begin = found->first * kBlockBits;
    for (std::uint64_t n = begin; n < below_ && n < begin + kBlockBits; ++n, ++block.count) {
      const std::uint64_t bit = n % kBlockBits;
      (*block.bits)[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
  } else if (has(block, number)) {
    return false;
  }
  const std::uint64_t bit = number % kBlockBits;
  (*block.bits)[bit / 64] |= std::uint64_t{1} << (bit % 64);
  ++above_;
  if (++block.count == kBlockBits) block.bits.reset();
  if (number == below_) advance();
  return true;
}

void DoneSet::add_range(std::uint64_t begin, std::uint64_t end) {
  begin = std::max(begin, below_);
  if (begin >= end) return;
  if (begin == below_ && blocks_.empty()) {
    below_ = end;
    return;
  }
  while (begin < end) {
    const std::uint64_t block_end = (begin / kBlockBits + 1) * kBlockBits;
    const bool whole = begin % kBlockBits == 0 && end >= block_end;
    if (whole && !blocks_.contains(begin / kBlockBits)) {
      blocks_[begin / kBlockBits].count = kBlockBits;
      above_ += kBlockBits;
      begin = block_end;
    } else {
      for (; begin < std::min(end, block_end); ++begin) add(begin);
    }
  }
  if (contains(below_)) advance();
}

// The number below_ is in the set: moves it behind the numbers that follow without a gap.
void DoneSet::advance() {
  while (!blocks_.empty()) {
    const auto first = blocks_.begin();
    if (first->first != below_ / kBlockBits || !has(first->second, below_)) return;
    const std::uint64_t end = run_end(first->second, below_, true);
    above_ -= end - below_;
    below_ = end;
    if (end % kBlockBits != 0) return;
    blocks_.erase(first);
  }
}

std::uint64_t DoneSet::run_end(const Block& block, std::uint64_t at, bool set) {
  const std::uint64_t begin = at / kBlockBits * kBlockBits;
  if (block.bits == nullptr) return begin + kBlockBits;
  std::uint64_t bit = at % kBlockBits;
  while (bit < kBlockBits) {
    std::uint64_t word = (*block.bits)[bit / 64] >> (bit % 64);
    if (set) word = ~word;
    // The bits that were shifted in count as equal; they belong to the next word.
    const auto left = static_cast<std::uint64_t>(64 - bit % 64);
    const auto equal = static_cast<std::uint64_t>(std::countr_zero(word));
    if (equal < left) return begin + bit + equal;
    bit += left;
  }
  return begin + kBlockBits;
}

std::size_t DoneSet::octets() const {
  std::size_t sum = 0;
  for (const auto& [place, block] : blocks_) {
    sum += sizeof block + 6 * sizeof(void*) + (block.bits == nullptr ? 0 : sizeof(Bits));
  }
  return sum;
}

bool operator==(const DoneSet& a, const DoneSet& b) {
  if (a.below_ != b.below_ || a.above_ != b.above_) return false;
  std::vector<std::uint64_t> ends[2];
  a.each_range([&](std::uint64_t begin, std::uint64_t end) {
    ends[0].insert(ends[0].end(), {begin, end});
  });
  b.each_range([&](std::uint64_t begin, std::uint64_t end) {
    ends[1].insert(ends[1].end(), {begin, end});
  });
  return ends[0] == ends[1];
}

}  // namespace mxsweep::checkpoint
