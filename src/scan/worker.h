// SPDX-License-Identifier: MIT
// One core: a ring, its connections, their timers, and its share of the targets. The only loop.
//
//   Shape     inbox -> admit -> ring -> probe -> outbox. Probes never see the ring; the ring never
//             sees SMTP; what a probe wants is turned into operations here and nowhere else.
//   Memory    slots and timers for `capacity` connections, touched only when used; the sum is in
//             scan/capacity.cc.
//   Lifetime  built by the starting thread, run() by its own; the rest is read after that thread
//             was joined.
//   Fairness  a step of a TLS handshake takes a tenth of a millisecond and more. When everybody has
//             been heard, 10 ms of a turn are for them; the rest wait in a queue of their own, with
//             their deadlines stopped, so that everybody else's deadlines are kept.
//   Errors    a local shortage (descriptors, ports, memory) brakes admission, and the target is
//             tried again; only what stays short for five minutes becomes a record, as ours.
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
#include "mxsweep/pace/rate.h"
#include "mxsweep/probe/probe.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/ring/refusal.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/tls/client.h"
#include "scan/certificate_log.h"
#include "scan/doorbell.h"
#include "scan/output.h"
#include "scan/spsc_queue.h"

namespace mxsweep::scan {

enum class Stop : std::uint8_t {
  none,
  drain,  // Start nothing new, finish what is open.
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
};

struct WorkerOptions {
  const probe::Plan* plan = nullptr;
  const tls::ClientOptions* tls = nullptr;
  CertificateLog* certificates = nullptr;  // What all workers have written of certificates.
  std::uint32_t capacity = 0;
  double rate = 0;  // New connections a second; 0: no limit.
  bool own_descriptors = false;
};

class Worker {
 public:
  // `certificates`: where those go that were not seen before; null: nowhere.
  Worker(const WorkerOptions& options, Gauges& gauges, Outbox& outbox, Outbox* certificates,
         Doorbell& feeder);

  // The feeder's side.
  // Takes the target, or answers false and leaves it.
  [[nodiscard]] bool offer(targets::Target& target) { return inbox_.push(target); }
  [[nodiscard]] bool has_room() const { return inbox_.size() < inbox_.capacity(); }
  void no_more();  // The list is at its end.
  [[nodiscard]] Doorbell& doorbell() { return bell_; }

  void run();

  // After run().
  [[nodiscard]] const std::optional<ring::Refusal>& refusal() const { return refusal_; }
  [[nodiscard]] const results::Tally& tally() const { return tally_; }
  [[nodiscard]] std::uint64_t probes() const { return probes_; }
  // By how much the latest of all deadlines was heard after its time.
  [[nodiscard]] Duration deadline_late_max() const { return deadline_late_max_; }
  // Targets that the sweep's end left waiting.
  [[nodiscard]] std::uint64_t not_started() const { return inbox_.size() + put_off_.size(); }
  [[nodiscard]] const std::vector<std::string>& ring_features() const { return ring_features_; }

 private:
  // Octets that outlive the call that brought them: only TLS conversations have any.
  struct Parcels {
    std::string sending;  // Not empty: a send of it is under way.
    std::string next;     // To be sent behind it.
    std::string heard;    // News that waits for its handshake step; empty: that we are connected.
    Instant heard_at{};
  };
  struct Conversation {
    Conversation(targets::Target&& its_target, const probe::Plan& plan, int its_descriptor,
                 Instant its_since)
        : target(std::move(its_target)),
          probe(plan, target),
          descriptor(its_descriptor),
          since(its_since) {}

    targets::Target target;
    probe::Probe probe;
    int descriptor;
    Instant since;  // When it was first tried.
    // What is armed to hear from the peer, if anything. A slot ends only when nothing is, and
    // nothing is being sent from memory that ends with it.
    enum class Armed : std::uint8_t { none, connect, receive } armed = Armed::none;
    bool recorded = false;  // Its record is written: only operations are still to come back.
    std::unique_ptr<Parcels> parcels;
  };
  struct PutOff {
    targets::Target target;
    Instant since;
  };

  void turn();
  void wait();
  void admit();
  bool next_target(targets::Target& target, Instant& since);
  bool start(targets::Target&& target, Instant since);
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
  void record(Conversation& conversation);
  void log_certificates(const tls::Chain& chain);
  void release(Handle handle, Conversation& conversation);
  void put_off(targets::Target&& target, Instant since, int error);
  void record_shortage(const targets::Target& target, int error);
  [[nodiscard]] bool behind();
  void expire();
  void interrupt_all();
  void publish();
  [[nodiscard]] bool finished() const;
  [[nodiscard]] bool may_admit() const;

  WorkerOptions options_;
  probe::Plan plan_;  // Everybody's, with this worker's TLS client and clock in it.
  tls::Client tls_;
  bool tls_open_ = false;
  Gauges& gauges_;
  Outbox& outbox_;
  Outbox* certificates_;
  Doorbell& feeder_;
  Doorbell bell_;
  SpscQueue<targets::Target> inbox_;
  std::atomic<bool> list_ended_ = false;

  Instant now_{};
  std::optional<ring::Ring> ring_;  // Opened and closed by the worker's own thread.
  SlotTable<Conversation> slots_;
  TimerWheel wheel_;
  pace::Rate rate_;
  std::deque<PutOff> put_off_;
  std::vector<Handle> starved_;  // Waiting for a buffer: receives that found none.
  std::deque<Handle> queue_;     // Waiting for a handshake step; stale handles are skipped.
  Duration deadline_late_max_{};
  Instant braked_until_{};
  Duration brake_{};
  std::uint32_t turns_behind_ = 0;  // In a row.
  Instant drain_until_ = kNever;
  bool interrupted_ = false;

  std::optional<ring::Refusal> refusal_;
  std::vector<std::string> ring_features_;
  results::Tally tally_;
  std::uint64_t probes_ = 0;
  std::uint32_t in_flight_told_ = 0;
  std::array<std::uint64_t, kOutcomeCount> outcomes_told_{};
};

}  // namespace mxsweep::scan
