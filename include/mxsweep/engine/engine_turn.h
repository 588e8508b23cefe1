// SPDX-License-Identifier: MIT
// The part of engine/engine.h that runs a turn: start, wait, work, deadlines. Only engine/engine.h
// includes this file.
#pragma once

#include <algorithm>
#include <cerrno>

#include "mxsweep/engine/engine.h"
#include "mxsweep/verdict/classify.h"

namespace mxsweep::engine {

template <typename Kernel, typename Listener>
int Engine<Kernel, Listener>::open_socket(const Address& to) const {
  if (plan_.sources.empty()) return Kernel::open_tcp(to.family);
  const Address source = plan_.sources.choose(to);
  // The user did not name the address that the kernel would choose.
  if (source.family == Family::none) return -EAFNOSUPPORT;
  const int descriptor = Kernel::open_tcp(to.family);
  if (descriptor < 0) return descriptor;
  const int bound = Kernel::bind_source(descriptor, source);
  if (bound == 0) return descriptor;
  Kernel::close_socket(descriptor);
  return bound;
}

template <typename Kernel, typename Listener>
bool Engine<Kernel, Listener>::start(Visit&& visit) {
  const int descriptor = open_socket(visit.target().address);
  if constexpr (kRetriesShortages) {
    if (descriptor < 0 && verdict::is_local_shortage(-descriptor)) {
      listener_.on_shortage(std::move(visit), -descriptor, now_);
      return false;
    }
  }
  const probe::Plan& plan = plan_of(visit);
  const Handle handle = slots_.begin(std::move(visit), plan, descriptor);
  Connection& connection = *slots_.find(handle);
  const targets::Target& target = connection.visit.target();
  connection.place = connections_.place_of(target.address);
  show(connection, {.kind = EventKind::connecting});
  const probe::Wants wants =
      connection.conversation.on_started(now_, connections_.add(connection.place));
  if (descriptor < 0) {
    grant(handle, connection, connection.conversation.on_error(-descriptor, now_));
    return true;
  }
  connection.armed = Connection::Armed::connect;
  kernel_->connect(descriptor, handle, ring::socket_address(target.address, target.port));
  grant(handle, connection, wants);
  return true;
}

template <typename Kernel, typename Listener>
auto Engine<Kernel, Listener>::next_wait(Instant until) const -> Wait {
  Wait wait{.completions = 1, .until = std::min(until, wheel_.next())};
  if (kernel_->more() || !handshake_queue_.empty()) wait.until = now_;
  const std::uint32_t batch = std::min(kBatch, slots_.size() / kOpenPerBatched);
  if (batch > 1) {
    wait.completions = batch;
    wait.until = std::min(wait.until, now_ + kBatchWaitMax);
  }
  return wait;
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::work() {
  read_clock();
  wheel_.advance(now_);
  excuse_stop();
  for (const ring::Completion& completion : kernel_->completions()) complete(completion);
  // Every buffer that was lent in this turn has been given back by now.
  for (const Handle handle : std::exchange(receives_without_buffer_, {})) {
    Connection* const connection = slots_.find(handle);
    if (connection == nullptr) continue;
    receive(handle, *connection);
    // Its octets are in the socket already: a deadline that has passed meanwhile waits for them,
    // until the next turn.
    arm(handle, connection->conversation.deadline());
  }
  note_backlog();
  if (must_drain_completions_first()) return;
  // A step may want more octets, which may have arrived while steps ran, with a deadline that has
  // passed meanwhile: only deadlines from before the steps expire.
  const Instant seen_until = now_;
  run_handshake_steps();
  expire(seen_until);
}

// All completions are processed before a deadline counts as missed and before handshake steps run.
// A flood can delay both only until every connection has had its turn.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::note_backlog() {
  ++backlog_turns_;
  // Always one turn more: a wait that a signal ended (SIGCONT) has reaped no completion at all.
  const std::uint64_t worked = std::uint64_t{backlog_turns_ - 1} * ring::kCompletionsPerTurn;
  if (!kernel_->more() || worked > slots_.size()) backlog_turns_ = 0;
}

// While the process was stopped, servers may have answered in time without being read. The stop
// must not use up the time of the phase, because the rest of a long answer is still in the socket,
// nor that of the session, because no time would be left for the next command.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::excuse_stop() {
  if (waited_until_ == kNever || now_ - waited_until_ < kStopLeast) return;
  const Duration stopped = now_ - waited_until_;
  slots_.for_each([stopped](Handle /*handle*/, Connection& connection) {
    if (!connection.ended) connection.conversation.excuse(stopped);
  });
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::expire(Instant until) {
  wheel_.expire(
      until,
      [this](std::uint32_t index) {
        const Handle handle = slots_.handle_of(index);
        Connection& connection = *slots_.find(handle);
        const Instant deadline = connection.conversation.deadline();
        if (now_ < deadline) return arm(handle, deadline);
        deadline_late_max_ = std::max(deadline_late_max_, now_ - deadline);
        const probe::Wants wants = connection.conversation.on_deadline(now_);
        // The conversation goes on after the close grace, whose deadline is no fault of the peer.
        if (wants.done) show(connection, {.kind = EventKind::deadline});
        grant(handle, connection, wants);
      },
      kTimersPerTurn);
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::interrupt_all() {
  if (std::exchange(interrupted_, true)) return;
  slots_.for_each([this](Handle handle, Connection& connection) {
    if (!connection.ended) grant(handle, connection, connection.conversation.on_interrupted(now_));
  });
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::give_up() {
  interrupt_all();
  kernel_.reset();  // Before the memory that it may still be sending from.
  slots_.for_each([this](Handle handle, Connection& connection) { release(handle, connection); });
}

}  // namespace mxsweep::engine
