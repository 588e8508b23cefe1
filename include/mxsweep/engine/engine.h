// SPDX-License-Identifier: MIT
// The loop of one thread: a ring, its connections, their deadlines. Conversations never see the
// ring, the ring never sees SMTP; what a conversation wants becomes operations here and nowhere
// else.
//
//   Shape     One turn: start() what may be started, next_wait() and wait(), then work(). The
//             listener is called at once, within start(), work() or interrupt_all():
//               using Visit = ...;  What the caller knows of a connection. Has target(), which
//                                   stays where it is while the Visit does.
//               void on_end(Visit&, probe::Observation&&, Instant now);
//             and, where it has these members (a listener without them pays nothing):
//               void on_connected();
//               void on_event(Visit&, const Event&);  To show a conversation: engine/event.h.
//               void on_shortage(Visit&&, int error, Instant now);  Not begun, or broken off: to be
//                                   started again later. Without it, a shortage is an end.
//   Kernel    engine/kernel.h, or something with the same members. Known at compile time: there is
//             no virtual call on the way of a completion.
//   Memory    slots and timers for `capacity` connections; only what is used becomes real.
//   Fairness  a step of a TLS handshake takes a tenth of a millisecond and more. When every other
//             completion is worked through, 10 ms of a turn are for such steps; the rest wait in a
//             queue of their own, with their deadlines stopped, so that all other deadlines are
//             kept.
//   Deadlines what has completed is passed to its conversation before a deadline counts as missed:
//             when this thread is late, no peer is blamed for it.
//   Lifetime  open() to close() in one thread. The listener and the plan outlive the engine, which
//             calls neither in its destructor.
//   Errors    a shortage of this machine (descriptors, ports, memory) is reported as such. A ring
//             that the kernel refuses is failure(); then there is only give_up().
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/timer_wheel.h"
#include "mxsweep/engine/event.h"
#include "mxsweep/engine/open_connections.h"
#include "mxsweep/probe/conversation.h"
#include "mxsweep/ring/refusal.h"
#include "mxsweep/ring/ring.h"

namespace mxsweep::engine {

// Waiting for several completions saves system calls, which counts when many connections are open;
// it adds at most kBatchWaitMax to a latency. With few open each completion is taken as it comes.
inline constexpr std::uint32_t kBatch = 128;
inline constexpr std::uint32_t kOpenPerBatched = 8;
inline constexpr Duration kBatchWaitMax = std::chrono::milliseconds{1};
inline constexpr std::uint32_t kTimersPerTurn = 1024;
// Handshake steps in a turn: what a deadline, or another connection's reply, waits for them at
// most. Many in a row share what the processor's caches hold: 64 in a row cost 5 % less than 16.
inline constexpr Duration kHandshakeTimePerTurn = std::chrono::milliseconds{10};
// The wheel is late by up to a fifteenth of a span. So it is set to an earlier moment, and set
// again for the little that is left then.
inline constexpr int kWheelEarlyPart = 16;
// A wait that ends so much too late means that the process was stopped (SIGSTOP, a frozen
// container).
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
  // The ring has one issuer, and its descriptor may be in a table of this thread's alone.
  void close() { kernel_.reset(); }
  [[nodiscard]] const std::vector<std::string>& features() const { return kernel_->features(); }
  [[nodiscard]] int failure() const { return kernel_->failure(); }  // errno; 0: none.

  [[nodiscard]] Instant now() const { return now_; }  // The time of this turn.
  void read_clock() { now_ = Kernel::now(); }
  [[nodiscard]] std::uint32_t size() const { return slots_.size(); }  // Conversations.
  [[nodiscard]] bool full() const { return slots_.full(); }
  // More has completed than a turn takes: nothing should be started now.
  [[nodiscard]] bool must_drain_completions_first() const { return backlog_turns_ > 0; }
  // By how much the latest of all deadlines was noticed after its time.
  [[nodiscard]] Duration deadline_late_max() const { return deadline_late_max_; }

  // Requires: not full(). False: a shortage, which the listener has been called for.
  bool start(Visit&& visit);

  struct Wait {
    std::uint32_t completions;
    Instant until;

    // Long enough that other threads need a way to end it.
    [[nodiscard]] bool deep(Instant now) const { return until > now + kBatchWaitMax; }
  };
  // Until `until` at most.
  [[nodiscard]] Wait next_wait(Instant until) const;
  void wait(const Wait& wait) {
    waited_until_ = wait.until;
    kernel_->submit_and_wait(wait.completions, wait.until - now_);
  }
  void work();

  void interrupt_all();  // Each conversation ends now, as interrupted.
  // The ring has failed, and nothing completes any more: the same, and every slot is free.
  void give_up();

 private:
  // Octets that outlive the call that brought them: only TLS conversations have any.
  struct TlsBuffers {
    std::string sending;   // Not empty: a send of it is under way.
    std::string next;      // To be sent behind it.
    std::string received;  // Waits for its handshake step; empty: that we are connected.
    Instant received_at{};
  };
  struct Connection {
    Connection(Visit&& its_visit, const probe::Plan& plan, int its_descriptor)
        : descriptor(its_descriptor),
          visit(std::move(its_visit)),
          conversation(plan, visit.target()) {}

    // What every completion needs comes first, in the cache line of the slot's generation.
    int descriptor;
    // What is armed for the peer's next octets, if anything. A slot ends only when nothing is, and
    // nothing is being sent from memory that ends with it.
    enum class Armed : std::uint8_t { none, connect, receive } armed = Armed::none;
    bool ended = false;  // The listener knows: only operations are still to come back.
    OpenConnections::Place place = 0;
    std::unique_ptr<TlsBuffers> tls_buffers;
    Visit visit;
    probe::Conversation conversation;
  };

  static constexpr bool kShowsEvents =
      requires(Listener & listener, Visit& visit, const Event& event) {
    listener.on_event(visit, event);
  };
  static constexpr bool kRetriesShortages = requires(Listener & listener, Visit& visit) {
    listener.on_shortage(std::move(visit), 0, Instant{});
  };

  void show(Connection& connection, const Event& event) {
    if constexpr (kShowsEvents) listener_.on_event(connection.visit, event);
  }
  // on_bytes(), with the events that it means.
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
  std::vector<Handle> receives_without_buffer_;  // Waiting for a buffer: receives that found none.
  std::deque<Handle> handshake_queue_;  // Waiting for a handshake step; stale handles are skipped.
  Duration deadline_late_max_{};
  std::uint32_t backlog_turns_ = 0;  // In a row, with more completed than a turn takes.
  Instant waited_until_ = kNever;    // The latest wait, at most.
  bool interrupted_ = false;
};

}  // namespace mxsweep::engine

// The members' bodies.
#include "mxsweep/engine/engine_completions.h"
#include "mxsweep/engine/engine_operations.h"
#include "mxsweep/engine/engine_turn.h"
