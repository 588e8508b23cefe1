// SPDX-License-Identifier: MIT
#include "mxsweep/scope/ranges.h"

#include <algorithm>
#include <limits>

namespace mxsweep::scope {
namespace {

constexpr std::size_t kCacheLineOctets = 64;

template <typename Number>
constexpr Number kGreatest = std::numeric_limits<Number>::max();
template <>
constexpr WideNumber kGreatest<WideNumber>{UINT64_MAX, UINT64_MAX};

template <typename Number>
Number after(Number number) {
  return number + 1;
}
WideNumber after(const WideNumber& number) {
  return {number.high + (number.low == UINT64_MAX ? 1 : 0), number.low + 1};
}

// Whether two ranges, of which the first begins no later, are one.
template <typename Number>
bool touch(const Number& last, const Number& first) {
  return !(last < first) || (last < kGreatest<Number> && after(last) == first);
}

// The cache lines of a block, all at once: one after the other, each would be a wait of its own.
template <typename Number>
void fetch(const Number* block, std::size_t count) {
  const char* const octets = reinterpret_cast<const char*>(block);
  for (std::size_t at = 0; at < count * sizeof(Number); at += kCacheLineOctets) {
    __builtin_prefetch(octets + at);
  }
}

}  // namespace

// Returns how many ranges are left, which are then the first ones of added_.
template <typename Number>
std::size_t Ranges<Number>::merge() {
  std::sort(added_.begin(), added_.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  std::size_t merged = 0;
  for (const Range& range : added_) {
    if (merged > 0 && touch(added_[merged - 1].last, range.first)) {
      Number& last = added_[merged - 1].last;
      if (last < range.last) last = range.last;
    } else {
      added_[merged++] = range;
    }
  }
  return merged;
}

template <typename Number>
void Ranges<Number>::freeze() {
  size_ = merge();
  if (size_ == 0) return;
  fill_leaves();
  add_levels();
}

// The last leaf is filled up with ranges that begin at the greatest number and end where the last
// real one ends, so that a look-up of the greatest number, which may reach them, is answered right.
template <typename Number>
void Ranges<Number>::fill_leaves() {
  leaves_.resize((size_ + kFanOut - 1) / kFanOut * kFanOut * 2);
  for (std::size_t i = 0; i < leaves_.size() / 2; ++i) {
    Number* const place = leaves_.data() + i / kFanOut * kFanOut * 2 + i % kFanOut;
    place[0] = i < size_ ? added_[i].first : kGreatest<Number>;
    place[kFanOut] = added_[std::min(i, size_ - 1)].last;
  }
  added_ = std::vector<Range>();  // Unlike {}, this frees its memory.
}

template <typename Number>
void Ranges<Number>::add_levels() {
  const Number* below = leaves_.data();
  std::size_t stride = kFanOut * 2;
  for (std::size_t count = leaves_.size() / stride; count > 1;) {
    Level level;
    level.keys.resize((count + kFanOut - 1) / kFanOut * kFanOut, kGreatest<Number>);
    for (std::size_t i = 0; i < count; ++i) level.keys[i] = below[i * stride];
    level.last = count - 1;
    levels_.push_back(std::move(level));
    below = levels_.back().keys.data();
    stride = kFanOut;
    count = levels_.back().keys.size() / kFanOut;
  }
}

// The place of the last key that is not greater than the number. All keys are compared, because
// nothing predicts where a number lies: a binary search would wait for each of its steps.
// Requires: the first one is not greater.
template <typename Number>
std::size_t Ranges<Number>::place_in(const Number* keys, const Number& number) {
  std::size_t place = 0;
  for (std::size_t i = 1; i < kFanOut; ++i) place += std::size_t{!(number < keys[i])};
  return place;
}

template <typename Number>
bool Ranges<Number>::contains(const Number& number) const {
  if (size_ == 0 || number < leaves_.front()) return false;
  std::size_t block = 0;
  for (std::size_t level = levels_.size(); level-- > 0;) {
    const Number* const keys = levels_[level].keys.data() + block * kFanOut;
    fetch(keys, kFanOut);
    block = std::min(block * kFanOut + place_in(keys, number), levels_[level].last);
  }
  const Number* const leaf = leaves_.data() + block * kFanOut * 2;
  fetch(leaf, kFanOut * 2);
  return !(leaf[kFanOut + place_in(leaf, number)] < number);
}

template <typename Number>
std::size_t Ranges<Number>::octets_held() const {
  std::size_t numbers = leaves_.capacity();
  for (const Level& level : levels_) numbers += level.keys.capacity();
  return numbers * sizeof(Number) + added_.capacity() * sizeof(Range);
}

template class Ranges<std::uint32_t>;
template class Ranges<std::uint64_t>;
template class Ranges<WideNumber>;

}  // namespace mxsweep::scope
