// SPDX-License-Identifier: MIT
// One worker thread of a sweep: an engine with its connections, and the worker's share of the
// targets.
//
//   Shape     the sweeper (scan/sweeper.h) decides which visit to start; the engine
//             (engine/engine.h) runs it and reports its end. The worker calls both in each turn,
//             and sleeps when there is nothing to do.
//   Kernel    the engine's. A sweep uses Worker, on engine::Kernel; tests use a simulated one.
//   Memory    slots and timers for `capacity` connections, the most that one worker may have; a
//             page is touched only when it is used. scan/capacity.cc has the sum.
//   Lifetime  constructed by the starting thread; run() in a thread of its own. Read the results
//             after that thread was joined.
//   Errors    for a local shortage see scan/sweeper.h. If the kernel refuses the ring, the worker
//             ends: open conversations get their records, and the sweep stops.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/engine/engine.h"
#include "mxsweep/engine/kernel.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/results/summary.h"
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
  const tls::ClientOptions* tls = nullptr;  // Null: no TLS.
  bool enumerates = false;                  // TLS in depth, of servers that are the user's own.
  std::uint32_t capacity = 0;
  ring::RingOptions ring{};
  Duration drain{};  // Time for open conversations to end when the sweep stops.
  bool own_descriptors = false;
  SweeperOptions sweeper;
};

template <typename Kernel>
class WorkerOn {
 public:
  // `number`: counted from 0. The admission's doorbell of that number becomes this worker's.
  WorkerOn(const WorkerOptions& options, std::uint32_t number, Admission& admission, Gauges& gauges,
           const Outboxes& outboxes, threads::Doorbell& feeder);

  // For the feeder. offer() moves from the task, or returns false and leaves it unchanged.
  [[nodiscard]] bool offer(Task& task) { return sweeper_.offer(task); }
  [[nodiscard]] bool has_room() const { return sweeper_.has_room(); }
  void no_more() {  // The list has ended.
    sweeper_.no_more();
    bell_.notify();
  }
  [[nodiscard]] threads::Doorbell& doorbell() { return bell_; }

  // In the worker's own thread, which owns the ring and may have its own descriptor table.
  Status open();
  void run();                        // Requires: open() succeeded.
  void close() { engine_.close(); }  // Also without run().

  // After run(): why it ended before the sweep did; ok if it did not.
  [[nodiscard]] const Status& failure() const { return failure_; }
  [[nodiscard]] const Sweeper& sweeper() const { return sweeper_; }
  [[nodiscard]] Duration deadline_late_max() const { return engine_.deadline_late_max(); }
  [[nodiscard]] const std::vector<std::string>& ring_features() const { return ring_features_; }

 private:
  [[nodiscard]] SweeperOptions sweeper_options();
  Status open_tls();
  void turn();
  void admit();
  void wait();
  void give_up();
  [[nodiscard]] bool finished() const { return engine_.size() == 0 && sweeper_.finished(); }
  [[nodiscard]] Sweeper::Load load() const { return {engine_.size(), engine_.full()}; }

  WorkerOptions options_;
  probe::Plan plan_;  // The sweep's, with this worker's TLS client and clock in it.
  tls::Client tls_;
  probe::SurveyClients survey_clients_;
  Gauges& gauges_;
  threads::Doorbell& feeder_;
  threads::Doorbell bell_;
  Sweeper sweeper_;
  engine::Engine<Kernel, Sweeper> engine_;
  Instant drain_until_ = kNever;

  Status failure_;
  std::vector<std::string> ring_features_;
};

using Worker = WorkerOn<engine::Kernel>;
extern template class WorkerOn<engine::Kernel>;

}  // namespace mxsweep::scan
