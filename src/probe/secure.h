// SPDX-License-Identifier: MIT
// The state of a conversation from the beginning of TLS on.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/tls/engine.h"

namespace mxsweep::probe {

struct Conversation::Secure {
  Secure(const tls::Client& client, std::string_view server_name, const tls::Ticket* ticket)
      : engine(client, server_name, ticket) {}

  tls::Engine engine;
  std::string sending;           // The ciphertext of the latest Wants.
  std::string received;          // The latest octets received, decrypted.
  std::string_view sent;         // The clear text of `sending`.
  bool clear_until_now = false;  // STARTTLS was accepted, but no TLS record was received yet.
  bool records_received = false;
  bool close_sent = false;
  bool close_received = false;
};

}  // namespace mxsweep::probe
