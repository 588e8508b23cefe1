// SPDX-License-Identifier: MIT
#include "mxsweep/scan/scan.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/memory_reserve.h"
#include "scan/crew.h"
#include "scan/input.h"
#include "scan/outputs.h"
#include "scan/signals.h"
#include "scan/worker.h"

namespace mxsweep::scan {
namespace {

constexpr int kTellMs = 200;

constexpr std::string_view kNoMemory =
    "memory ran out; lower --share-memory or --concurrency, or raise the limit (ulimit -v)";
constexpr std::size_t kInboxOctets = 8 * 1024 * 1024;  // Of all workers.

struct Usage {
  double cpu_seconds;
  std::uint64_t memory_peak_octets;
};

// The peak of this program alone: ru_maxrss still knows what ran in the process before it.
std::uint64_t memory_peak_octets() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::uint64_t kib = 0;
  while (status >> word) {
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
  return 0;
}

Usage usage_of_process() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), memory_peak_octets()};
}

results::Lookups counted(const dns::Lookups& lookups) {
  return {.asked = lookups.asked,
          .from_cache = lookups.from_cache,
          .coalesced = lookups.coalesced,
          .sent = lookups.sent,
          .retried = lookups.retried,
          .failed = lookups.failed,
          .tcp = lookups.tcp};
}

// One sweep's parts, and the thread that watches over them.
class Sweep {
 public:
  Sweep(const Options& options, Input& input, Outputs& outputs)
      : input_(input),
        outputs_(outputs),
        admission_(options.capacity.concurrency, options.capacity.threads, options.rate,
                   ring::now()) {
    for (Output* const output : outputs_.all()) output->tell(bell_);
    const SweeperOptions sweeper{.certificates = &log_,
                                 .inbox_octets = kInboxOctets / options.capacity.threads,
                                 .share_octets = options.share_octets / options.capacity.threads};
    const WorkerOptions worker{.plan = &options.plan,
                               .tls = &options.tls,
                               .capacity = options.capacity.per_worker,
                               .ring = {.submissions = options.capacity.submissions,
                                        .completions = options.capacity.completions},
                               .drain = options.drain,
                               .own_descriptors = options.capacity.own_descriptor_tables,
                               .sweeper = sweeper};
    for (std::uint32_t i = 0; i < options.capacity.threads; ++i) {
      workers_.push_back(std::make_unique<Worker>(worker, i, admission_, gauges_,
                                                  outputs_.add_outboxes(), input.doorbell()));
    }
    feeder_outboxes_ = outputs_.add_outboxes();
  }

  // All threads and rings, or why there are none; then nothing has begun.
  [[nodiscard]] std::optional<ring::Refusal> start() {
    if (!bell_.good()) return ring::explain_refusal(EMFILE);
    for (Output* const output : outputs_.all()) {
      writers_.add([] {},
                   [output](bool begins) {
                     if (begins) output->run();
                   });
    }
    threads_.add([] {},
                 [this](bool begins) {
                   if (begins) input_.run(workers_, feeder_outboxes_, gauges_);
                   ended_thread();
                 });
    for (const auto& worker : workers_) {
      threads_.add([&worker] { worker->open(); },
                   [this, &worker](bool begins) {
                     if (begins) worker->run();
                     worker->close();
                     ended_thread();
                   });
    }
    auto refusal = writers_.start();
    if (!refusal) refusal = threads_.start();
    for (const auto& worker : workers_) {
      if (!refusal) refusal = worker->refusal();
    }
    return refusal;
  }

  void call_off() {
    writers_.call_off();
    threads_.call_off();
    writers_.join();
    threads_.join();
  }

  // Requires: start() found nothing wrong, and the outputs have begun.
  Ended run(Signals& signals, const ProgressCallback& on_progress) {
    const threads::MemoryReserve reserve(bell_.descriptor());
    reserve_ = &reserve;
    start_ = ring::now();
    ended_.summary.start = ring::wall_now();
    writers_.go();
    threads_.go();
    watch(signals, on_progress, workers_.size() + 1);
    threads_.join();
    for (Output* const output : outputs_.all()) output->finish();
    wait_for_writers(signals);
    writers_.join();
    sum_up();
    reserve_ = nullptr;
    return std::move(ended_);
  }

