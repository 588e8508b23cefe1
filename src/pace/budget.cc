// SPDX-License-Identifier: MIT
#include "mxsweep/pace/budget.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"

namespace mxsweep::pace {

Budget::Budget(std::uint32_t total, std::uint32_t workers) : states_(workers), free_(total) {
  INVARIANT(workers > 0 && workers <= total);
  part_ = total / workers;
}

std::uint32_t Share::starved_others() const {
  const std::uint32_t all = budget_.starved_.load(std::memory_order_seq_cst);
  return state_ == State::starved ? all - 1 : all;
}

// How many of the free places this worker may take. If it has its part, it leaves one for each
// starved worker.
std::uint32_t Share::available_to_us(std::uint32_t free) const {
  if (held_ < budget_.part_) return free;
  const std::uint32_t others = starved_others();
  return free > others ? free - others : 0;
}

// Whether an unused place of this worker is needed by a starved one.
bool Share::must_yield(std::uint32_t used) const {
  if (used < budget_.part_) return false;
  const std::uint32_t others = starved_others();
  return others > 0 && others > budget_.free_.load(std::memory_order_relaxed);
}

bool Share::may_have(std::uint32_t used) {
  if (waits()) wait();
  if (held_ > used) return !must_yield(used);
  return available_to_us(budget_.free_.load(std::memory_order_seq_cst)) > 0;
}

bool Share::one_more(std::uint32_t used) {
  if (held_ > used) {
    if (!must_yield(used)) return true;
    wait();
    return false;
  }
  const auto workers = static_cast<std::uint32_t>(budget_.states_.size());
  std::uint32_t free = budget_.free_.load(std::memory_order_relaxed);
  bool waits_by_now = false;
  while (true) {
    const std::uint32_t there = available_to_us(free);
    if (there == 0) {
      if (waits_by_now) return false;
      // Places returned before the wait was published have woken no worker: check again.
      wait();
      waits_by_now = true;
      free = budget_.free_.load(std::memory_order_seq_cst);
      continue;
    }
    const std::uint32_t count = std::clamp(there / (2 * workers), 1U, kShareMost);
    // Synchronises with the worker that returned the places.
    if (budget_.free_.compare_exchange_weak(free, free - count, std::memory_order_seq_cst)) {
      held_ += count;
      stop_waiting();
      return true;
    }
  }
}

void Share::keep(std::uint32_t count, bool wants_more) {
  if (held_ > count) {
    budget_.free_.fetch_add(held_ - count, std::memory_order_seq_cst);
    held_ = count;
  }
  if (!wants_more) stop_waiting();
}

void Share::wait() {
  const State state = held_ < budget_.part_ ? State::starved : State::waiting;
  if (state_ == State::satisfied) budget_.waiting_.fetch_add(1, std::memory_order_seq_cst);
  if (state == State::starved && state_ != State::starved) {
    budget_.starved_.fetch_add(1, std::memory_order_seq_cst);
  }
  if (state != State::starved && state_ == State::starved) {
    budget_.starved_.fetch_sub(1, std::memory_order_seq_cst);
  }
  state_ = state;
  std::atomic<State>& shown = budget_.states_[worker_];
  // Also resets a notification: the place that it announced is taken.
  if (shown.load(std::memory_order_relaxed) != state) {
    shown.store(state, std::memory_order_seq_cst);
  }
}

void Share::stop_waiting() {
  if (state_ == State::satisfied) return;
  budget_.states_[worker_].store(State::satisfied, std::memory_order_seq_cst);
  if (state_ == State::starved) budget_.starved_.fetch_sub(1, std::memory_order_seq_cst);
  budget_.waiting_.fetch_sub(1, std::memory_order_seq_cst);
  state_ = State::satisfied;
}

std::optional<std::uint32_t> Share::next_to_wake() {
  if (budget_.waiting_.load(std::memory_order_seq_cst) == 0) return std::nullopt;
  const std::uint32_t free = budget_.free_.load(std::memory_order_seq_cst);
  if (free == 0) return std::nullopt;
  const auto workers = static_cast<std::uint32_t>(budget_.states_.size());
  std::uint32_t starved = 0;
  std::uint32_t notified = 0;
  std::optional<std::uint32_t> first_starved;
  std::optional<std::uint32_t> first_waiting;
  for (std::uint32_t i = 1; i < workers; ++i) {  // From the next worker on: all get a turn.
    const std::uint32_t worker = (worker_ + i) % workers;
    const State state = budget_.states_[worker].load(std::memory_order_seq_cst);
    if (state == State::starved || state == State::starved_notified) ++starved;
    if (state == State::starved_notified || state == State::waiting_notified) ++notified;
    if (state == State::starved && !first_starved) first_starved = worker;
    if (state == State::waiting && !first_waiting) first_waiting = worker;
  }
  if (notified >= free) return std::nullopt;
  const std::optional<std::uint32_t> chosen =
      first_starved ? first_starved : (free > starved ? first_waiting : std::nullopt);
  if (!chosen) return std::nullopt;
  State before = first_starved ? State::starved : State::waiting;
  const State after = first_starved ? State::starved_notified : State::waiting_notified;
  // If this fails, the worker has changed its state meanwhile, and checks for itself.
  (void)budget_.states_[*chosen].compare_exchange_strong(before, after, std::memory_order_seq_cst);
  return chosen;
}

}  // namespace mxsweep::pace
