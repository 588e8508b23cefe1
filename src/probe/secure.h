// SPDX-License-Identifier: MIT
// What a conversation needs from the beginning of TLS on.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/tls/engine.h"

namespace mxsweep::probe {

struct Conversation::Secure {
  Secure(const tls::Client& client, std::string_view server_name) : engine(client, server_name) {}

  tls::Engine engine;
  std::string sending;           // The ciphertext of the latest Wants.
  std::string received;          // What the latest octets were in clear.
  std::string_view sent;         // What `sending` is in clear.
  bool clear_until_now = false;  // STARTTLS was accepted, and no TLS record has come yet.
  bool records_received = false;
  bool close_sent = false;
  bool close_received = false;
};

}  // namespace mxsweep::probe
