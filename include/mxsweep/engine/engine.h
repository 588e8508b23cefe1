// SPDX-License-Identifier: MIT
// The event loop of one thread: a ring, its connections and their deadlines. Only the engine turns
// what a conversation wants (probe/wants.h) into io_uring operations: conversations do not know the
// ring, and the ring does not know SMTP.
//
//   Shape     One turn: start() for each new connection, next_wait(), wait(), work(). The engine
//             calls its listener from start(), work() and interrupt_all(). A listener has
//               using Visit = ...;  The caller's data about a connection. Its target() returns a
//                                   reference that is valid until the Visit is moved or destroyed.
//                                   It may have a plan(), a pointer to the Plan of this connection;
//                                   without it, or if it is null, the engine's plan holds.
//               void on_end(Visit&, probe::Observation&&, Instant now);
//             and may have these members (a listener without them pays nothing):
//               void on_connected(Visit&, Instant now);
//               void on_event(Visit&, const Event&);  To show a conversation: engine/event.h.
//               void on_closed(Visit&);  Its connection is closed: the last call for it.
//               void on_shortage(Visit&&, int error, Instant now);  Not started, or interrupted:
//                                   start it again later. Without it, a shortage is an end.
//   Kernel    engine/kernel.h, or a class with the same members. It is a template parameter so that
//             a completion costs no virtual call.
//   Memory    slots and timers for `capacity` connections; a page is touched only when it is used.
//   Fairness  a step of a TLS handshake takes a tenth of a millisecond or more. Such steps run when
//             all other completions of the turn have been processed, for at most 10 ms; the rest
//             wait in a queue of their own with their deadlines stopped, so that all other
//             deadlines are kept.
//   Deadlines every completion is passed to its conversation before a deadline counts as missed:
//             when this thread is late, no peer is blamed for it.
//   Lifetime  open() to close() in one thread. The listener and the plans outlive the engine, whose
//             destructor calls none of them.
//   Errors    a local shortage (descriptors, ports, memory) goes to on_shortage(). If the kernel
//             refuses the ring, failure() is its errno, and only give_up() may follow.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/timer_wheel.h"
#include "mxsweep/engine/connection.h"
#include "mxsweep/engine/event.h"
#include "mxsweep/engine/open_connections.h"
#include "mxsweep/probe/conversation.h"
#include "mxsweep/ring/refusal.h"
#include "mxsweep/ring/ring.h"

namespace mxsweep::engine {

// Waiting for several completions saves system calls, which counts when many connections are open;
// it adds at most kBatchWaitMax to a latency. With few open connections, each completion is taken
// as it comes.
inline constexpr std::uint32_t kBatch = 128;
inline constexpr std::uint32_t kOpenPerBatched = 8;
inline constexpr Duration kBatchWaitMax = std::chrono::milliseconds{1};
inline constexpr std::uint32_t kTimersPerTurn = 1024;
// Time for handshake steps in a turn: how long they may delay deadlines and the replies of other
// connections. Steps in a row share the processor's caches: 64 in a row cost 5 % less than 16.
inline constexpr Duration kHandshakeTimePerTurn = std::chrono::milliseconds{10};
// The wheel expires a timer late, by up to a fifteenth of its span. Therefore a timer is set to an
// earlier moment, and then set again for the short remainder.
inline constexpr int kWheelEarlyPart = 16;
// A wait that ends at least this much too late means that the process was stopped (SIGSTOP, a
// frozen container).
inline constexpr Duration kStopLeast = std::chrono::seconds{1};

template <typename Kernel, typename Listener>
class Engine {
 public:
  using Visit = typename Listener::Visit;

  Engine(const probe::Plan& plan, std::uint32_t capacity, Instant now, Listener& listener)
      : plan_(plan),
        listener_(listener),
        now_(now),
        slots_(capacity),
        connections_(capacity),
        wheel_(capacity, now) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Status open(const ring::RingOptions& options) { return kernel_.emplace().open(options); }
  // In the thread of open(): a ring has a single issuer, and its descriptor may be in a descriptor
  // table of that thread alone.
  void close() { kernel_.reset(); }
  [[nodiscard]] const std::vector<std::string>& features() const { return kernel_->features(); }
  [[nodiscard]] int failure() const { return kernel_->failure(); }  // errno; 0: none.

