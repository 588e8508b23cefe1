// SPDX-License-Identifier: MIT
// What a conversation needs from the beginning of TLS on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/probe/probe.h"
#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::probe {

// As latencies are kept.
inline std::uint32_t microseconds(Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max() - 1;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, kMost));
}

struct Probe::Secure {
  Secure(const tls::Client& client, std::string_view server_name)
      : engine(std::in_place, client, server_name) {}

  // What the server has shown by now.
  void learn(tls::Client& client, WallTime now) {
    seen = now;
    chain = client.chain(engine->peer_chain(), now);
    facts.session = engine->session();
    facts.chain = chain.get();
  }

  std::optional<tls::Engine> engine;  // Until rest().
  std::string sending;                // The ciphertext of the latest Wants.
  std::string heard;                  // What the latest octets were in clear.
  std::string_view said;              // What `sending` is in clear.
  std::shared_ptr<const tls::Chain> chain;
  WallTime seen{};  // When the chain was.
  tls::Facts facts;
  bool clear_until_now = false;  // STARTTLS was accepted, and no TLS record has come yet.
  bool records_heard = false;
  bool goodbye_said = false;
  bool goodbye_heard = false;
};

}  // namespace mxsweep::probe
