// SPDX-License-Identifier: MIT
// One worker's policy in a sweep: which connection to start next, and what to record when one has
// ended. It is the listener of an engine (engine/engine.h) and uses neither ring nor socket.
//
//   Shape     inbox -> next() -> the engine -> on_end() -> recorder. Call return_permits() and
//             publish() once per turn, also in a turn that started no connection.
//   Sharing   a target whose server was visited reuses that result, without a connection; one whose
//             server is being visited waits outside the slot table. See visits/visit_cache.h.
//   Surveys   a survey of a server's TLS follows the visit, one connection at a time, each of which
//             starts like a visit. The record is made at its end.
//   Waiting   so does a visit to a server of someone else that must wait for the caps, and one that
//             is to be made again later. See scan/politeness.h.
//   Threads   one, except for offer(), has_room() and no_more(), which the feeder calls.
//   Errors    after a local shortage (descriptors, ports, memory) no connection starts for a while,
//             and the target is retried; after five minutes of shortage it gets a record with the
//             outcome `local`.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/pace/retry.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/task.h"
#include "scan/admission.h"
#include "scan/certificate_log.h"
#include "scan/gauges.h"
#include "scan/inbox.h"
#include "scan/politeness.h"
#include "scan/recorder.h"
#include "scan/suspects.h"
#include "scan/visit.h"

namespace mxsweep::scan {

struct SweeperOptions {
  CertificateLog* certificates = nullptr;  // Shared by all workers.
  std::size_t inbox_octets = 0;            // Bound of the inbox; see scan/inbox.h.
  std::size_t share_octets = 0;            // Memory of the VisitCache; 0: visit for each task.
  std::size_t waiting_octets = kWaitingOctetsMax;  // Bound of the visits that wait.
  std::uint32_t retries = 0;                       // Of a target that is not the user's own.
  std::uint32_t retries_own = 0;
  Duration retry_delay{};    // Instead of the first delay of pace/retry.h; 0: that one.
  Doubts* doubts = nullptr;  // Shared by all workers. Required.
  // Of this worker, for a survey of the TLS of each server that is the user's own; null: none is
  // made.
  probe::SurveyClients* survey_clients = nullptr;
  std::vector<std::string> server_names{};  // For SNI in surveys, beside the target's own.
  // A visit that was cut off, or that would be tried again, has no record when the sweep stops: it
  // is made by the next run.
  bool resumable = false;
};

// The most records without a connection in one turn.
inline constexpr std::uint32_t kAnswersPerTurn = 256;

class Sweeper {
 public:
  using Visit = scan::Visit;

  // The engine's open connections, and whether it has room for no more.
  struct Load {
    std::uint32_t open;
    bool full;
  };

  Sweeper(const SweeperOptions& options, const probe::Plan& plan, std::uint32_t worker,
          Admission& admission, Gauges& gauges, const Outboxes& outboxes);

  void begin() { suspects_.begin(); }  // Before everything else, in the worker's thread.

  // For the feeder. offer() moves from the task, or returns false and leaves it unchanged.
  [[nodiscard]] bool offer(Task& task) { return inbox_.push(task); }
  [[nodiscard]] bool has_room() const { return inbox_.has_room(); }
  void no_more() { list_ended_.store(true, std::memory_order_seq_cst); }

  // The visit to start now. Empty: there is none, or it waits for a place of the budget, for its
  // token of the rate, or for the end of a shortage's pause. Targets before it that need no
  // connection get their records. `budget`: the visits and records that this turn may still make;
  // it is lowered. Requires: may_begin().
  [[nodiscard]] std::optional<Visit> next(std::uint32_t& budget, const Load& load, Instant now);
  [[nodiscard]] bool may_begin() const;
  // Returns permits that were taken and not used.
  void return_permits(const Load& load, Instant now);

  // Records or starts again the failed visits of which it is known by now whose failure it was.
  // Call it once per turn.
  void serve_suspects(Instant now);
  // In a sweep that stops: records the visits that wait for another attempt, and the tasks whose
  // server has been visited while they waited.
  void serve_waiters(Instant now);
  void publish(std::uint32_t open);  // Updates the gauges.
  void flush_due(Instant now) { recorder_.flush_due(now); }
  void end(Instant now);  // Nothing more will start: writes out all records.

  // The engine's listener.
  void on_connected(const Visit& visit, Instant now) {
    brake_ = {};
    suspects_.on_connected(visit.target().address, now);
  }
  void on_end(Visit& visit, probe::Observation&& seen, Instant now);
  void on_closed(Visit& visit);
  void on_shortage(Visit&& visit, int error, Instant now);

