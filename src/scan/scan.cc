// SPDX-License-Identifier: MIT
#include "mxsweep/scan/scan.h"

#include <poll.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/ring/socket.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/memory_reserve.h"
#include "mxsweep/threads/signals.h"
#include "scan/canaries.h"
#include "scan/crew.h"
#include "scan/input.h"
#include "scan/outputs.h"
#include "scan/worker.h"

namespace mxsweep::scan {
namespace {

constexpr int kProgressEveryMs = 200;

constexpr std::string_view kNoMemory =
    "memory ran out; lower --share-memory or --concurrency, or raise the limit (ulimit -v)";
constexpr std::size_t kInboxOctets = 8 * 1024 * 1024;  // Of all workers together.

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

// From the address that a connection there would come from.
bool has_route(const probe::Plan& plan, const Address& to) {
  if (plan.sources.empty()) return ring::has_route(to, Address{});
  const Address source = plan.sources.choose(to);
  return source.family != Family::none && ring::has_route(to, source);
}

// The parts of one sweep. The thread that calls run() watches over them.
class Sweep {
 public:
  Sweep(const Options& options, Input& input, Outputs& outputs, CertificateLog& log)
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
                                 .resumable = !options.checkpoint.path.empty()};
    const WorkerOptions worker{.plan = &options.plan,
                               .tls = &options.tls,
                               .capacity = options.capacity.per_worker,
                               .ring = {.submissions = options.capacity.submissions,
                                        .completions = options.capacity.completions},
                               .drain = options.drain,
                               .own_descriptors = options.capacity.own_descriptor_tables,
                               .sweeper = sweeper};
    for (std::uint32_t i = 0; i < options.capacity.threads; ++i) {
      workers_.push_back(std::make_unique<Worker>(worker, i, admission_, gauges_, add_outboxes(),
                                                  input.doorbell()));
    }
    feeder_outboxes_ = add_outboxes();
  }

