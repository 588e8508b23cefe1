// SPDX-License-Identifier: MIT
// The queue of tasks from the feeder to one worker, bounded by number and by memory.
//
//   Shape    one thread pushes, one pops; threads/spsc_queue.h. Each side counts the octets that
//            it has moved; the difference is the memory of the tasks in the queue.
//   Memory   octets_max, and one task more.
#pragma once

#include <atomic>
#include <cstddef>

#include "mxsweep/scan/task.h"
#include "mxsweep/threads/spsc_queue.h"

namespace mxsweep::scan {

class Inbox {
 public:
  Inbox(std::size_t capacity, std::size_t octets_max) : queue_(capacity), octets_max_(octets_max) {}

  // The feeder's side. Moves from the task, or returns false and leaves it unchanged.
  bool push(Task& task) {
    if (octets() > octets_max_) return false;
    const std::size_t octets = octets_held(task);
    if (!queue_.push(task)) return false;
    pushed_ += octets;
    return true;
  }
  // Whether push() would succeed.
  [[nodiscard]] bool has_room() const {
    return queue_.size() < queue_.capacity() && octets() <= octets_max_;
  }

  // The worker's side.
  bool pop(Task& task) {
    if (!queue_.pop(task)) return false;
    popped_.store(popped_.load(std::memory_order_relaxed) + octets_held(task),
                  std::memory_order_release);
    return true;
  }

  // Either side.
  [[nodiscard]] bool empty() const { return queue_.empty(); }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }
  [[nodiscard]] std::size_t capacity() const { return queue_.capacity(); }

 private:
  // For the feeder only.
  [[nodiscard]] std::size_t octets() const {
    return pushed_ - popped_.load(std::memory_order_acquire);
  }

  threads::SpscQueue<Task> queue_;
  std::size_t octets_max_;
  std::size_t pushed_ = 0;
  alignas(threads::kCacheLine) std::atomic<std::size_t> popped_ = 0;
};

}  // namespace mxsweep::scan
