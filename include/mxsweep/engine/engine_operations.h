// SPDX-License-Identifier: MIT
// The part of engine/engine.h that turns what a conversation wants into operations. Only
// engine/engine.h includes this file.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "mxsweep/engine/engine.h"

namespace mxsweep::engine {

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::grant(Handle handle, Connection& connection,
                                     const probe::Wants& wants) {
  if (!wants.send.empty()) send(handle, connection, wants);
  if (!wants.done) {
    if (wants.acknowledge) Kernel::acknowledge_now(connection.descriptor);
    if (wants.half_close) Kernel::half_close(connection.descriptor);
    if (connection.armed == Connection::Armed::none) receive(handle, connection);
    arm(handle, wants.deadline);
    return;
  }
  connection.ended = true;
  report_end(connection, wants.shortage);
  wheel_.cancel(handle.index);
  if (wants.abort) Kernel::reset_on_close(connection.descriptor);
  switch (connection.armed) {
    case Connection::Armed::none: end(handle, connection); return;
    case Connection::Armed::connect: kernel_->cancel(ring::Operation::connect, handle); return;
    case Connection::Armed::receive: kernel_->cancel(ring::Operation::receive, handle); return;
  }
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::report_end(Connection& connection, int shortage) {
  if constexpr (kRetriesShortages) {
    if (shortage != 0) {
      return listener_.on_shortage(std::move(connection.visit), shortage, now_);
    }
  }
  listener_.on_end(connection.visit, connection.conversation.take_observation(), now_);
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::show_sent(Connection& connection, const probe::Wants& wants) {
  const probe::Conversation& conversation = connection.conversation;
  const bool in_clear = conversation.observation().tls() == nullptr;
  const std::string_view sent = in_clear ? wants.send : conversation.clear_text().sent;
  if (!sent.empty()) {
    show(connection, {.kind = EventKind::sent, .octets = sent});
  } else if (!is_secured(conversation.observation())) {
    show(connection, {.kind = EventKind::handshake});
  }
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::send(Handle handle, Connection& connection,
                                    const probe::Wants& wants) {
  if constexpr (kShowsEvents) show_sent(connection, wants);
  if (!wants.transient) return kernel_->send(connection.descriptor, handle, wants.send);
  if (connection.tls_buffers == nullptr) connection.tls_buffers = std::make_unique<TlsBuffers>();
  TlsBuffers& tls_buffers = *connection.tls_buffers;
  if (!tls_buffers.sending.empty()) {
    tls_buffers.next += wants.send;
    return;
  }
  tls_buffers.sending = wants.send;
  kernel_->send_and_report(connection.descriptor, handle, tls_buffers.sending);
}

// A send that failed because of the peer also fails the receive that is armed after it, which
// reports the error. A connection without TLS buffers sends only the plan's own texts, and nothing
// waits for those sends.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::on_sent(Handle handle, Connection& connection, int result) {
  if (connection.tls_buffers == nullptr) return;
  TlsBuffers& tls_buffers = *connection.tls_buffers;
  tls_buffers.sending = std::exchange(tls_buffers.next, {});
  if (result < 0) tls_buffers.sending.clear();
  // After a send, our kernel delays acknowledgements. What the server sends after its session
  // tickets stays in its send queue until they are acknowledged, and is lost if it then closes with
  // a reset.
  if (!connection.ended) Kernel::acknowledge_now(connection.descriptor);
  if (!tls_buffers.sending.empty()) {
    kernel_->send_and_report(connection.descriptor, handle, tls_buffers.sending);
  } else if (connection.ended) {
    end(handle, connection);
  }
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::receive(Handle handle, Connection& connection) {
  connection.armed = Connection::Armed::receive;
  kernel_->receive(connection.descriptor, handle);
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::arm(Handle handle, Instant deadline) {
  const Duration early = std::max(deadline - now_, Duration::zero()) / kWheelEarlyPart;
  wheel_.start(handle.index, early > TimerWheel::kTick ? deadline - early : deadline);
}

// The end has been reported to the listener; the slot is released when none of its operations is
// left.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::end(Handle handle, Connection& connection) {
  const bool sending =
      connection.tls_buffers != nullptr && !connection.tls_buffers->sending.empty();
  if (connection.armed == Connection::Armed::none && !sending) release(handle, connection);
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::release(Handle handle, Connection& connection) {
  if (connection.descriptor >= 0) Kernel::close_socket(connection.descriptor);
  if constexpr (requires { listener_.on_closed(connection.visit); }) {
    listener_.on_closed(connection.visit);
  }
  connections_.remove(connection.place);
  slots_.end(handle);
}

}  // namespace mxsweep::engine
