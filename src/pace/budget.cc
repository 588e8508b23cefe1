// SPDX-License-Identifier: MIT
#include "mxsweep/pace/budget.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"

namespace mxsweep::pace {

Budget::Budget(std::uint32_t total, std::uint32_t workers) : states_(workers), free_(total) {
  INVARIANT(workers > 0 && workers <= total);
  part_ = total / workers;
}

std::uint32_t Share::hungry_others() const {
  const std::uint32_t all = budget_.hungry_.load(std::memory_order_seq_cst);
  return state_ == State::hungry ? all - 1 : all;
}

// How many of the free places this worker may take. Above its part it leaves one for each worker
// that is below.
std::uint32_t Share::for_us(std::uint32_t free) const {
  if (held_ < budget_.part_) return free;
  const std::uint32_t others = hungry_others();
  return free > others ? free - others : 0;
}

// Whether an idle place of ours is needed by a worker below its part.
bool Share::must_yield(std::uint32_t used) const {
  if (used < budget_.part_) return false;
  const std::uint32_t others = hungry_others();
  return others > 0 && others > budget_.free_.load(std::memory_order_relaxed);
}

bool Share::may_have(std::uint32_t used) {
  if (waits()) wait();
  if (held_ > used) return !must_yield(used);
  return for_us(budget_.free_.load(std::memory_order_seq_cst)) > 0;
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
    const std::uint32_t there = for_us(free);
    if (there == 0) {
      if (waits_by_now) return false;
      // What was given back before the wait was published woke no one up: look once more.
      wait();
      waits_by_now = true;
      free = budget_.free_.load(std::memory_order_seq_cst);
      continue;
    }
    const std::uint32_t count = std::clamp(there / (2 * workers), 1U, kShareMost);
    // What the last holder did before it gave back comes before what we do.
    if (budget_.free_.compare_exchange_weak(free, free - count, std::memory_order_seq_cst)) {
      held_ += count;
      wait_no_more();
      return true;
    }
  }
}

void Share::keep(std::uint32_t count, bool wants_more) {
  if (held_ > count) {
    budget_.free_.fetch_add(held_ - count, std::memory_order_seq_cst);
    held_ = count;
  }
  if (!wants_more) wait_no_more();
}

void Share::wait() {
  const State state = held_ < budget_.part_ ? State::hungry : State::wants;
  if (state_ == State::content) budget_.waiting_.fetch_add(1, std::memory_order_seq_cst);
  if (state == State::hungry && state_ != State::hungry) {
    budget_.hungry_.fetch_add(1, std::memory_order_seq_cst);
  }
  if (state != State::hungry && state_ == State::hungry) {
    budget_.hungry_.fetch_sub(1, std::memory_order_seq_cst);
  }
  state_ = state;
  std::atomic<State>& shown = budget_.states_[worker_];
  // Also when we were told: what we were told of is gone.
  if (shown.load(std::memory_order_relaxed) != state) {
    shown.store(state, std::memory_order_seq_cst);
  }
}

void Share::wait_no_more() {
  if (state_ == State::content) return;
  budget_.states_[worker_].store(State::content, std::memory_order_seq_cst);
  if (state_ == State::hungry) budget_.hungry_.fetch_sub(1, std::memory_order_seq_cst);
  budget_.waiting_.fetch_sub(1, std::memory_order_seq_cst);
  state_ = State::content;
}

std::optional<std::uint32_t> Share::next_to_wake() {
  if (budget_.waiting_.load(std::memory_order_seq_cst) == 0) return std::nullopt;
  const std::uint32_t free = budget_.free_.load(std::memory_order_seq_cst);
  if (free == 0) return std::nullopt;
  const auto workers = static_cast<std::uint32_t>(budget_.states_.size());
  std::uint32_t hungry = 0;
  std::uint32_t told = 0;
  std::optional<std::uint32_t> first_hungry;
  std::optional<std::uint32_t> first_wanting;
  for (std::uint32_t i = 1; i < workers; ++i) {  // From the one behind us on, so that all get it.
    const std::uint32_t worker = (worker_ + i) % workers;
    const State state = budget_.states_[worker].load(std::memory_order_seq_cst);
    if (state == State::hungry || state == State::hungry_told) ++hungry;
    if (state == State::hungry_told || state == State::wants_told) ++told;
    if (state == State::hungry && !first_hungry) first_hungry = worker;
    if (state == State::wants && !first_wanting) first_wanting = worker;
  }
  if (told >= free) return std::nullopt;
  const std::optional<std::uint32_t> chosen =
      first_hungry ? first_hungry : (free > hungry ? first_wanting : std::nullopt);
  if (!chosen) return std::nullopt;
  State before = first_hungry ? State::hungry : State::wants;
  const State after = first_hungry ? State::hungry_told : State::wants_told;
  // It has changed its mind meanwhile: it looks for itself.
  (void)budget_.states_[*chosen].compare_exchange_strong(before, after, std::memory_order_seq_cst);
  return chosen;
}

}  // namespace mxsweep::pace
