// SPDX-License-Identifier: MIT
// The turn of engine/engine.h, which includes this file; nothing else should.
#pragma once

#include <algorithm>
#include <cerrno>

#include "mxsweep/engine/engine.h"
#include "mxsweep/verdict/classify.h"

namespace mxsweep::engine {

template <typename Kernel, typename Listener>
bool Engine<Kernel, Listener>::start(Visit&& visit) {
  const int descriptor = Kernel::open_tcp(visit.target().address.family);
  if constexpr (kRetriesShortages) {
    if (descriptor < 0 && verdict::is_local_shortage(-descriptor)) {
      listener_.on_shortage(std::move(visit), -descriptor, now_);
      return false;
    }
  }
  const Handle handle = slots_.begin(std::move(visit), plan_, descriptor);
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
  // Every buffer that was lent in this turn is back by now.
  for (const Handle handle : std::exchange(receives_without_buffer_, {})) {
    Connection* const connection = slots_.find(handle);
    if (connection == nullptr) continue;
    receive(handle, *connection);
    // Its octets are there: a deadline that has passed meanwhile waits for them, until the next
    // turn.
    arm(handle, connection->conversation.deadline());
  }
  note_backlog();
  if (must_drain_completions_first()) return;
  // A step may ask for more of what has come meanwhile, with a deadline that has passed.
  const Instant seen_until = now_;
  run_handshake_steps();
  expire(seen_until);
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::complete(const ring::Completion& completion) {
  Connection* const connection = slots_.find(completion.handle);
  // A completion can outlive its connection; the generation in its handle tells late news from
  // ours.
  if (connection == nullptr) {
    kernel_->give_back(completion);
    return;
  }
  switch (completion.operation) {
    case ring::Operation::connect:
      on_connect_result(completion.handle, *connection, completion.result);
      return;
    case ring::Operation::receive:
      on_received(completion.handle, *connection, completion);
      kernel_->give_back(completion);
      return;
    case ring::Operation::send: on_sent(completion.handle, *connection, completion.result); return;
    case ring::Operation::close:
    case ring::Operation::cancel:
    case ring::Operation::accept:
    case ring::Operation::wake:
    case ring::Operation::poll: return;
  }
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::on_connect_result(Handle handle, Connection& connection,
                                                 int result) {
  connection.armed = Connection::Armed::none;
  if (connection.ended) return end(handle, connection);
  if (result == 0) {
    if constexpr (requires { listener_.on_connected(); }) listener_.on_connected();
    show(connection, {.kind = EventKind::connected});
    if (queue_handshake_step(handle, connection, {})) return;
    return grant(handle, connection, connection.conversation.on_connected(now_));
  }
  show(connection, {.kind = EventKind::failed, .error = -result});
  if constexpr (kRetriesShortages) {
    if (verdict::is_local_shortage(-result)) {
      listener_.on_shortage(std::move(connection.visit), -result, now_);
      wheel_.cancel(handle.index);
      return release(handle, connection);
    }
  }
  grant(handle, connection, connection.conversation.on_error(-result, now_));
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::on_received(Handle handle, Connection& connection,
                                           const ring::Completion& completion) {
  connection.armed = Connection::Armed::none;
  if (connection.ended) {
    end(handle, connection);
  } else if (completion.result > 0) {
    const std::string_view octets = kernel_->octets(completion);
    if (!queue_handshake_step(handle, connection, octets)) {
      grant(handle, connection, pass_octets(connection, octets, now_));
    }
  } else if (completion.result == 0) {
    show(connection, {.kind = EventKind::closed});
    grant(handle, connection, connection.conversation.on_closed(now_));
  } else if (completion.result == -ENOBUFS) {
    receives_without_buffer_.push_back(handle);
  } else {
    show(connection, {.kind = EventKind::failed, .error = -completion.result});
    grant(handle, connection, connection.conversation.on_error(-completion.result, now_));
  }
}

template <typename Kernel, typename Listener>
probe::Wants Engine<Kernel, Listener>::pass_octets(Connection& connection, std::string_view octets,
                                                   Instant arrived) {
  probe::Conversation& conversation = connection.conversation;
  const bool was_clear = kShowsEvents && conversation.observation().tls() == nullptr;
  const bool was_secured = kShowsEvents && is_secured(conversation.observation());
  if (was_clear) show(connection, {.kind = EventKind::received, .octets = octets});
  const probe::Wants wants = conversation.on_bytes(octets, now_, arrived);
  if (!kShowsEvents || was_clear) return wants;
  if (!was_secured && is_secured(conversation.observation())) {
    show(connection, {.kind = EventKind::secured, .tls = conversation.observation().tls()});
  }
  const std::string_view clear = conversation.clear_text().received;
  if (!clear.empty()) show(connection, {.kind = EventKind::received, .octets = clear});
  return wants;
}

// An event that means a handshake step waits for its turn, with nothing armed. The peer has done
// its part, so its deadline stops. False: it need not wait.
template <typename Kernel, typename Listener>
bool Engine<Kernel, Listener>::queue_handshake_step(Handle handle, Connection& connection,
                                                    std::string_view octets) {
  if (!connection.conversation.next_is_costly()) return false;
  if (connection.tls_buffers == nullptr) connection.tls_buffers = std::make_unique<TlsBuffers>();
  connection.tls_buffers->received = octets;
  connection.tls_buffers->received_at = now_;
  wheel_.cancel(handle.index);
  handshake_queue_.push_back(handle);
  return true;
}

// A step is so much work that the time is read again before each, or the octets behind it would
// count as read long before they were.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::run_handshake_steps() {
  if (handshake_queue_.empty()) return;
  const Instant until = now_ + kHandshakeTimePerTurn;
  while (now_ < until && !handshake_queue_.empty()) {
    const Handle handle = handshake_queue_.front();
    handshake_queue_.pop_front();
    Connection* const connection = slots_.find(handle);
    if (connection == nullptr || connection->ended) continue;
    const Instant received_at = connection->tls_buffers->received_at;
    const std::string octets = std::exchange(connection->tls_buffers->received, {});
    const Instant began = now_;
    const probe::Wants wants = octets.empty()
                                   ? connection->conversation.on_connected(began, received_at)
                                   : pass_octets(*connection, octets, received_at);
    read_clock();
    connection->conversation.on_step_ended(began, now_);
    grant(handle, *connection, wants);
  }
}

// What has completed is worked through before a deadline counts as missed, and before there is time
// for a handshake. A flood can put this off only until every connection has had its turn.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::note_backlog() {
  ++backlog_turns_;
  // One turn more always: a wait that a signal ended (SIGCONT) has run no completion at all.
  const std::uint64_t worked = std::uint64_t{backlog_turns_ - 1} * ring::kCompletionsPerTurn;
  if (!kernel_->more() || worked > slots_.size()) backlog_turns_ = 0;
}

// While the process was stopped, servers answered in time and it could not go on with them. That
// must not use up the time of the phase, for the rest of a long answer is still in the socket, nor
// that of the session, or the next command would have none left.
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
        // At the end of the close grace the conversation goes on; that deadline is ours.
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
  kernel_.reset();  // Before what it may still be sending.
  slots_.for_each([this](Handle handle, Connection& connection) { release(handle, connection); });
}

}  // namespace mxsweep::engine
