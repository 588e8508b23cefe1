// SPDX-License-Identifier: MIT
// A hierarchical timer wheel: the only timers in the process.
//
//   Source    Varghese and Lauck 1987, scheme 7, without moving timers down the levels: a far
//             deadline is rounded up instead, because most timers are cancelled before they fire.
//   Shape     Timers are numbered 0..capacity-1 by the caller (a slot's index): one timer a number.
//             Levels of 64 buckets; a bucket of level n is 4^n ticks wide. Twenty levels hold every
//             Instant there is, so no deadline is too far away.
//   Units     a tick is 2^20 ns (1.05 ms).
//   Promise   A timer never fires early. Call its span the time from the latest advance() or
//             expire() to its deadline. It is due less than max(one tick, span / 15) after its
//             deadline; when the deadline had passed already, less than a tick and a bit later:
//             with the next tick. So tell the wheel the time before starting timers, not after.
//   Memory    8 octets a timer, allocated once; timers that were never used were never touched.
//             Nothing is allocated or freed afterwards.
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

  // The moment from which expire() fires something: not later, and not a nanosecond earlier.
  // It lies in the past when due timers were left over; kNever when no timer is running.
  [[nodiscard]] Instant next() const;

  // Tells the time and fires nothing: what is due waits for expire(). Time never runs backwards.
  void advance(Instant now);

  // Calls fired(timer) for due timers, `most` of them at most, and returns how many. Those left
  // over come first next time; otherwise the order is not promised. The timer is no longer running
  // when fired() is called, and fired() may start and cancel any timer. Whatever it starts, even
  // with a deadline that has passed, fires with a later tick and so never in the same call.
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

  // Nodes of one array: first an unused one, so that zeroed memory means "idle"; then the ring
  // heads, one a bucket and one for what is due; then the timers.
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

  // Every running timer of a level lies in the 64 buckets that follow the one we are in, because
  // span + span / 32 < 64 widths leaves room for rounding both ends; and a level is used only from
  // 15.5 of its widths on (but for the lowest), which is where the promise above comes from.
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
    if (next == prev) occupied(next) &= ~bit(next);  // Alone with its head: the ring is empty now.
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
  std::array<std::uint64_t, kLevels + 1> occupied_{};  // A bit a bucket; the last word is for kDue.
};

}  // namespace mxsweep
