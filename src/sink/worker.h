// SPDX-License-Identifier: MIT
// One thread of the server: accepts connections, runs their sessions, closes them.
//
//   Threads   open() and run() must be called in the same thread, which owns the ring.
//   Lifetime  a connection's slot ends when no operation with a completion is in flight for it, so
//             that octets being sent stay valid. The descriptor is closed with the slot.
//   Errors    open() returns the reason. An error of a peer ends only its connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/timer_wheel.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/sink/fleet.h"
#include "mxsweep/sink/listen.h"
#include "mxsweep/sink/server.h"
#include "mxsweep/sink/session.h"
#include "mxsweep/sink/visit_log.h"
#include "mxsweep/sink/visits.h"

namespace mxsweep::sink {

// State shared by all workers: the fleet, whether to stop, the number of open connections, the
// visits of each address, and their log.
struct Common {
  const Fleet& fleet;
  const std::atomic<bool>& stopping;
  std::atomic<std::uint32_t>& held;
  Visits& visits;
  VisitLog* log;  // Null: none is kept.
};

class Worker {
 public:
  explicit Worker(const Common& common);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // A `listen.port` of 0 is replaced by the port that the kernel chose.
  Status open(Listen& listen, int wake_descriptor);
  // Runs until Common::stopping is set and returns 0, or the errno of the ring that ended it.
  int run();
  [[nodiscard]] const ServerStats& stats() const { return stats_; }

 private:
  struct Connection {
    Connection(const Persona& persona, const Address& at, int accepted)
        : session(persona, at), descriptor(accepted) {}

    Session session;
    std::unique_ptr<Visit> visit;  // Null: not logged.
    int descriptor;
    bool receiving = false;  // Or received octets are postponed.
    bool sending = false;    // A send with a completion is in flight.
    bool ending = false;
    bool with_reset = false;
  };

  // Received octets of a handshake that must wait for a later turn.
  struct Postponed {
    Handle handle;
    std::string octets;
  };

  void on_completion(const ring::Completion& completion);
  void on_accepted(const ring::Completion& completion);
  void on_received(const ring::Completion& completion);
  void on_sent(const ring::Completion& completion);
  void on_timer(std::uint32_t index);

  void begin(int descriptor);
  void take(Handle handle, Connection& connection, std::string_view octets);
  void take_postponed();
  void react(Handle handle, Connection& connection, const Reaction& reaction);
  void finish(Handle handle, Connection& connection);
  void close_if_idle(Handle handle, Connection& connection);
  void log_visit(Connection& connection);
  void listen_again(Instant when);
  void report_held();
  [[nodiscard]] Duration longest_wait() const;

  Common common_;
  SlotTable<Connection> connections_;
  TimerWheel wheel_;
  Listen listen_;
  int listener_ = -1;
  bool accepting_ = false;
  Instant accept_at_ = kNever;
  Instant now_;
  std::uint32_t least_ = 1;  // Number of completions to wait for.
  std::uint32_t held_reported_ = 0;
  std::uint32_t handshake_steps_ = 0;  // In this turn.
  std::deque<Postponed> postponed_;
  std::optional<VisitLines> log_;
  ServerStats stats_;
  ring::Ring ring_;  // Last, so that it is destroyed first, and with it all operations in flight.
};

}  // namespace mxsweep::sink
