// SPDX-License-Identifier: MIT
// The bodies of scan/worker.h, to build a worker on a kernel: in worker.cc, and in tests.
#pragma once

#include <algorithm>
#include <cerrno>
#include <utility>

#include "scan/worker.h"

namespace mxsweep::scan {

// Connections started in one turn at most, so that a long list cannot starve those that are open.
inline constexpr std::uint32_t kAdmitPerTurn = 256;
inline constexpr Duration kIdleWaitMax = std::chrono::seconds{1};

template <typename Kernel>
WorkerOn<Kernel>::WorkerOn(const WorkerOptions& options, std::uint32_t number, Admission& admission,
                           Gauges& gauges, const Outboxes& outboxes, threads::Doorbell& feeder)
    : options_(options),
      plan_(*options.plan),
      gauges_(gauges),
      feeder_(feeder),
      sweeper_(options.sweeper, plan_, number, admission, gauges, outboxes),
      engine_(plan_, options.capacity, Kernel::now(), sweeper_) {
  plan_.wall_at_zero = Kernel::wall_at_zero();
  admission.doorbells[number] = &bell_;
}

template <typename Kernel>
void WorkerOn<Kernel>::open() {
  if (!bell_.good()) {
    refusal_ = ring::explain_refusal(EMFILE);
  } else if (options_.own_descriptors && !ring::own_descriptor_table()) {
    refusal_ = {"a descriptor table per worker is not permitted here (unshare(CLONE_FILES))",
                "lower --concurrency, or allow unshare in the container's seccomp profile"};
  } else {
    options_.ring.wake_descriptor = bell_.descriptor();
    refusal_ = engine_.open(options_.ring);
    if (!refusal_) open_tls();
    ring_features_ = engine_.features();
  }
}

// The same options have opened a client before: what they lack now is memory.
template <typename Kernel>
void WorkerOn<Kernel>::open_tls() {
  if (options_.tls == nullptr) return;
  plan_.tls = &tls_;
  const std::string wrong = tls_.open(*options_.tls);
  if (!wrong.empty())
    refusal_ = {wrong, "lower --threads, or raise the limit of memory (ulimit -v)"};
}

template <typename Kernel>
void WorkerOn<Kernel>::run() {
  engine_.read_clock();  // What came before is part of no connect.
  while (!finished() && engine_.failure() == 0) turn();
  if (engine_.failure() != 0) give_up();
  sweeper_.publish(engine_.size());
  sweeper_.end();
}

template <typename Kernel>
void WorkerOn<Kernel>::turn() {
  admit();
  sweeper_.publish(engine_.size());  // Here the most are in flight.
  wait();
  engine_.work();
  const Instant now = engine_.now();
  const Stop stop = gauges_.stopping();
  if (stop != Stop::none && drain_until_ == kNever) drain_until_ = now + options_.drain;
  if (stop == Stop::drain) sweeper_.serve_waiters(now);
  if (stop == Stop::leave || now >= drain_until_) engine_.interrupt_all();
  sweeper_.flush_due(now);
  sweeper_.publish(engine_.size());
}

template <typename Kernel>
void WorkerOn<Kernel>::admit() {
  const Instant now = engine_.now();
  // Open connections come first, or they would wait for those that come after them.
  if (engine_.must_drain_completions_first() || !sweeper_.may_begin())
    return sweeper_.return_permits(load(), now);
  const std::size_t inbox_before = sweeper_.inbox_size();
  std::uint32_t budget = kAdmitPerTurn;
  while (std::optional<Visit> visit = sweeper_.next(budget, load(), now)) {
    if (!engine_.start(std::move(*visit))) break;
  }
  sweeper_.return_permits(load(), now);
  // The feeder sleeps while the inbox is full; waking it for each place would cost more than it
  // gains.
  const std::size_t inbox = sweeper_.inbox_size();
  if (inbox < inbox_before && inbox <= sweeper_.inbox_capacity() / 2) feeder_.notify_if_waiting();
}

template <typename Kernel>
void WorkerOn<Kernel>::wait() {
  const Instant now = engine_.now();
  const bool listened = sweeper_.listens();
  auto wait = engine_.next_wait(
      std::min({drain_until_, sweeper_.next_moment(load(), now), now + kIdleWaitMax}));
  const bool deep = wait.deep(now);
  if (deep) {
    bell_.prepare();
    const bool news =
        sweeper_.has_news(listened, engine_.size()) || finished() ||
        (drain_until_ == kNever && gauges_.stop.load(std::memory_order_seq_cst) != Stop::none);
    if (news) wait.until = now;
  }
  engine_.wait(wait);
  if (deep) bell_.cancel_wait();
}

// The ring has failed: nothing completes any more.
template <typename Kernel>
void WorkerOn<Kernel>::give_up() {
  failure_ = "a worker: " + ring::explain_failure(engine_.failure()).cause;
  engine_.give_up();
  gauges_.stop_if_not_stopping();
  feeder_.notify();
}

}  // namespace mxsweep::scan