  // Nothing is left to start, or nothing may be started.
  [[nodiscard]] bool finished() const;
  // The next moment with work that neither a completion nor the doorbell announces.
  [[nodiscard]] Instant next_moment(const Load& load, Instant now) const;
  // Whether the worker waits for the feeder's next task.
  [[nodiscard]] bool awaits_task() const { return !next_ && inbox_.empty(); }
  // Checked before a sleep that the doorbell ends: whether there is work by now. `awaited_task`:
  // the result of awaits_task() before the doorbell's prepare().
  [[nodiscard]] bool has_work(bool awaited_task, std::uint32_t open) {
    return (awaited_task && !inbox_.empty()) || permit_.has_place(open) || polite_.has_grants() ||
           suspects_.pending() || (blocked_ && suspects_.may_begin());
  }
  [[nodiscard]] std::size_t inbox_size() const { return inbox_.size(); }
  [[nodiscard]] std::size_t inbox_capacity() const { return inbox_.capacity(); }

  [[nodiscard]] const results::Tally& tally() const { return recorder_.tally(); }
  [[nodiscard]] std::uint64_t probes() const { return probes_; }
  [[nodiscard]] std::uint64_t retries() const { return retries_; }
  [[nodiscard]] std::uint64_t waited() const { return polite_.waited(); }
  [[nodiscard]] const Waits& waits() const { return polite_.waits(); }
  // Targets that were still waiting when the sweep ended.
  [[nodiscard]] std::uint64_t not_started() const {
    return inbox_.size() + retry_queue_.size() + visited_.waiting() + polite_.size() +
           suspects_.size() + (next_ ? 1 : 0) + abandoned_;
  }
  // Visits that were made again, because our own network had failed.
  [[nodiscard]] std::uint64_t visited_again() const { return visited_again_; }
  [[nodiscard]] std::uint64_t servers_forgotten() const { return visited_.forgotten(); }

 private:
  [[nodiscard]] VisitCache::Answer look_up(Task& task);
  [[nodiscard]] bool may_take_task() const { return !visited_.full() && !polite_.full(); }
  bool find_next(std::uint32_t& budget, Instant now);
  [[nodiscard]] bool may_connect(const Load& load, Instant now) const;
  [[nodiscard]] results::Record record_of(const probe::Observation& seen, const Task& task) const;
  void settle(Visit& visit, probe::Observation&& seen, Instant now);
  [[nodiscard]] bool begin_survey(Visit& visit, probe::Observation& seen, Instant now);
  void settle_survey(Visit& visit, const probe::Observation& seen, Instant now);
  void continue_survey(Visit& visit, Instant now);
  void visit_again(Visit& visit, Instant now);
  [[nodiscard]] const pace::RetryRule* rule_for(const Visit& visit,
                                                const probe::Observation& seen) const;
  void leave(Visit& visit);
  void stop_trying(Visit& visit, Instant now);
  [[nodiscard]] bool try_again(Visit& visit, probe::Observation& seen, Instant now);
  [[nodiscard]] bool owes_records() const;
  [[nodiscard]] std::optional<Visit> take_visited();
  void record(Visit& visit, probe::Observation&& seen, Instant now);
  void record_shared(const Task& task, const probe::Observation& known, Instant now);
  void record_unstarted(Visit& visit, Cause cause, int error, Instant now);
  void log_certificates(const tls::Chain& chain, Instant now);

  SweeperOptions options_;
  const probe::Plan& plan_;
  Gauges& gauges_;
  Recorder recorder_;
  Inbox inbox_;
  std::atomic<bool> list_ended_ = false;
  Permit permit_;
  VisitCache visited_;
  PoliteVisits polite_;
  std::optional<Visit> next_;  // Waits for a place, its token, or the end of a shortage's pause.
  std::deque<Visit> retry_queue_;  // After a shortage.
  Suspects suspects_;
  bool blocked_ = false;  // Nothing may begin, for lack of a network or of room for suspects.
  Instant braked_until_{};
  Duration brake_{};
  std::uint64_t probes_ = 0;
  std::uint64_t retries_ = 0;
  std::uint64_t visited_again_ = 0;
  std::uint64_t abandoned_ = 0;  // Needed a visit of their own when no more were started.
  std::uint32_t in_flight_published_ = 0;
  std::uint64_t waiting_published_ = 0;
  std::array<std::uint64_t, kOutcomeCount> outcomes_published_{};
};

}  // namespace mxsweep::scan
