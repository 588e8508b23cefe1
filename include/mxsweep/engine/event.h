// SPDX-License-Identifier: MIT
// What happens in a conversation, for a listener that shows it. A sweep has none.
//
//   Lifetime  views are good for the call.
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
  handshake,  // TLS is being negotiated: octets of ours.
  secured,    // It is negotiated.
  closed,
  failed,
  deadline,
};

struct Event {
  EventKind kind;
  std::string_view octets{};        // sent, received: in clear.
  int error = 0;                    // failed: errno.
  const tls::Facts* tls = nullptr;  // secured.
};

[[nodiscard]] inline bool is_secured(const probe::Observation& observation) {
  return observation.tls() != nullptr && !observation.tls()->session.cipher.empty();
}

}  // namespace mxsweep::engine
