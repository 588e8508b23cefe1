// SPDX-License-Identifier: MIT
#include "scan/sweep.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::scan {
namespace {

constexpr int kProgressEveryMs = 200;
constexpr std::size_t kInboxOctets = 8 * 1024 * 1024;  // Of all workers together.

// From the address that a connection there would come from.
bool has_route(const probe::Plan& plan, const Address& to) {
  if (plan.sources.empty()) return ring::has_route(to, Address{});
  const Address source = plan.sources.choose(to);
  return source.family != Family::none && ring::has_route(to, source);
}

}  // namespace

Sweep::Sweep(const Options& options, Input& input, Outputs& outputs, CertificateLog& log)
    : input_(input),
      outputs_(outputs),
      max_runtime_(options.max_runtime),
      admission_(options.capacity.concurrency, options.capacity.threads, options.rate,
                 options.courtesy, ring::now()),
      doubts_(
          static_cast<std::uint32_t>(options.canaries.size()),
          [&plan = options.plan](const Address& to) { return has_route(plan, to); }, ring::now(),
          admission_.doorbells) {
  if (!options.canaries.empty()) canaries_.emplace(options.plan, options.canaries, doubts_);
  outputs_.writer().notify_at_end(bell_);
  const SweeperOptions sweeper{.certificates = &log,
                               .inbox_octets = kInboxOctets / options.capacity.threads,
                               .share_octets = options.share_octets / options.capacity.threads,
                               .waiting_octets = kWaitingOctetsMax / options.capacity.threads,
                               .retries = options.retries,
                               .retries_own = options.retries_own,
                               .retry_delay = options.retry_delay,
                               .doubts = &doubts_,
                               .server_names = options.server_names,
                               .resumable = !options.checkpoint.path.empty()};
  const WorkerOptions worker{.plan = &options.plan,
                             .tls = &options.tls,
                             .enumerates = options.enumerate,
                             .capacity = options.capacity.per_worker,
                             .ring = {.submissions = options.capacity.submissions,
                                      .completions = options.capacity.completions},
                             .drain = options.drain,
                             .own_descriptors = options.capacity.own_descriptor_tables,
                             .sweeper = sweeper};
  for (std::uint32_t i = 0; i < options.capacity.threads; ++i) {
    workers_.push_back(
        std::make_unique<Worker>(worker, i, admission_, gauges_, add_outboxes(), input.doorbell()));
  }
  feeder_outboxes_ = add_outboxes();
}

Outboxes Sweep::add_outboxes() {
  Outboxes outboxes = outputs_.add_outboxes();
  const std::vector<std::string>& lists = input_.lists().names();
  if (lists.size() > 1) outboxes.list_names = &lists;
  return outboxes;
}

Status Sweep::start() {
  if (!bell_.good()) return ring::explain_refusal(EMFILE);
  writer_.add(
      "writer", [] {},
      [this](bool begins) {
        if (begins) outputs_.writer().run();
      });
  threads_.add(
      "feeder", [] {},
      [this](bool begins) {
        if (begins) input_.run(workers_, feeder_outboxes_, gauges_);
        ended_thread();
      });
  for (const auto& worker : workers_) {
    threads_.add(
        "worker", [&worker, &opened = opened_.emplace_back()] { opened = worker->open(); },
        [this, &worker](bool begins) {
          if (begins) worker->run();
          worker->close();
          ended_thread();
        });
  }
  if (canaries_) {
    prober_.add(
        "prober", [this, &opened = opened_.emplace_back()] { opened = canaries_->open(); },
        [this](bool begins) {
          if (begins) canaries_->run();
          canaries_->close();
          if (!canaries_->failure().ok()) stop_for_canaries();
        });
  }
  Status status = writer_.start();
  if (status.ok()) status = prober_.start();
  if (status.ok()) status = threads_.start();
  for (const Status& opened : opened_) {
    if (status.ok()) status = opened;
  }
  return status;
}

void Sweep::call_off() {
  for (Crew* const crew : {&writer_, &prober_, &threads_}) crew->call_off();
  for (Crew* const crew : {&writer_, &prober_, &threads_}) crew->join();
}

