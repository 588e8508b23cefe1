// SPDX-License-Identifier: MIT
// A bounded lock-free queue with a single producer and a single consumer thread.
//
//   Source    Lamport's ring buffer with cached indices: each side reads the other's index only
//             when its own copy of it shows a full or empty queue, so that under load the cache
//             lines of the indices rarely move between cores.
//   Memory    `capacity` values, a power of two, allocated once. Their pages are not touched before
//             they are used.
//   Errors    push() returns false when the queue is full, pop() when it is empty; neither blocks.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::threads {

inline constexpr std::size_t kCacheLine = 64;

template <typename T>
class SpscQueue {
 public:
  explicit SpscQueue(std::size_t capacity)
      : values_(std::allocator<T>().allocate(capacity)), mask_(capacity - 1) {
    INVARIANT(capacity != 0 && (capacity & mask_) == 0);
  }
  SpscQueue(const SpscQueue&) = delete;
  SpscQueue& operator=(const SpscQueue&) = delete;
  ~SpscQueue() {
    for (std::size_t at = head_; at != tail_; ++at) std::destroy_at(&values_[at & mask_]);
    std::allocator<T>().deallocate(values_, capacity());
  }

  // The producer's side. Moves the value in, or returns false and leaves it unchanged.
  bool push(T& value) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ > mask_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail - head_seen_ > mask_) return false;
    }
    std::construct_at(&values_[tail & mask_], std::move(value));
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // The consumer's side.
  bool pop(T& value) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head == tail_seen_) return false;
    }
    T& first = values_[head & mask_];
    value = std::move(first);
    std::destroy_at(&first);
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  // For both sides. The consumer's `false` and the producer's `true` stay valid until that side
  // itself changes the queue.
  [[nodiscard]] bool empty() const {
    return head_.load(std::memory_order_acquire) == tail_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t capacity() const { return mask_ + 1; }
  [[nodiscard]] std::size_t size() const {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }

 private:
  T* values_;
  std::size_t mask_;
  alignas(kCacheLine) std::atomic<std::size_t> head_ = 0;
  std::size_t tail_seen_ = 0;  // The consumer's copy of tail_.
  alignas(kCacheLine) std::atomic<std::size_t> tail_ = 0;
  std::size_t head_seen_ = 0;  // The producer's copy of head_.
};

}  // namespace mxsweep::threads
