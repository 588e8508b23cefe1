// SPDX-License-Identifier: MIT
// The events of a conversation, for a listener that shows it (`mxsweep probe`). A sweep's listener
// has no on_event().
//
//   Lifetime  views are valid during the call only.
#pragma once

#include <cstdint>
#include <string_view>

#include "mxsweep/probe/observation.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::engine {

enum class EventKind : std::uint8_t {
  connecting,
  connected,
  sent,
  received,
  handshake,  // Handshake octets of ours were sent.
  secured,    // The handshake is complete.
  closed,
  failed,
  deadline,
};

struct Event {
  EventKind kind;
  std::string_view octets{};        // sent, received: the octets, under TLS decrypted.
  int error = 0;                    // failed: errno.
  const tls::Facts* tls = nullptr;  // secured.
};

[[nodiscard]] inline bool is_secured(const probe::Observation& observation) {
  return observation.tls() != nullptr && !observation.tls()->session.cipher.empty();
}

}  // namespace mxsweep::engine
