// SPDX-License-Identifier: MIT
// An unbounded queue to a thread that sleeps at a doorbell.
//
//   Shape     push() publishes a value and notifies; pop() gets the oldest. empty() costs no lock,
//             so that the reader can ask in each of its turns.
//   Threads   any number of writers; one reader.
//   Lifetime  the doorbell, which is the reader's, outlives the queue.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "mxsweep/threads/doorbell.h"

namespace mxsweep::threads {

template <typename Value>
class DoorbellQueue {
 public:
  explicit DoorbellQueue(Doorbell& reader) : reader_(reader) {}

  void push(Value&& value) {
    {
      const std::lock_guard lock(lock_);
      values_.push_back(std::move(value));
      ++size_;
    }
    reader_.notify_if_waiting();
  }

  [[nodiscard]] bool empty() const { return size_.load() == 0; }

  // False if it is empty: `value` is unchanged.
  [[nodiscard]] bool pop(Value& value) {
    if (empty()) return false;
    const std::lock_guard lock(lock_);
    value = std::move(values_.front());
    values_.pop_front();
    --size_;
    return true;
  }

 private:
  Doorbell& reader_;
  std::mutex lock_;
  std::deque<Value> values_;
  std::atomic<std::size_t> size_ = 0;
};

}  // namespace mxsweep::threads