  // Starts all threads and opens all rings. After an error nothing has begun; call call_off().
  Status start() {
    if (!bell_.good()) return ring::explain_refusal(EMFILE);
    writer_.add([] {},
                [this](bool begins) {
                  if (begins) outputs_.writer().run();
                });
    threads_.add([] {},
                 [this](bool begins) {
                   if (begins) input_.run(workers_, feeder_outboxes_, gauges_);
                   ended_thread();
                 });
    for (const auto& worker : workers_) {
      threads_.add([&worker, &opened = opened_.emplace_back()] { opened = worker->open(); },
                   [this, &worker](bool begins) {
                     if (begins) worker->run();
                     worker->close();
                     ended_thread();
                   });
    }
    if (canaries_) {
      prober_.add([this, &opened = opened_.emplace_back()] { opened = canaries_->open(); },
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

  void call_off() {
    for (Crew* const crew : {&writer_, &prober_, &threads_}) crew->call_off();
    for (Crew* const crew : {&writer_, &prober_, &threads_}) crew->join();
  }

  // Requires: start() and the begin() of the outputs have succeeded.
  results::Summary run(threads::Signals& signals, const ProgressCallback& on_progress) {
    const threads::MemoryReserve reserve(bell_.descriptor());
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

  [[nodiscard]] Progress progress() {
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

 private:
  void add_waits(Progress& progress) const {
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

  Outboxes add_outboxes() {
    Outboxes outboxes = outputs_.add_outboxes();
    const std::vector<std::string>& lists = input_.lists().names();
    if (lists.size() > 1) outboxes.list_names = &lists;
    return outboxes;
  }

  // No failure would be judged any more.
  void stop_for_canaries() {
    gauges_.stop_if_not_stopping();
    input_.doorbell().notify();
    for (const auto& worker : workers_) worker->doorbell().notify();
  }

  void ended_thread() {
    threads_ended_.fetch_add(1, std::memory_order_release);
    bell_.notify();
  }

  void watch(threads::Signals& signals, const ProgressCallback& on_progress, std::size_t threads) {
    while (threads_ended_.load(std::memory_order_acquire) < threads) {
      wait_for_signals(signals, kProgressEveryMs);
      if (ends_early_ == 0 && max_runtime_ != Duration::zero() &&
          ring::now() - start_ >= max_runtime_) {
        end_early("--max-runtime has passed");
      }
      if (outputs_.writer().failed()) stop(Stop::leave);
      if (reserve_->used()) stop(Stop::leave);
      gauges_.paused.store(doubts_.watch(ring::now(), input_.is_stuck()));
      report(on_progress);
    }
    report(on_progress);
  }

  void report(const ProgressCallback& on_progress) {
    Progress now = progress();
    now.asked = std::exchange(asked_, false);
    on_progress(now);
  }

  // All lines have been handed over. Only a stalled reader of an output can delay the writer, and
  // only the user may decide not to wait for it.
  void wait_for_writer(threads::Signals& signals, const ProgressCallback& on_progress) {
    while (!outputs_.writer().ended()) {
      wait_for_signals(signals, kProgressEveryMs);
      if (asked_) report(on_progress);
    }
  }

  void wait_for_signals(threads::Signals& signals, int at_most_ms) {
    std::array<pollfd, 2> wait{pollfd{.fd = signals.descriptor(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = bell_.descriptor(), .events = POLLIN, .revents = 0}};
    ::poll(wait.data(), wait.size(), at_most_ms);
    if (wait[1].revents != 0) bell_.wait();
    while (const auto signal = signals.take()) react(*signal);
  }

  void react(const threads::Signal& signal) {
    if (signal.number == SIGUSR1) {
      asked_ = true;
    } else if (signal.number == SIGHUP && !signal.of_kernel && outputs_.can_reopen()) {
      outputs_.writer().reopen();
    } else {
      end_early("a signal");
    }
  }

  // The second time, nothing is waited for any more.
  void end_early(const char* why) {
    if (++ends_early_ == 1) {
      summary_.stopped = why;
      stop(Stop::drain);
    } else {
      stop(Stop::leave);
      outputs_.writer().stop_waiting_for_reader();
    }
  }

  void stop(Stop how) {
    if (gauges_.stop.load(std::memory_order_relaxed) >= how) return;
    gauges_.stop.store(how, std::memory_order_seq_cst);
    input_.doorbell().notify();
    for (const auto& worker : workers_) worker->doorbell().notify();
  }

  // Whether everything has its record; otherwise the sweep can be resumed.
  [[nodiscard]] bool has_finished() const {
    std::uint64_t not_started = input_.not_started();
    bool good = summary_.stopped.empty() && input_.failure().ok() && !reserve_->used() &&
                gauges_.stopping() == Stop::none;
    for (const auto& worker : workers_) {
      not_started += worker->sweeper().not_started();
      good = good && worker->failure().ok();
    }
    return good && not_started == 0;
  }

  void sum_up() {
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
    if (!input_.failure().ok()) summary.stopped = input_.failure().sentence();
    summary.unusable = input_.identity().kind() == Status::Kind::unusable;
    for (const auto& worker : workers_) {
      if (!worker->failure().ok()) summary.stopped = worker->failure().sentence();
    }
    if (canaries_ && !canaries_->failure().ok()) {
      summary.stopped = canaries_->failure().sentence();
    }
    if (const Status failure = outputs_.writer().failure(); !failure.ok()) {
      summary.stopped = failure.sentence();
    }
    summary.cpu_seconds = ring::cpu_seconds();
    summary.memory_peak_octets = memory_peak_octets();
  }

  Input& input_;
  Outputs& outputs_;
  Duration max_runtime_;
  Gauges gauges_;
  Admission admission_;
  Doubts doubts_;
  std::optional<Canaries> canaries_;
  threads::Doorbell bell_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Outboxes feeder_outboxes_;
  std::deque<Status> opened_;  // The result of each worker's open().
  std::atomic<std::size_t> threads_ended_ = 0;
  Crew writer_;  // It ends last.
  Crew prober_;
  Crew threads_;
  const threads::MemoryReserve* reserve_ = nullptr;  // While it runs.
  int ends_early_ = 0;
  bool asked_ = false;  // For the status.
  Instant start_{};
  results::Summary summary_;
};

}  // namespace

Result<std::vector<std::string>> check_engine() {
  ring::Ring ring;
  if (Status opened = ring.open({}); !opened.ok()) return opened;
  return ring.features();
}

Status check_tls(const tls::ClientOptions& options) {
  tls::Client client;
  return client.open(options);
}

Result<results::Summary> run(const Options& options, const ProgressCallback& on_progress) {
  // Checked first, so that no output is opened on a machine that cannot run the sweep.
  if (const auto engine = check_engine(); !engine.ok()) return engine.status();
  std::optional<Journal> journal;
  if (!options.checkpoint.path.empty()) journal.emplace(options);
  const checkpoint::Checkpoint* const before = journal ? journal->before() : nullptr;
  Input input({.sources = options.lists,
               .ports = options.ports,
               .mail_domains = options.names.mail_domains,
               .seed = options.seed},
              options.names, options.scope, options.identity, options.plan.sources, options.shard,
              before == nullptr ? nullptr : &before->ledger);
  Outputs outputs;
  CertificateLog log;
  Status status = input.open();
  if (status.ok() && options.strict) status = input.find_bad_line();
  if (status.ok() && journal) status = journal->open();
  if (status.ok()) status = check_files(options);
  if (status.ok()) status = outputs.open(options, journal ? &*journal : nullptr);
  if (status.ok()) status = outputs.read_certificates(log);
  if (!status.ok()) return status;
  threads::Signals signals;
  if (!signals.good()) return ring::explain_refusal(EMFILE);
  Sweep sweep(options, input, outputs, log);
  status = sweep.start();
  // From here on, only an error of an output itself can keep the sweep from running.
  if (status.ok()) status = outputs.begin();
  if (!status.ok()) {
    sweep.call_off();
    return status;
  }
  results::Summary summary = sweep.run(signals, on_progress);
  if (input.lists().no_list()) return input.lists().failure();
  if (before != nullptr) {
    summary.runs_before = before->runs;
    summary.records_before = before->outputs.front().records;
  }
  summary.seed = options.seed;
  if (!options.shard.is_all()) summary.shard = to_string(options.shard);
  utsname kernel{};
  if (::uname(&kernel) == 0) summary.kernel = kernel.release;
  return summary;
}

}  // namespace mxsweep::scan
