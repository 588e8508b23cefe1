// SPDX-License-Identifier: MIT
// A hierarchical timer wheel: the only timers in the process.
//
//   Source    Varghese and Lauck 1987, scheme 7, without moving timers down the levels: a far
//             deadline is rounded up instead, because most timers are cancelled before they fire.
//   Shape     The caller numbers timers 0..capacity-1 (the index of a slot), one timer per number.
//             Levels of 64 buckets; a bucket of level n is 4^n ticks wide. Twenty levels cover all
//             values of Instant, so no deadline is too far away.
//   Units     a tick is 2^20 ns (1.05 ms).
//   Promise   A timer never fires early. Its span is the time from the latest advance() or expire()
//             to its deadline. It is due less than max(one tick, span / 15) after its deadline. If
//             the deadline had already passed when the timer was started, it is due with the next
//             tick, little more than a tick later. Therefore call advance() before start().
//   Memory    8 octets per timer, allocated once. The pages of timers that were never used are
//             never touched. Nothing is allocated or freed afterwards.
//   Cost      start() and cancel() O(1). next() O(levels). advance() O(buckets passed), 1280 at
//             most, however far time jumped and however many timers are running.
//   Errors    none. Starting a running timer moves it; cancelling an idle one does nothing.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/time.h"

namespace mxsweep {

class TimerWheel {
 public:
  static constexpr unsigned kTickBits = 20;
  static constexpr Duration kTick{std::int64_t{1} << kTickBits};
  static constexpr std::uint32_t kCapacityMax = std::uint32_t{1} << 31;

  // Requires: capacity <= kCapacityMax.
  TimerWheel(std::uint32_t capacity, Instant now);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Requires, here and below: timer < capacity.
  void start(std::uint32_t timer, Instant deadline) {
    const std::uint32_t node = node_of(timer);
    if (nodes_[node].next != kIdle) {
      unlink(node);
    } else {
      ++size_;
    }
    append(bucket_of(deadline), node);
  }

  void cancel(std::uint32_t timer) {
    const std::uint32_t node = node_of(timer);
    if (nodes_[node].next == kIdle) return;
    remove(node);
  }

  [[nodiscard]] bool running(std::uint32_t timer) const {
    return nodes_[node_of(timer)].next != kIdle;
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }

  // The earliest moment at which expire() fires a timer, exact to the nanosecond. In the past if
  // due timers are waiting; kNever if no timer is running.
  [[nodiscard]] Instant next() const;

  // Sets the wheel's time and fires nothing: due timers wait for expire(). An earlier time than
  // before is ignored.
  void advance(Instant now);

  // Calls fired(timer) for at most `most` due timers and returns how many. Those left over come
  // first next time; otherwise the order is unspecified. A timer is no longer running when its
  // fired() is called, and fired() may start and cancel any timer. A timer that it starts fires
  // with a later tick, never in the same call, even if its deadline has passed.
  template <typename Fired>
  std::uint32_t expire(Instant now, Fired fired, std::uint32_t most) {
    advance(now);
    std::uint32_t count = 0;
    for (; count < most && nodes_[kDue].next != kDue; ++count) {
      const std::uint32_t node = nodes_[kDue].next;
      remove(node);
      fired(node - kFirstTimer);
    }
    return count;
  }

 private:
  static constexpr unsigned kLevels = 20;
  static constexpr unsigned kLevelBits = 2;  // A level's buckets are 4 times the width of the last.
  static constexpr unsigned kBuckets = 64;   // One bit of a word each.
  static constexpr std::uint64_t kTicksMax = std::uint64_t{1} << (63 - kTickBits);  // At kNever.
  static_assert((kTicksMax + kTicksMax / 32) >> (kLevelBits * (kLevels - 1)) < kBuckets);

  // The nodes form one array: an unused one, so that zeroed memory means "idle"; then the heads of
  // the rings, one for each bucket and one for the due timers; then the timers.
  static constexpr std::uint32_t kIdle = 0;
  static constexpr std::uint32_t kFirstBucket = 1;
  static constexpr std::uint32_t kDue = kFirstBucket + kLevels * kBuckets;
  static constexpr std::uint32_t kFirstTimer = kDue + 1;

  struct Node {
    std::uint32_t next;  // kIdle: the timer is not running.
    std::uint32_t prev;
  };
  struct Free {
    void operator()(Node* nodes) const { std::free(nodes); }
  };

  [[nodiscard]] std::uint32_t node_of(std::uint32_t timer) const {
    INVARIANT(timer < capacity_);
    return kFirstTimer + timer;
  }

  [[nodiscard]] static std::uint64_t nanoseconds(Instant instant) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(instant.time_since_epoch().count(), 0));
  }

  [[nodiscard]] static Instant instant_at(std::uint64_t ticks) {
    return Instant(Duration(static_cast<std::int64_t>(ticks << kTickBits)));
  }

  // Every running timer of a level lies in the 64 buckets after the current one, because span +
  // span / 32 < 64 widths leaves room for rounding at both ends. A level other than the lowest is
  // used only for spans of at least 15.5 of its widths, from which the promise above follows.
  [[nodiscard]] std::uint32_t bucket_of(Instant deadline) const {
    const std::uint64_t rounded_up = (nanoseconds(deadline) + kTick.count() - 1) >> kTickBits;
    const std::uint64_t due = std::max(rounded_up, now_ + 1);
    const std::uint64_t span = due - now_;
    const auto width = static_cast<unsigned>(std::bit_width((span + span / 32) | (kBuckets - 1)));
    const unsigned level = (width - 5) / kLevelBits;
    const unsigned shift = level * kLevelBits;
    const std::uint64_t bucket = (due + (std::uint64_t{1} << shift) - 1) >> shift;
    return kFirstBucket + level * kBuckets + static_cast<std::uint32_t>(bucket % kBuckets);
  }

  void append(std::uint32_t head, std::uint32_t node) {
    const std::uint32_t last = nodes_[head].prev;
    nodes_[node] = {head, last};
    nodes_[last].next = node;
    nodes_[head].prev = node;
    occupied(head) |= bit(head);
  }

  void unlink(std::uint32_t node) {
    const auto [next, prev] = nodes_[node];
    nodes_[prev].next = next;
    nodes_[next].prev = prev;
    if (next == prev) occupied(next) &= ~bit(next);  // Only the head is left: the ring is empty.
  }

  void remove(std::uint32_t node) {
    unlink(node);
    nodes_[node].next = kIdle;
    --size_;
  }

  [[nodiscard]] std::uint64_t& occupied(std::uint32_t head) {
    return occupied_[(head - kFirstBucket) / kBuckets];
  }
  [[nodiscard]] static std::uint64_t bit(std::uint32_t head) {
    return std::uint64_t{1} << ((head - kFirstBucket) % kBuckets);
  }
  void move_all_to_due(std::uint32_t head);

  std::unique_ptr<Node[], Free> nodes_;
  std::uint64_t now_;  // In ticks, rounded down.
  std::uint32_t capacity_;
  std::uint32_t size_ = 0;
  std::array<std::uint64_t, kLevels + 1> occupied_{};  // One bit per bucket; last word: kDue.
};

}  // namespace mxsweep
