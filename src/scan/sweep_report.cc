// SPDX-License-Identifier: MIT
// What a sweep reports: its progress while it runs, and its summary.
#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "mxsweep/ring/clock.h"
#include "scan/sweep.h"

namespace mxsweep::scan {
namespace {

constexpr std::string_view kNoMemory =
    "memory ran out; lower --share-memory or --concurrency, or raise the limit (ulimit -v)";

// The peak of this program alone: ru_maxrss includes what ran in the process before exec().
std::uint64_t memory_peak_octets() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::uint64_t kib = 0;
  while (status >> word) {
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
  return 0;
}

}  // namespace

Progress Sweep::progress() {
  Progress progress;
  progress.elapsed = ring::now() - start_;
  progress.in_flight = gauges_.in_flight.load(std::memory_order_relaxed);
  progress.waiting = gauges_.waiting.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    progress.outcomes[i] = gauges_.outcomes[i].load(std::memory_order_relaxed);
    progress.records += progress.outcomes[i];
  }
  progress.list_octets_read = input_.lists().octets_done();
  progress.list_octets = input_.lists().octets_all();
  progress.list_ended = input_.ended();
  progress.recorded_before = input_.recorded_before();
  progress.foreign = gauges_.foreign.load(std::memory_order_relaxed);
  progress.stopping = gauges_.stop.load(std::memory_order_relaxed) != Stop::none;
  progress.shortages = gauges_.shortages.load(std::memory_order_relaxed);
  progress.last_shortage = gauges_.last_shortage.load(std::memory_order_relaxed);
  add_waits(progress);
  progress.pauses = doubts_.pauses(ring::now());
  return progress;
}

void Sweep::add_waits(Progress& progress) const {
  const Instant now = ring::now();
  const auto earlier = [now](Duration& of, Instant at) {
    if (at == kNever) return;
    const Duration left = std::max(at - now, Duration::zero());
    of = of < Duration::zero() ? left : std::min(of, left);
  };
  for (const auto& worker : workers_) {
    const Waits& waits = worker->sweeper().waits();
    progress.polite += waits.polite.load(std::memory_order_relaxed);
    progress.retries += waits.retries.load(std::memory_order_relaxed);
    earlier(progress.next_polite, waits.next_polite.load(std::memory_order_relaxed));
    earlier(progress.next_retry, waits.next_retry.load(std::memory_order_relaxed));
  }
}

void Sweep::report(const ProgressCallback& on_progress) {
  Progress now = progress();
  now.asked = std::exchange(asked_, false);
  on_progress(now);
}

void Sweep::sum_up() {
  results::Summary& summary = summary_;
  summary.recorded_before = input_.recorded_before();
  summary.end = ring::wall_now();
  summary.elapsed = ring::now() - start_;
  summary.tally = input_.tally();
  summary.lines_read = input_.lists().lines_read();
  summary.lines_skipped = input_.lists().lines_skipped();
  summary.lines_invalid = input_.lines_invalid();
  summary.targets = input_.targets();
  summary.targets_not_started = input_.not_started();
  summary.targets_elsewhere = input_.elsewhere();
  for (const auto& worker : workers_) {
    summary.tally.merge(worker->sweeper().tally());
    summary.probes += worker->sweeper().probes();
    summary.retries += worker->sweeper().retries();
    summary.waited += worker->sweeper().waited();
    summary.deadline_late_max = std::max(summary.deadline_late_max, worker->deadline_late_max());
    summary.targets_not_started += worker->sweeper().not_started();
    summary.servers_forgotten += worker->sweeper().servers_forgotten();
    summary.visited_again += worker->sweeper().visited_again();
  }
  const Pauses pauses = doubts_.pauses(ring::now());
  summary.pauses = pauses.pauses;
  summary.paused_for = pauses.paused_for;
  summary.ring_features = workers_.front()->ring_features();
  outputs_.sum_up(summary);
  if (const LookupCounts* const lookups = input_.lookups()) summary.lookups = *lookups;
  summary.local_shortages = gauges_.shortages.load();
  summary.in_flight_peak = gauges_.in_flight_peak.load();
  if (reserve_->used()) summary.stopped = kNoMemory;
  summary.unusable = input_.identity().kind() == Status::Kind::unusable;
  if (const Status failed = failure(); !failed.ok()) summary.stopped = failed.sentence();
  summary.cpu_seconds = ring::cpu_seconds();
  summary.memory_peak_octets = memory_peak_octets();
}

// What stopped the sweep, the outputs first: after their failure the others need not be the cause.
Status Sweep::failure() const {
  if (Status failed = outputs_.writer().failure(); !failed.ok()) return failed;
  if (canaries_ && !canaries_->failure().ok()) return canaries_->failure();
  for (auto worker = workers_.rbegin(); worker != workers_.rend(); ++worker) {
    if (!(*worker)->failure().ok()) return (*worker)->failure();
  }
  return input_.failure();
}

}  // namespace mxsweep::scan
