// SPDX-License-Identifier: MIT
// The part of engine/engine.h that passes completions to their conversations, handshake steps last.
// Only engine/engine.h includes this file.
#pragma once

#include <cerrno>
#include <memory>
#include <utility>

#include "mxsweep/engine/engine.h"
#include "mxsweep/verdict/classify.h"

namespace mxsweep::engine {

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::complete(const ring::Completion& completion) {
  Connection* const connection = slots_.find(completion.handle);
  // A completion can outlive its connection: the generation in its handle shows that.
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
    if constexpr (requires { listener_.on_connected(connection.visit, now_); }) {
      listener_.on_connected(connection.visit, now_);
    }
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

// If the event means a handshake step, queues it, with no operation armed. The peer has done its
// part, so its deadline stops. False: no handshake step, nothing was queued.
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

// A step takes so long that the clock is read again after each: otherwise the next octets would
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

}  // namespace mxsweep::engine