  [[nodiscard]] Instant now() const { return now_; }  // The time of this turn.
  void read_clock() { now_ = Kernel::now(); }
  [[nodiscard]] std::uint32_t size() const { return slots_.size(); }  // Conversations.
  [[nodiscard]] bool full() const { return slots_.full(); }
  // More completions are available than a turn takes: nothing should be started now.
  [[nodiscard]] bool must_drain_completions_first() const { return backlog_turns_ > 0; }
  // The longest time that passed between a deadline and its expiry here.
  [[nodiscard]] Duration deadline_late_max() const { return deadline_late_max_; }

  // Requires: not full(). False: a shortage, for which on_shortage() was called.
  bool start(Visit&& visit);

  struct Wait {
    std::uint32_t completions;
    Instant until;

    // Whether the wait is so long that other threads need a way to end it.
    [[nodiscard]] bool deep(Instant now) const { return until > now + kBatchWaitMax; }
  };
  // The wait that ends this turn, at `until` at the latest.
  [[nodiscard]] Wait next_wait(Instant until) const;
  void wait(const Wait& wait) {
    waited_until_ = wait.until;
    kernel_->submit_and_wait(wait.completions, wait.until - now_);
  }
  void work();

  void interrupt_all();  // Ends each conversation now, as interrupted.
  // After failure(), when no operation completes any more: interrupt_all(), then frees every slot.
  void give_up();

 private:
  using Connection = engine::Connection<Visit>;

  static constexpr bool kShowsEvents =
      requires(Listener & listener, Visit& visit, const Event& event) {
    listener.on_event(visit, event);
  };
  static constexpr bool kRetriesShortages = requires(Listener & listener, Visit& visit) {
    listener.on_shortage(std::move(visit), 0, Instant{});
  };

  [[nodiscard]] const probe::Plan& plan_of(const Visit& visit) const {
    if constexpr (requires { visit.plan(); }) {
      if (const probe::Plan* const own = visit.plan()) return *own;
    }
    return plan_;
  }
  // A socket for a connection to this address; negative: an errno.
  [[nodiscard]] int open_socket(const Address& to) const;
  void show(Connection& connection, const Event& event) {
    if constexpr (kShowsEvents) listener_.on_event(connection.visit, event);
  }
  // Calls on_bytes() and shows the events that result.
  probe::Wants pass_octets(Connection& connection, std::string_view octets, Instant arrived);
  void complete(const ring::Completion& completion);
  void on_connect_result(Handle handle, Connection& connection, int result);
  void on_received(Handle handle, Connection& connection, const ring::Completion& completion);
  bool queue_handshake_step(Handle handle, Connection& connection, std::string_view octets);
  void run_handshake_steps();
  void grant(Handle handle, Connection& connection, const probe::Wants& wants);
  void report_end(Connection& connection, int shortage);
  void show_sent(Connection& connection, const probe::Wants& wants);
  void send(Handle handle, Connection& connection, const probe::Wants& wants);
  void on_sent(Handle handle, Connection& connection, int result);
  void receive(Handle handle, Connection& connection);
  void arm(Handle handle, Instant deadline);
  void end(Handle handle, Connection& connection);
  void release(Handle handle, Connection& connection);
  void note_backlog();
  void excuse_stop();
  void expire(Instant until);

  const probe::Plan& plan_;
  Listener& listener_;
  Instant now_;
  std::optional<Kernel> kernel_;  // From open() to close().
  SlotTable<Connection> slots_;
  OpenConnections connections_;
  TimerWheel wheel_;
  std::vector<Handle> receives_without_buffer_;  // Ended with ENOBUFS; armed again in this turn.
  std::deque<Handle> handshake_queue_;  // Waiting for a handshake step; stale handles are skipped.
  Duration deadline_late_max_{};
  std::uint32_t backlog_turns_ = 0;  // Turns in a row with more completions than a turn takes.
  Instant waited_until_ = kNever;    // When the latest wait had to end.
  bool interrupted_ = false;
};

}  // namespace mxsweep::engine

// The definitions of the member functions.
#include "mxsweep/engine/engine_completions.h"
#include "mxsweep/engine/engine_operations.h"
#include "mxsweep/engine/engine_turn.h"
