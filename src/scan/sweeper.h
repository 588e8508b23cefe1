// SPDX-License-Identifier: MIT
// One worker's part of a sweep: which connection begins next, and what becomes of one that ended.
// It listens to an engine (engine/engine.h) and knows neither ring nor socket.
//
//   Shape     inbox -> next() -> the engine -> on_end() -> recorder. Once a turn, also in one that
//             began nothing, return_permits() and publish().
//   Sharing   a target whose server was visited reuses that result, without a connection; one whose
//             server is being visited waits outside the slot table. See visits/visit_cache.h.
//   Lifetime  one thread's, but for offer(), has_room() and no_more(), which are the feeder's.
//   Errors    a local shortage (descriptors, ports, memory) brakes admission, and the target is
//             tried again; only what stays short for five minutes becomes a record, as ours.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>

#include "mxsweep/probe/observation.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/task.h"
#include "mxsweep/visits/visit_cache.h"
#include "scan/admission.h"
#include "scan/certificate_log.h"
#include "scan/gauges.h"
#include "scan/inbox.h"
#include "scan/recorder.h"

namespace mxsweep::scan {

struct SweeperOptions {
  CertificateLog* certificates = nullptr;  // What all workers have written of certificates.
  std::size_t inbox_octets = 0;            // What may wait there; one more target always may.
  std::size_t share_octets = 0;            // What to remember of servers; 0: each task is a visit.
};

using VisitCache = visits::VisitCache<Task>;

// A task that needs a connection.
struct Visit {
  Task task;
  Instant since;                         // When it was first tried.
  VisitCache::Server* server = nullptr;  // Null: what is learned is not kept for other targets.

  [[nodiscard]] const targets::Target& target() const { return task.target; }
};

class Sweeper {
 public:
  using Visit = scan::Visit;

  // What the engine has open.
  struct Load {
    std::uint32_t open;
    bool full;
  };

  Sweeper(const SweeperOptions& options, const probe::Plan& plan, std::uint32_t worker,
          Admission& admission, Gauges& gauges, const Outboxes& outboxes);

  // The feeder's side.
  // Takes the task, or answers false and leaves it.
  [[nodiscard]] bool offer(Task& task) { return inbox_.push(task); }
  [[nodiscard]] bool has_room() const { return inbox_.has_room(); }
  void no_more() { list_ended_.store(true, std::memory_order_seq_cst); }

  // To begin at `now`; nothing: there is none, or it has to wait for a place, for its moment, or
  // for the brake. On the way there every target gets its record that needs no connection;
  // `budget`, which this turn has left, counts both. Requires: may_begin().
  [[nodiscard]] std::optional<Visit> next(std::uint32_t& budget, const Load& load, Instant now);
  [[nodiscard]] bool may_begin() const;
  // Gives back what was admitted and not begun.
  void return_permits(const Load& load, Instant now);

  // Of a sweep that stops: the records of what waited for a server that has been visited by now.
  void serve_waiters(Instant now);
  void publish(std::uint32_t open);
  void flush_due(Instant now) { recorder_.flush_due(now); }
  void end();  // No more will be begun, and all records are there.

  // The engine's listener.
  void on_connected() { brake_ = {}; }
  void on_end(Visit& visit, probe::Observation&& seen, Instant now);
  void on_shortage(Visit&& visit, int error, Instant now);

  // Nothing is left to begin, or may be begun.
  [[nodiscard]] bool finished() const;
  // When there may be something to do that neither a completion nor a doorbell announces.
  [[nodiscard]] Instant next_moment(const Load& load, Instant now) const;
  // Whether it is for the next task that the doorbell is awaited.
  [[nodiscard]] bool listens() const { return !next_ && inbox_.empty(); }
  // Before a sleep that the doorbell ends: whether there is something to do by now. `listened`:
  // what listens() was before.
  [[nodiscard]] bool has_news(bool listened, std::uint32_t open) {
    return (listened && !inbox_.empty()) || permit_.has_place(open);
  }
  [[nodiscard]] std::size_t inbox_size() const { return inbox_.size(); }
  [[nodiscard]] std::size_t inbox_capacity() const { return inbox_.capacity(); }

  [[nodiscard]] const results::Tally& tally() const { return recorder_.tally(); }
  [[nodiscard]] std::uint64_t probes() const { return probes_; }
  // Targets that the sweep's end left waiting.
  [[nodiscard]] std::uint64_t not_started() const {
    return inbox_.size() + retry_queue_.size() + visited_.waiting() + (next_ ? 1 : 0) + abandoned_;
  }
  [[nodiscard]] std::uint64_t servers_forgotten() const { return visited_.forgotten(); }

 private:
  [[nodiscard]] VisitCache::Answer look_up(Task& task);
  bool find_next(std::uint32_t& budget, Instant now);
  [[nodiscard]] bool may_connect(const Load& load, Instant now) const;
  [[nodiscard]] results::Record record_of(const probe::Observation& seen, const Task& task) const;
  void record_shared(const Task& task, const probe::Observation& known, Instant now);
  void record_shortage(const Visit& visit, int error, Instant now);
  void log_certificates(const tls::Chain& chain, Instant now);

  SweeperOptions options_;
  const probe::Plan& plan_;
  Gauges& gauges_;
  Recorder recorder_;
  Inbox inbox_;
  std::atomic<bool> list_ended_ = false;
  Permit permit_;
  VisitCache visited_;
  std::optional<Visit> next_;  // Waits for a place, for its moment, or for the brake to be let go.
  std::deque<Visit> retry_queue_;
  Instant braked_until_{};
  Duration brake_{};
  std::uint64_t probes_ = 0;
  std::uint64_t abandoned_ = 0;  // Waited, and would have needed a visit when no more were begun.
  std::uint32_t in_flight_published_ = 0;
  std::array<std::uint64_t, kOutcomeCount> outcomes_published_{};
};

}  // namespace mxsweep::scan
