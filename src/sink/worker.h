// SPDX-License-Identifier: MIT
// One thread of the server: accepts, plays sessions, closes.
//
//   Shape     open() and run() in the same thread, which keeps them: the ring is that thread's own.
//   Lifetime  a connection's slot ends when none of its operations that report is under way, so
//             what is being sent stays where it is. Its descriptor is closed with the slot.
//   Errors    open() says why it cannot. A peer's errors end its connection and nothing else.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
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
#include "mxsweep/sink/visits.h"

namespace mxsweep::sink {

// What all workers share: whether to stop, how many connections they hold together, and whom they
// were dialled as.
struct Common {
  const Fleet& fleet;
  const std::atomic<bool>& stopping;
  std::atomic<std::uint32_t>& held;
  Visits& visits;
};

class Worker {
 public:
  explicit Worker(const Common& common);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // `listen.port` 0 becomes the port that the kernel picked.
  Status open(Listen& listen, int wake_descriptor);
  // Until it is told to stop. An errno that ended it before; else 0.
  int run();
  [[nodiscard]] const ServerStats& stats() const { return stats_; }

 private:
  struct Connection {
    Connection(const Persona& persona, const Address& at, int accepted)
        : session(persona, at), descriptor(accepted) {}

    Session session;
    int descriptor;
    bool receiving = false;  // Or what was received is postponed.
    bool sending = false;    // A send that reports.
    bool ending = false;
    bool with_reset = false;
  };

  // Octets of a handshake whose turn has not come.
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
  void close_if_quiet(Handle handle, Connection& connection);
  void listen_again(Instant when);
  void report_held();
  [[nodiscard]] Duration longest_wait() const;

  Common common_;
  SlotTable<Connection> connections_;
  TimerWheel wheel_;
  Address only_address_;  // Family::none: ask the socket which address was dialled.
  int listener_ = -1;
  bool accepting_ = false;
  Instant accept_at_ = kNever;
  Instant now_;
  std::uint32_t least_ = 1;  // Completions worth waiting for.
  std::uint32_t held_reported_ = 0;
  std::uint32_t handshake_steps_ = 0;  // In this turn.
  std::deque<Postponed> postponed_;
  ServerStats stats_;
  ring::Ring ring_;  // Last: it goes first, and with it whatever the kernel still does for us.
};

}  // namespace mxsweep::sink
