// SPDX-License-Identifier: MIT
// A connection of the engine: its socket, what is in flight on it, and its conversation.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "mxsweep/core/time.h"
#include "mxsweep/engine/open_connections.h"
#include "mxsweep/probe/conversation.h"

namespace mxsweep::engine {

// Octets that outlive the call that brought them. Only TLS conversations have any.
struct TlsBuffers {
  std::string sending;    // Not empty: a send of it is in flight.
  std::string next;       // To be sent after it.
  std::string received;   // Input of the queued handshake step; empty: the connect completed.
  Instant received_at{};  // Arrival of that input.
};

// Visit: the listener's data about it (engine/engine.h).
template <typename Visit>
struct Connection {
  Connection(Visit&& its_visit, const probe::Plan& plan, int its_descriptor)
      : descriptor(its_descriptor),
        visit(std::move(its_visit)),
        conversation(plan, visit.target()) {}

  // Members that every completion needs come first, in the cache line of the slot's generation.
  int descriptor;
  // The connect or receive in flight. A slot is released only when there is none, and no send
  // from the slot's memory is in flight.
  enum class Armed : std::uint8_t { none, connect, receive } armed = Armed::none;
  bool ended = false;  // Reported to the listener; operations may still be in flight.
  OpenConnections::Place place = 0;
  std::unique_ptr<TlsBuffers> tls_buffers;
  Visit visit;
  probe::Conversation conversation;
};

}  // namespace mxsweep::engine
