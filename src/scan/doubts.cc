// SPDX-License-Identifier: MIT
#include "scan/doubts.h"

#include <utility>

namespace mxsweep::scan {

pace::Judgement Doubts::judge(Instant began, Instant failed) {
  if (!has_canaries_ && !has_paused_.load(std::memory_order_acquire)) {
    return pace::Judgement::theirs;
  }
  const std::lock_guard alone(lock_);
  const pace::Judgement judgement = doubt_.judge(began, failed);
  if (judgement != pace::Judgement::hold) return judgement;
  doubt_.see_life(last_life_.load(std::memory_order_relaxed));
  const Instant due_before = doubt_.round_due();
  doubt_.hold(failed);
  publish(doubt_.round_due() < due_before);
  return judgement;
}

pace::Judgement Doubts::judge_held(Instant began, Instant failed) {
  const std::lock_guard alone(lock_);
  const pace::Judgement judgement = doubt_.judge(began, failed);
  if (judgement == pace::Judgement::hold) return judgement;
  doubt_.release();
  publish(false);
  return judgement;
}

void Doubts::let_go() {
  const std::lock_guard alone(lock_);
  doubt_.release();
  publish(false);
}

void Doubts::lose_route(const Address& reference, Instant now) {
  const std::lock_guard alone(lock_);
  if (doubt_.route_lost()) return;
  has_paused_.store(true, std::memory_order_release);
  lost_ = reference;
  doubt_.lose_route(now);
  publish(false);
}

bool Doubts::watch(Instant now, bool names_stuck) {
  if (names_stuck) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
      if (const auto reference = routes_.lost(family)) lose_route(*reference, now);
    }
  }
  const std::lock_guard alone(lock_);
  // Stuck names are held like a failure, so that canaries are probed.
  if (has_canaries_ && names_stuck != std::exchange(names_stuck_, names_stuck)) {
    if (names_stuck) {
      doubt_.hold(now);
    } else {
      doubt_.release();
    }
    publish(true);
  }
  if (lost_ && has_route_(*lost_)) {
    lost_.reset();
    doubt_.regain_route(now);
    publish(true);
  }
  return doubt_.paused();
}

void Doubts::set_idle(bool idle) {
  const std::lock_guard alone(lock_);
  idle_workers_ += idle ? 1 : std::size_t{0} - 1;
  doubt_.set_urgent(idle_workers_ == workers_.size());
  publish(idle);
}

Instant Doubts::round_due() {
  const std::lock_guard alone(lock_);
  doubt_.see_life(last_life_.load(std::memory_order_relaxed));
  return doubt_.round_due();
}

void Doubts::begin_round(Instant now) {
  const std::lock_guard alone(lock_);
  doubt_.begin_round(now);
}

void Doubts::end_round(pace::Answer answer, Instant now) {
  const std::lock_guard alone(lock_);
  doubt_.end_round(answer, now);
  publish(false);
}

Pauses Doubts::pauses(Instant now) {
  const std::lock_guard alone(lock_);
  return {.paused = doubt_.paused(),
          .route_lost = doubt_.route_lost(),
          .held = doubt_.held(),
          .pauses = doubt_.pauses(),
          .paused_for = doubt_.paused_for(now)};
}

// Called with the lock held: the order of the changes is that of their publication.
void Doubts::publish(bool tell_prober) {
  const bool may_begin = doubt_.may_begin();
  const bool begins_again = may_begin && !may_begin_.load(std::memory_order_relaxed);
  may_begin_.store(may_begin, std::memory_order_seq_cst);
  const bool judged =
      serial_.exchange(doubt_.serial(), std::memory_order_seq_cst) != doubt_.serial();
  if (judged || begins_again) {
    for (threads::Doorbell* const worker : workers_) worker->notify_if_waiting();
  }
  if (tell_prober) prober_.notify_if_waiting();
}

}  // namespace mxsweep::scan
