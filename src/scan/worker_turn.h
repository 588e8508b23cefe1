// SPDX-License-Identifier: MIT
// The member functions of scan/worker.h. Included only where a worker is instantiated for a kernel:
// by worker.cc, and by tests.
#pragma once

#include <algorithm>
#include <cerrno>
#include <utility>

#include "scan/worker.h"

namespace mxsweep::scan {

// The most visits and records without a visit in one turn, so that a long list cannot starve open
// connections.
inline constexpr std::uint32_t kAdmitPerTurn = 256;
inline constexpr Duration kIdleWaitMax = std::chrono::seconds{1};

template <typename Kernel>
WorkerOn<Kernel>::WorkerOn(const WorkerOptions& options, std::uint32_t number, Admission& admission,
                           Gauges& gauges, const Outboxes& outboxes, threads::Doorbell& feeder)
    : options_(options),
      plan_(*options.plan),
      gauges_(gauges),
      feeder_(feeder),
      sweeper_(sweeper_options(), plan_, number, admission, gauges, outboxes),
      engine_(plan_, options.capacity, Kernel::now(), sweeper_) {
  plan_.wall_at_zero = Kernel::wall_at_zero();
  admission.doorbells[number] = &bell_;
}

template <typename Kernel>
SweeperOptions WorkerOn<Kernel>::sweeper_options() {
  SweeperOptions options = options_.sweeper;
  if (options_.enumerates) options.survey_clients = &survey_clients_;
  return options;
}

template <typename Kernel>
Status WorkerOn<Kernel>::open() {
  if (!bell_.good()) return ring::explain_refusal(EMFILE);
  if (options_.own_descriptors && !ring::own_descriptor_table()) {
    return Status::machine(
        "a descriptor table per worker is not permitted here (unshare(CLONE_FILES))",
        "lower --concurrency, or allow unshare in the container's seccomp profile");
  }
  options_.ring.wake_descriptor = bell_.descriptor();
  Status opened = engine_.open(options_.ring);
  ring_features_ = engine_.features();
  return opened.ok() ? open_tls() : opened;
}

// The same options have opened a client before, so a failure here is lack of memory.
template <typename Kernel>
Status WorkerOn<Kernel>::open_tls() {
  if (options_.tls == nullptr) return {};
  plan_.tls = &tls_;
  Status opened = tls_.open(*options_.tls);
  if (opened.ok() && options_.enumerates) opened = survey_clients_.open(*options_.tls);
  if (opened.ok()) return opened;
  return Status::machine(opened.sentence(),
                         "lower --threads, or raise the limit of memory (ulimit -v)");
}

template <typename Kernel>
void WorkerOn<Kernel>::run() {
  sweeper_.begin();
  engine_.read_clock();  // The time before counts for no connect.
  while (!finished() && engine_.failure() == 0) turn();
  if (engine_.failure() != 0) give_up();
  sweeper_.publish(engine_.size());
  sweeper_.end(engine_.now());
}

template <typename Kernel>
void WorkerOn<Kernel>::turn() {
  admit();
  sweeper_.publish(engine_.size());  // At this point the most conversations are in flight.
  wait();
  engine_.work();
  const Instant now = engine_.now();
  const Stop stop = gauges_.stopping();
  if (stop != Stop::none && drain_until_ == kNever) drain_until_ = now + options_.drain;
  sweeper_.serve_suspects(now);
  if (stop == Stop::drain) sweeper_.serve_waiters(now);
  if (stop == Stop::leave || now >= drain_until_) engine_.interrupt_all();
  sweeper_.flush_due(now);
  sweeper_.publish(engine_.size());
}

template <typename Kernel>
void WorkerOn<Kernel>::admit() {
  const Instant now = engine_.now();
  // Open connections come first; else they would wait for connections that were started later.
  if (engine_.must_drain_completions_first() || !sweeper_.may_begin())
    return sweeper_.return_permits(load(), now);
  const std::size_t inbox_before = sweeper_.inbox_size();
  std::uint32_t budget = kAdmitPerTurn;
  while (std::optional<Visit> visit = sweeper_.next(budget, load(), now)) {
    if (!engine_.start(std::move(*visit))) break;
  }
  sweeper_.return_permits(load(), now);
  // The feeder sleeps while the inbox is full. It is woken when half of the inbox is free: waking
  // it for each place would cost more.
  const std::size_t inbox = sweeper_.inbox_size();
  if (inbox < inbox_before && inbox <= sweeper_.inbox_capacity() / 2) feeder_.notify_if_waiting();
}

template <typename Kernel>
void WorkerOn<Kernel>::wait() {
  const Instant now = engine_.now();
  const bool awaited_task = sweeper_.awaits_task();
  auto wait = engine_.next_wait(
      std::min({drain_until_, sweeper_.next_moment(load(), now), now + kIdleWaitMax}));
  const bool deep = wait.deep(now);
  if (deep) {
    bell_.prepare();
    const bool has_work =
        sweeper_.has_work(awaited_task, engine_.size()) || finished() ||
        (drain_until_ == kNever && gauges_.stop.load(std::memory_order_seq_cst) != Stop::none);
    if (has_work) wait.until = now;
  }
  engine_.wait(wait);
  if (deep) bell_.cancel_wait();
}

// For a ring that has failed: no operation completes any more.
template <typename Kernel>
void WorkerOn<Kernel>::give_up() {
  failure_ = ring::explain_failure(engine_.failure()).behind("a worker");
  engine_.give_up();
  gauges_.stop_if_not_stopping();
  feeder_.notify();
}

}  // namespace mxsweep::scan
