// SPDX-License-Identifier: MIT
// One core: a ring, its connections, their timers, and its share of the targets. The only loop.
//
//   Shape     inbox -> admit -> ring -> probe -> recorder. Probes never see the ring, the ring
//             never sees SMTP; what a probe wants becomes operations here and nowhere else.
//   Sharing   whoever leads to a server that was visited gets its record without a connection; who
//             leads to one that is being visited waits, in no slot. See scan/servers.h.
//   Memory    slots and timers for `capacity` connections, which is as many as one worker alone may
//             have; only what is used becomes real. The sum is in scan/capacity.cc.
//   Lifetime  built by the starting thread, run() by its own; the rest is read after that thread
//             was joined.
//   Fairness  a step of a TLS handshake takes a tenth of a millisecond and more. When everybody has
//             been heard, 10 ms of a turn are for them; the rest wait in a queue of their own, with
//             their deadlines stopped, so that everybody else's deadlines are kept.
//   Errors    a local shortage (descriptors, ports, memory) brakes admission, and the target is
//             tried again; only what stays short for five minutes becomes a record, as ours. A ring
//             that the kernel refuses ends the worker: what is open gets its record, and the sweep
//             stops.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/timer_wheel.h"
#include "mxsweep/probe/probe.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/ring/refusal.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/scan/errand.h"
#include "mxsweep/tls/client.h"
#include "scan/admission.h"
#include "scan/certificate_log.h"
#include "scan/doorbell.h"
#include "scan/inbox.h"
#include "scan/open_connections.h"
#include "scan/recorder.h"
#include "scan/servers.h"

namespace mxsweep::scan {

enum class Stop : std::uint8_t {
  none,
  drain,  // Start nothing new; what is open has the time of --drain to end.
  leave,  // End what is open now; each still gets its record.
};

// What all workers and the one who watches them share; each counter is touched once a turn.
struct Gauges {
  std::atomic<std::uint32_t> in_flight = 0;
  std::atomic<std::uint32_t> in_flight_peak = 0;
  std::array<std::atomic<std::uint64_t>, kOutcomeCount> outcomes{};
  std::atomic<std::uint64_t> shortages = 0;
  std::atomic<int> last_shortage = 0;  // errno
  std::atomic<Stop> stop = Stop::none;

  // By one of the threads, which cannot go on.
  void stop_if_not_stopping() {
    Stop none = Stop::none;
    stop.compare_exchange_strong(none, Stop::drain, std::memory_order_seq_cst);
  }
};

struct WorkerOptions {
  const probe::Plan* plan = nullptr;
  const tls::ClientOptions* tls = nullptr;
  CertificateLog* certificates = nullptr;  // What all workers have written of certificates.
  std::uint32_t capacity = 0;
  std::size_t inbox_octets = 0;  // What may wait there; one more target always may.
  Duration drain{};              // For open conversations when the sweep is told to stop.
  bool own_descriptors = false;
  std::size_t share_octets = 0;  // What to remember of servers; 0: each errand is a visit.
};

class Worker {
 public:
  // `number`: counted from 0. The admission's doorbell of that number becomes this worker's.
  Worker(const WorkerOptions& options, std::uint32_t number, Admission& admission, Gauges& gauges,
         const Outboxes& outboxes, Doorbell& feeder);

  // The feeder's side.
  // Takes the errand, or answers false and leaves it.
  [[nodiscard]] bool offer(Errand& errand) { return inbox_.push(errand); }
  [[nodiscard]] bool has_room() const { return inbox_.has_room(); }
  void no_more();  // The list is at its end.
  [[nodiscard]] Doorbell& doorbell() { return bell_; }

  // These three in its own thread, whose ring and descriptor table they are.
  void open();   // Then look at refusal().
  void run();    // Requires: it was opened.
  void close();  // Also when it was not run.

  // After open().
  [[nodiscard]] const std::optional<ring::Refusal>& refusal() const { return refusal_; }
  // After run(): why it ended before the sweep did; empty: it did not.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] const results::Tally& tally() const { return recorder_.tally(); }
  [[nodiscard]] std::uint64_t probes() const { return probes_; }
  // By how much the latest of all deadlines was heard after its time.
  [[nodiscard]] Duration deadline_late_max() const { return deadline_late_max_; }
  // Targets that the sweep's end left waiting.
  [[nodiscard]] std::uint64_t not_started() const {
    return inbox_.size() + put_off_.size() + servers_.waiting() + (next_ ? 1 : 0) + abandoned_;
  }
  [[nodiscard]] std::uint64_t servers_forgotten() const { return servers_.forgotten(); }
  [[nodiscard]] const std::vector<std::string>& ring_features() const { return ring_features_; }

