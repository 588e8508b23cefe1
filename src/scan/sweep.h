// SPDX-License-Identifier: MIT
// The threads of one sweep, and the thread that watches over them.
//
//   Shape     start(), then the begin() of the outputs, then run(); after an error of the first
//             two, call_off().
//   Lifetime  the options, the input, the outputs and the log outlive it.
//   Errors    start(): a thread, a ring or the TLS client cannot be had. If the sweep stops early,
//             the summary of run() has the reason.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/scan.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/memory_reserve.h"
#include "mxsweep/threads/signals.h"
#include "scan/canaries.h"
#include "scan/crew.h"
#include "scan/doubts.h"
#include "scan/input.h"
#include "scan/outputs.h"
#include "scan/worker.h"

namespace mxsweep::scan {

class Sweep {
 public:
  Sweep(const Options& options, Input& input, Outputs& outputs, CertificateLog& log);
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  // Starts all threads and opens all rings. After an error nothing has begun; call call_off().
  Status start();
  void call_off();
  // Requires: start() and the begin() of the outputs have succeeded.
  results::Summary run(threads::Signals& signals, const ProgressCallback& on_progress);

 private:
  [[nodiscard]] Outboxes add_outboxes();
  void ended_thread();
  void watch(threads::Signals& signals, const ProgressCallback& on_progress, std::size_t threads);
  void wait_for_writer(threads::Signals& signals, const ProgressCallback& on_progress);
  void wait_for_signals(threads::Signals& signals, int at_most_ms);
  void react(const threads::Signal& signal);
  void end_early(const char* why);
  void stop(Stop how);
  void stop_for_canaries();
  [[nodiscard]] bool has_finished() const;

  // In sweep_report.cc.
  [[nodiscard]] Progress progress();
  void add_waits(Progress& progress) const;
  void report(const ProgressCallback& on_progress);
  void sum_up();
  [[nodiscard]] Status failure() const;

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

}  // namespace mxsweep::scan
