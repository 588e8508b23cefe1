// SPDX-License-Identifier: MIT
// One core of a sweep: an engine with its connections, and its share of the targets.
//
//   Shape     the sweeper (scan/sweeper.h) says what to begin, the engine (engine/engine.h) does it
//             and reports what ended; here is what they do together in a turn, and when they sleep.
//   Kernel    the engine's. Worker is the one that a sweep uses.
//   Memory    slots and timers for `capacity` connections, which is as many as one worker alone may
//             have; only what is used becomes real. The sum is in scan/capacity.cc.
//   Lifetime  built by the starting thread, run() by its own; the rest is read after that thread
//             was joined.
//   Errors    a local shortage brakes admission; see scan/sweeper.h. A ring that the kernel refuses
//             ends the worker: what is open gets its record, and the sweep stops.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/engine/engine.h"
#include "mxsweep/engine/kernel.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/ring/refusal.h"
#include "mxsweep/scan/task.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/tls/client.h"
#include "scan/admission.h"
#include "scan/gauges.h"
#include "scan/recorder.h"
#include "scan/sweeper.h"

namespace mxsweep::scan {

struct WorkerOptions {
  const probe::Plan* plan = nullptr;
  const tls::ClientOptions* tls = nullptr;  // Null: there will be no TLS.
  std::uint32_t capacity = 0;
  ring::RingOptions ring;
  Duration drain{};  // For open conversations when the sweep is to stop.
  bool own_descriptors = false;
  SweeperOptions sweeper;
};

template <typename Kernel>
class WorkerOn {
 public:
  // `number`: counted from 0. The admission's doorbell of that number becomes this worker's.
  WorkerOn(const WorkerOptions& options, std::uint32_t number, Admission& admission, Gauges& gauges,
           const Outboxes& outboxes, threads::Doorbell& feeder);

  // The feeder's side.
  // Takes the task, or answers false and leaves it.
  [[nodiscard]] bool offer(Task& task) { return sweeper_.offer(task); }
  [[nodiscard]] bool has_room() const { return sweeper_.has_room(); }
  void no_more() {  // The list is at its end.
    sweeper_.no_more();
    bell_.notify();
  }
  [[nodiscard]] threads::Doorbell& doorbell() { return bell_; }

  // These three in its own thread, whose ring and descriptor table they are.
  void open();                       // Then look at refusal().
  void run();                        // Requires: it was opened.
  void close() { engine_.close(); }  // Also when it was not run.

  // After open().
  [[nodiscard]] const std::optional<ring::Refusal>& refusal() const { return refusal_; }
  // After run(): why it ended before the sweep did; empty: it did not.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] const Sweeper& sweeper() const { return sweeper_; }
  [[nodiscard]] Duration deadline_late_max() const { return engine_.deadline_late_max(); }
  [[nodiscard]] const std::vector<std::string>& ring_features() const { return ring_features_; }

 private:
  void open_tls();
  void turn();
  void admit();
  void wait();
  void give_up();
  [[nodiscard]] bool finished() const { return engine_.size() == 0 && sweeper_.finished(); }
  [[nodiscard]] Sweeper::Load load() const { return {engine_.size(), engine_.full()}; }

  WorkerOptions options_;
  probe::Plan plan_;  // The sweep's, with this worker's TLS client and clock in it.
  tls::Client tls_;
  Gauges& gauges_;
  threads::Doorbell& feeder_;
  threads::Doorbell bell_;
  Sweeper sweeper_;
  engine::Engine<Kernel, Sweeper> engine_;
  Instant drain_until_ = kNever;

  std::optional<ring::Refusal> refusal_;
  std::string failure_;
  std::vector<std::string> ring_features_;
};

using Worker = WorkerOn<engine::Kernel>;
extern template class WorkerOn<engine::Kernel>;

}  // namespace mxsweep::scan