 private:
  // An errand that needs a connection.
  struct Visit {
    Errand errand;
    Instant since;                      // When it was first tried.
    Servers::Server* server = nullptr;  // Null: nobody else is to hear of it.
  };
  // Octets that outlive the call that brought them: only TLS conversations have any.
  struct Parcels {
    std::string sending;  // Not empty: a send of it is under way.
    std::string next;     // To be sent behind it.
    std::string heard;    // News that waits for its handshake step; empty: that we are connected.
    Instant heard_at{};
  };
  struct Conversation {
    Conversation(Visit&& its_visit, const probe::Plan& plan, int its_descriptor)
        : visit(std::move(its_visit)),
          probe(plan, visit.errand.target),
          descriptor(its_descriptor) {}

    Visit visit;
    probe::Probe probe;
    int descriptor;
    // What is armed to hear from the peer, if anything. A slot ends only when nothing is, and
    // nothing is being sent from memory that ends with it.
    enum class Armed : std::uint8_t { none, connect, receive } armed = Armed::none;
    bool recorded = false;  // Its record is written: only operations are still to come back.
    OpenConnections::Place place = 0;
    std::unique_ptr<Parcels> parcels;
  };

  void turn();
  void wait();
  void admit();
  bool find_next(std::uint32_t& budget);
  void answer_known();
  bool start(Visit&& visit);
  void complete(const ring::Completion& completion);
  void on_connect_result(Handle handle, Conversation& conversation, int result);
  void on_received(Handle handle, Conversation& conversation, const ring::Completion& completion);
  bool put_in_queue(Handle handle, Conversation& conversation, std::string_view octets);
  void take_from_queue();
  void open_tls();
  void grant(Handle handle, Conversation& conversation, const probe::Wants& wants);
  void send(Handle handle, Conversation& conversation, const probe::Wants& wants);
  void on_sent(Handle handle, Conversation& conversation, int result);
  void arm(Handle handle, Instant deadline);
  void end(Handle handle, Conversation& conversation);
  void receive(Handle handle, Conversation& conversation);
  [[nodiscard]] results::Record record_of(probe::Probe& probe, const Errand& errand) const;
  void record(Conversation& conversation);
  void record_shared(const Errand& errand, probe::Probe& known);
  void log_certificates(const tls::Chain& chain);
  void release(Handle handle, Conversation& conversation);
  void put_off(Visit&& visit, int error);
  void record_shortage(const Visit& visit, int error);
  [[nodiscard]] bool behind();
  void expire();
  void interrupt_all();
  void give_up();
  void publish();
  [[nodiscard]] bool finished() const;
  [[nodiscard]] bool may_record() const;
  [[nodiscard]] bool may_connect() const;
  [[nodiscard]] Instant next_admission() const;

  WorkerOptions options_;
  probe::Plan plan_;  // Everybody's, with this worker's TLS client and clock in it.
  tls::Client tls_;
  Gauges& gauges_;
  Recorder recorder_;
  Doorbell& feeder_;
  Doorbell bell_;
  Inbox inbox_;
  std::atomic<bool> list_ended_ = false;

  Instant now_{};
  std::optional<ring::Ring> ring_;  // Opened and closed by the worker's own thread.
  SlotTable<Conversation> slots_;
  OpenConnections open_;
  TimerWheel wheel_;
  Permit permit_;
  Servers servers_;
  std::optional<Visit> next_;  // Waits for a place, for its moment, or for the brake to be let go.
  std::deque<Visit> put_off_;
  std::vector<Handle> starved_;  // Waiting for a buffer: receives that found none.
  std::deque<Handle> queue_;     // Waiting for a handshake step; stale handles are skipped.
  Duration deadline_late_max_{};
  Instant braked_until_{};
  Duration brake_{};
  std::uint32_t turns_behind_ = 0;  // In a row.
  Instant drain_until_ = kNever;
  bool interrupted_ = false;

  std::optional<ring::Refusal> refusal_;
  std::string failure_;
  std::vector<std::string> ring_features_;
  std::uint64_t probes_ = 0;
  std::uint64_t abandoned_ = 0;  // Waited, and would have needed a visit when no more were begun.
  std::uint32_t in_flight_told_ = 0;
  std::array<std::uint64_t, kOutcomeCount> outcomes_told_{};
};

}  // namespace mxsweep::scan