results::Summary Sweep::run(threads::Signals& signals, const ProgressCallback& on_progress) {
  const threads::MemoryReserve reserve([this] {
    stop(Stop::leave);
    bell_.notify();
  });
  reserve_ = &reserve;
  start_ = ring::now();
  summary_.start = ring::wall_now();
  doubts_.begin();
  writer_.go();
  prober_.go();
  threads_.go();
  watch(signals, on_progress, workers_.size() + 1);
  threads_.join();
  if (canaries_) canaries_->end();
  prober_.join();
  outputs_.writer().finish(has_finished());
  wait_for_writer(signals, on_progress);
  writer_.join();
  sum_up();
  reserve_ = nullptr;
  return std::move(summary_);
}

void Sweep::ended_thread() {
  threads_ended_.fetch_add(1, std::memory_order_release);
  bell_.notify();
}

void Sweep::watch(threads::Signals& signals, const ProgressCallback& on_progress,
                  std::size_t threads) {
  while (threads_ended_.load(std::memory_order_acquire) < threads) {
    wait_for_signals(signals, kProgressEveryMs);
    if (ends_early_ == 0 && max_runtime_ != Duration::zero() &&
        ring::now() - start_ >= max_runtime_) {
      end_early("--max-runtime has passed");
    }
    if (outputs_.writer().failed()) stop(Stop::leave);
    gauges_.paused.store(doubts_.watch(ring::now(), input_.is_stuck()));
    report(on_progress);
  }
  report(on_progress);
}

// All lines have been handed over. Only a stalled reader of an output can delay the writer, and
// only the user may decide not to wait for it.
void Sweep::wait_for_writer(threads::Signals& signals, const ProgressCallback& on_progress) {
  while (!outputs_.writer().ended()) {
    wait_for_signals(signals, kProgressEveryMs);
    if (asked_) report(on_progress);
  }
}

void Sweep::wait_for_signals(threads::Signals& signals, int at_most_ms) {
  std::array<pollfd, 2> wait{pollfd{.fd = signals.descriptor(), .events = POLLIN, .revents = 0},
                             pollfd{.fd = bell_.descriptor(), .events = POLLIN, .revents = 0}};
  ::poll(wait.data(), wait.size(), at_most_ms);
  if (wait[1].revents != 0) bell_.wait();
  while (const auto signal = signals.take()) react(*signal);
}

void Sweep::react(const threads::Signal& signal) {
  if (signal.number == SIGUSR1) {
    asked_ = true;
  } else if (signal.number == SIGHUP && !signal.of_kernel && outputs_.can_reopen()) {
    outputs_.writer().reopen();
  } else {
    end_early("a signal");
  }
}

// The second time, nothing is waited for any more.
void Sweep::end_early(const char* why) {
  if (++ends_early_ == 1) {
    summary_.stopped = why;
    stop(Stop::drain);
  } else {
    stop(Stop::leave);
    outputs_.writer().stop_waiting_for_reader();
  }
}

void Sweep::stop(Stop how) {
  Stop before = gauges_.stop.load(std::memory_order_relaxed);
  do {
    if (before >= how) return;
  } while (!gauges_.stop.compare_exchange_weak(before, how, std::memory_order_seq_cst));
  input_.doorbell().notify();
  for (const auto& worker : workers_) worker->doorbell().notify();
}

// No failure would be judged any more.
void Sweep::stop_for_canaries() {
  gauges_.stop_if_not_stopping();
  input_.doorbell().notify();
  for (const auto& worker : workers_) worker->doorbell().notify();
}

// Whether everything has its record; otherwise the sweep can be resumed.
bool Sweep::has_finished() const {
  std::uint64_t not_started = input_.not_started();
  bool good = summary_.stopped.empty() && input_.failure().ok() && !reserve_->used() &&
              gauges_.stopping() == Stop::none;
  for (const auto& worker : workers_) {
    not_started += worker->sweeper().not_started();
    good = good && worker->failure().ok();
  }
  return good && not_started == 0;
}

}  // namespace mxsweep::scan
