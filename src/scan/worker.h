// SPDX-License-Identifier: MIT
// One core: a ring, its connections, their timers, and its share of the targets. The only loop.
//
//   Shape     inbox -> admit -> ring -> probe -> outbox. Probes never see the ring; the ring never
//             sees SMTP; what a probe wants is turned into operations here and nowhere else.
//   Memory    slots and timers for `capacity` connections, touched only when used; the sum is in
//             scan/capacity.cc.
//   Lifetime  built by the starting thread, run() by its own; the rest is read after that thread
//             was joined.
//   Errors    a local shortage (descriptors, ports, memory) brakes admission, and the target is
//             tried again; only what stays short for about a minute becomes a record, as ours.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
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
  std::uint32_t capacity = 0;
  double rate = 0;  // New connections a second; 0: no limit.
  bool own_descriptors = false;
};

class Worker {
 public:
  Worker(const WorkerOptions& options, Gauges& gauges, Outbox& outbox, Doorbell& feeder);

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
  // Targets that the sweep's end left waiting.
  [[nodiscard]] std::uint64_t not_started() const { return inbox_.size() + put_off_.size(); }
  [[nodiscard]] const std::vector<std::string>& ring_features() const { return ring_features_; }

 private:
  struct Conversation {
    Conversation(targets::Target&& its_target, const probe::Plan& plan, int its_descriptor,
                 Instant its_since)
        : target(std::move(its_target)),
          probe(plan),
          descriptor(its_descriptor),
          since(its_since) {}

    targets::Target target;
    probe::Probe probe;
    int descriptor;
    Instant since;  // When it was first tried.
    // The one operation that is armed, if any. A slot ends only when none is.
    enum class Armed : std::uint8_t { none, connect, receive } armed = Armed::none;
    bool recorded = false;  // Its record is written: only the operation is still to come back.
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
  void grant(Handle handle, Conversation& conversation, const probe::Wants& wants);
  void receive(Handle handle, Conversation& conversation);
  void record(Conversation& conversation);
  void release(Handle handle, Conversation& conversation);
  void put_off(targets::Target&& target, Instant since, int error);
  void record_shortage(const targets::Target& target, int error);
  void expire();
  void interrupt_all();
  void publish();
  [[nodiscard]] bool finished() const;
  [[nodiscard]] bool may_admit() const;
  [[nodiscard]] WallTime wall_time(Instant moment) const;

  WorkerOptions options_;
  Gauges& gauges_;
  Outbox& outbox_;
  Doorbell& feeder_;
  Doorbell bell_;
  SpscQueue<targets::Target> inbox_;
  std::atomic<bool> list_ended_ = false;

  Instant now_{};
  WallTime wall_at_start_{};
  Instant monotonic_at_start_{};
  std::optional<ring::Ring> ring_;  // Opened and closed by the worker's own thread.
  SlotTable<Conversation> slots_;
  TimerWheel wheel_;
  pace::Rate rate_;
  std::deque<PutOff> put_off_;
  std::vector<Handle> starved_;  // Waiting for a buffer: receives that found none.
  Instant braked_until_{};
  Duration brake_{};
  std::uint32_t turns_unexpired_ = 0;  // Since deadlines were last looked at.
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