  [[nodiscard]] Progress progress() const {
    Progress progress;
    progress.elapsed = ring::now() - start_;
    progress.in_flight = gauges_.in_flight.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < kOutcomeCount; ++i) {
      progress.outcomes[i] = gauges_.outcomes[i].load(std::memory_order_relaxed);
      progress.records += progress.outcomes[i];
    }
    progress.list_octets_read = input_.octets_read();
    progress.list_octets = input_.octets_all();
    progress.list_ended = input_.ended();
    progress.stopping = gauges_.stop.load(std::memory_order_relaxed) != Stop::none;
    progress.shortages = gauges_.shortages.load(std::memory_order_relaxed);
    progress.last_shortage = gauges_.last_shortage.load(std::memory_order_relaxed);
    return progress;
  }

 private:
  void ended_thread() {
    threads_ended_.fetch_add(1, std::memory_order_release);
    bell_.notify();
  }

  void watch(Signals& signals, const ProgressCallback& on_progress, std::size_t threads) {
    while (threads_ended_.load(std::memory_order_acquire) < threads) {
      listen(signals, kTellMs);
      for (const Output* const output : outputs_.all()) {
        if (output->failed()) stop(Stop::leave);
      }
      if (reserve_->used()) stop(Stop::leave);
      on_progress(progress());
    }
    on_progress(progress());
  }

  // The lines are all handed over; only a reader that has stalled can keep the writer, and only the
  // user may decide to leave it.
  void wait_for_writers(Signals& signals) {
    for (const Output* const output : outputs_.all()) {
      while (!output->ended()) listen(signals, kTellMs);
    }
  }

  void listen(Signals& signals, int at_most_ms) {
    std::array<pollfd, 2> wait{pollfd{.fd = signals.descriptor(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = bell_.descriptor(), .events = POLLIN, .revents = 0}};
    ::poll(wait.data(), wait.size(), at_most_ms);
    if (wait[1].revents != 0) bell_.wait();
    while (signals.arrived()) {
      if (++signals_ == 1) {
        ended_.summary.stopped = "a signal";
        stop(Stop::drain);
      } else {
        stop(Stop::leave);
        for (Output* const output : outputs_.all()) output->stop_waiting_for_reader();
      }
    }
  }

  void stop(Stop how) {
    if (gauges_.stop.load(std::memory_order_relaxed) >= how) return;
    gauges_.stop.store(how, std::memory_order_seq_cst);
    input_.doorbell().notify();
    for (const auto& worker : workers_) worker->doorbell().notify();
  }

  void sum_up() {
    results::Summary& summary = ended_.summary;
    summary.end = ring::wall_now();
    summary.elapsed = ring::now() - start_;
    summary.tally = input_.tally();
    summary.lines_read = input_.reader().lines_read();
    summary.lines_skipped = input_.reader().lines_skipped();
    summary.lines_invalid = input_.lines_invalid();
    summary.targets = input_.targets();
    summary.targets_not_started = input_.not_started();
    for (const auto& worker : workers_) {
      summary.tally.merge(worker->sweeper().tally());
      summary.probes += worker->sweeper().probes();
      summary.deadline_late_max = std::max(summary.deadline_late_max, worker->deadline_late_max());
      summary.targets_not_started += worker->sweeper().not_started();
      summary.servers_forgotten += worker->sweeper().servers_forgotten();
    }
    summary.ring_features = workers_.front()->ring_features();
    outputs_.sum_up(summary);
    if (const dns::Lookups* const lookups = input_.lookups()) summary.lookups = counted(*lookups);
    summary.local_shortages = gauges_.shortages.load();
    summary.in_flight_peak = gauges_.in_flight_peak.load();
    if (reserve_->used()) summary.stopped = kNoMemory;
    if (!input_.failure().empty()) summary.stopped = input_.failure();
    for (const auto& worker : workers_) {
      if (!worker->failure().empty()) summary.stopped = worker->failure();
    }
    if (const std::string failure = outputs_.failure(); !failure.empty()) summary.stopped = failure;
    const Usage usage = usage_of_process();
    summary.cpu_seconds = usage.cpu_seconds;
    summary.memory_peak_octets = usage.memory_peak_octets;
  }

  Input& input_;
  Outputs& outputs_;
  CertificateLog log_;
  Gauges gauges_;
  Admission admission_;
  threads::Doorbell bell_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Outboxes feeder_outboxes_;
  std::atomic<std::size_t> threads_ended_ = 0;
  Crew writers_;  // The last to end.
  Crew threads_;
  const threads::MemoryReserve* reserve_ = nullptr;  // While it runs.
  int signals_ = 0;
  Instant start_{};
  Ended ended_;
};

}  // namespace

EngineCheck check_engine() {
  ring::Ring ring;
  EngineCheck check;
  check.refusal = ring.open({});
  check.features = ring.features();
  return check;
}

std::string check_tls(const tls::ClientOptions& options) {
  tls::Client client;
  return client.open(options);
}

Ended run(const Options& options, const ProgressCallback& on_progress) {
  Ended ended;
  // A trial first, so that a machine that cannot run us loses nothing: no output is opened.
  ended.refusal = check_engine().refusal;
  if (ended.refusal) return ended;
  Input input({options.input, options.targets}, options.ports, options.names);
  ended.bad_input = input.failure();
  if (ended.bad_input.empty() && options.strict) ended.bad_input = input.find_bad_line();
  if (!ended.bad_input.empty()) return ended;
  ended.bad_input = check_files(options);
  if (!ended.bad_input.empty()) return ended;
  Outputs outputs(options);
  ended.bad_input = outputs.failure();
  if (!ended.bad_input.empty()) return ended;
  Signals signals;
  if (!signals.good()) {
    ended.refusal = ring::explain_refusal(EMFILE);
    return ended;
  }
  Sweep sweep(options, input, outputs);
  ended.refusal = sweep.start();
  // Nothing but an error of an output itself can keep the sweep from running any more.
  if (!ended.refusal) outputs.begin();
  ended.bad_input = outputs.failure();
  if (ended.refusal || !ended.bad_input.empty()) {
    sweep.call_off();
    return ended;
  }
  ended = sweep.run(signals, on_progress);
  ended.bad_input = input.no_list();
  utsname kernel{};
  if (::uname(&kernel) == 0) ended.summary.kernel = kernel.release;
  return ended;
}

}  // namespace mxsweep::scan
