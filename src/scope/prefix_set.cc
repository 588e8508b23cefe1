// SPDX-License-Identifier: MIT
#include "mxsweep/scope/prefix_set.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"

namespace mxsweep::scope {
namespace {

Ipv6Number number_of(const Address& address) {
  Ipv6Number number;
  for (std::size_t i = 0; i < 8; ++i) {
    number.high = number.high << 8U | address.octets[i];
    number.low = number.low << 8U | address.octets[i + 8];
  }
  return number;
}

bool follows(std::uint32_t last, std::uint32_t first) {
  return last != UINT32_MAX && last + 1 == first;
}

bool follows(const Ipv6Number& last, const Ipv6Number& first) {
  const bool carry = last.low == UINT64_MAX;
  if (carry && last.high == UINT64_MAX) return false;
  return Ipv6Number{last.high + (carry ? 1 : 0), last.low + 1} == first;
}

}  // namespace

template <typename Number>
void Ranges<Number>::freeze() {
  std::sort(added_.begin(), added_.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  std::size_t merged = 0;
  for (const Range& range : added_) {
    Range* const before = merged == 0 ? nullptr : &added_[merged - 1];
    if (before != nullptr &&
        (!(before->last < range.first) || follows(before->last, range.first))) {
      if (before->last < range.last) before->last = range.last;
    } else {
      added_[merged++] = range;
    }
  }
  if (merged == 0) return;
  std::vector<Number> firsts;
  firsts.reserve(merged);
  lasts_.reserve(merged);
  for (std::size_t i = 0; i < merged; ++i) {
    firsts.push_back(added_[i].first);
    lasts_.push_back(added_[i].last);
  }
  added_ = {};
  levels_.push_back(std::move(firsts));
  while (levels_.back().size() > kFanOut) {
    const std::vector<Number>& below = levels_.back();
    std::vector<Number> level;
    level.reserve(below.size() / kFanOut + 1);
    for (std::size_t i = 0; i < below.size(); i += kFanOut) level.push_back(below[i]);
    levels_.push_back(std::move(level));
  }
}

template <typename Number>
bool Ranges<Number>::contains(const Number& number) const {
  if (lasts_.empty() || number < levels_.back().front()) return false;
  // In each level `at` is the last place whose number is not greater: that of the level above is
  // the start of the block to search.
  std::size_t at = 0;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    const Number* const keys = level->data();
    std::size_t begin = at * kFanOut;
    std::size_t count = std::min(kFanOut, level->size() - begin);
    while (count > 1) {
      const std::size_t half = count / 2;
      begin += number < keys[begin + half] ? 0 : half;
      count -= half;
    }
    at = begin;
  }
  return !(lasts_[at] < number);
}

template <typename Number>
std::size_t Ranges<Number>::octets_held() const {
  std::size_t numbers = lasts_.capacity();
  for (const auto& level : levels_) numbers += level.capacity();
  return numbers * sizeof(Number) + added_.capacity() * sizeof(Range);
}

template class Ranges<std::uint32_t>;
template class Ranges<Ipv6Number>;

void PrefixSet::add(AddressRange range) {
  INVARIANT(!frozen_ && range.first.family == range.last.family && range.first <= range.last);
  ++added_;
  const AddressRange plain{without_mapping(range.first), without_mapping(range.last)};
  if (plain.first.family == plain.last.family) range = plain;
  if (range.first.family == Family::ipv4) {
    ipv4_.add(ipv4_host_order(range.first), ipv4_host_order(range.last));
  } else {
    ipv6_.add(number_of(range.first), number_of(range.last));
  }
}

void PrefixSet::freeze() {
  INVARIANT(!frozen_);
  ipv4_.freeze();
  ipv6_.freeze();
  frozen_ = true;
}

bool PrefixSet::contains(const Address& address) const {
  if (empty()) return false;
  INVARIANT(frozen_);
  const Address plain = without_mapping(address);
  if (plain.family == Family::ipv4) return ipv4_.contains(ipv4_host_order(plain));
  return ipv6_.contains(number_of(plain));
}

}  // namespace mxsweep::scope
