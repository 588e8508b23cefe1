// SPDX-License-Identifier: MIT
#include "mxsweep/core/timer_wheel.h"

#include <new>

namespace mxsweep {

TimerWheel::TimerWheel(std::uint32_t capacity, Instant now)
    : now_(nanoseconds(now) >> kTickBits), capacity_(capacity) {
  INVARIANT(capacity <= kCapacityMax);
  // For large blocks calloc() returns zero pages of the kernel, and zero means idle: the memory of
  // a timer is committed only when the timer is first started.
  nodes_.reset(static_cast<Node*>(std::calloc(kFirstTimer + std::size_t{capacity}, sizeof(Node))));
  if (nodes_ == nullptr) throw std::bad_alloc();
  for (std::uint32_t head = kFirstBucket; head <= kDue; ++head) nodes_[head] = {head, head};
}

Instant TimerWheel::next() const {
  if (occupied_[kLevels] != 0) return instant_at(now_);
  std::uint64_t soonest = kTicksMax;
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const unsigned shift = level * kLevelBits;
    const std::uint64_t ahead = (now_ >> shift) + 1;
    const std::uint64_t in_order = std::rotr(occupied_[level], static_cast<int>(ahead % kBuckets));
    const auto skipped = static_cast<std::uint64_t>(std::countr_zero(in_order));
    soonest = std::min(soonest, (ahead + skipped) << shift);
  }
  return soonest == kTicksMax ? kNever : instant_at(soonest);
}

void TimerWheel::advance(Instant now) {
  const std::uint64_t then = now_;
  now_ = std::max(now_, nanoseconds(now) >> kTickBits);
  if (now_ == then) return;
  for (unsigned level = 0; level < kLevels; ++level) {
    const unsigned shift = level * kLevelBits;
    const std::uint64_t passed = (now_ >> shift) - (then >> shift);
    if (passed == 0) return;  // Nor has a bucket of any wider level passed.
    if (occupied_[level] == 0) continue;
    const std::uint64_t first = (then >> shift) + 1;
    std::uint64_t due = std::rotr(occupied_[level], static_cast<int>(first % kBuckets));
    if (passed < kBuckets) due &= (std::uint64_t{1} << passed) - 1;
    for (; due != 0; due &= due - 1) {
      const std::uint64_t bucket = first + static_cast<std::uint64_t>(std::countr_zero(due));
      move_all_to_due(kFirstBucket + level * kBuckets +
                      static_cast<std::uint32_t>(bucket % kBuckets));
    }
  }
}

// Requires: the ring at `head` is not empty.
void TimerWheel::move_all_to_due(std::uint32_t head) {
  const auto [first, last] = nodes_[head];
  const std::uint32_t before = nodes_[kDue].prev;
  nodes_[before].next = first;
  nodes_[first].prev = before;
  nodes_[last].next = kDue;
  nodes_[kDue].prev = last;
  occupied(kDue) |= bit(kDue);
  nodes_[head] = {head, head};
  occupied(head) &= ~bit(head);
}

}  // namespace mxsweep
