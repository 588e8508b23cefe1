// SPDX-License-Identifier: MIT
// The parameters that all conversations of a sweep share: how far to go, what to send, how long to
// wait.
//
//   Units     timeouts as Duration; sizes in octets.
//   Lifetime  the plan outlives the conversations that use it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "mxsweep/core/dialogue.h"
#include "mxsweep/core/protocol.h"
#include "mxsweep/core/time.h"
#include "mxsweep/probe/hello_exchange.h"
#include "mxsweep/probe/sources.h"
#include "mxsweep/results/record.h"
#include "mxsweep/smtp/command.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/ticket.h"

namespace mxsweep::software {
class Table;
}

namespace mxsweep::probe {

class Transaction;

inline constexpr std::uint32_t kSessionOctetsMax = 512 * 1024;  // Read per session of a sweep.
inline constexpr std::uint8_t kStrayRepliesMax = 16;            // Ignored in a session.
// From this many other connections of ours to one address on, silence is reported as local.burst,
// not as protocol.silent: listen queues are as short as 20 (Exim), and when one is full, SYN
// cookies let connect() succeed for a connection that the server never gets.
inline constexpr std::uint32_t kBurstConnections = 16;

// So long from the first octet of a reply to its last is an anomaly. postscreen (Postfix) lets 6 s
// pass between the two lines of its greeting.
inline constexpr Duration kTrickle = std::chrono::seconds{10};

using mxsweep::Depth;

struct Plan;
// The protocol of this target: its own, or the plan's, or that of its port.
[[nodiscard]] Protocol protocol_of(const Plan& plan, const targets::Target& target);
// How TLS begins with this target: starttls, implicit, off, or automatic, which is STARTTLS if the
// server offers it.
[[nodiscard]] targets::TlsMode tls_mode(const Plan& plan, const targets::Target& target);

// The defaults are meant for servers that other people operate.
struct Plan {
  explicit Plan(std::string_view helo_name, const smtp::Envelope& envelope = {})
      : commands(helo_name, envelope) {}

  smtp::Commands commands;
  Sources sources;  // Empty: the kernel chooses the address that a connection comes from.
  std::optional<Protocol> protocol{};  // For targets that name none. Nothing: by port.
  Depth depth = Depth::tls;            // IMAP and POP3 go as far as tls.
  targets::TlsMode tls_mode = targets::TlsMode::automatic;  // For targets that name none.
  tls::Client* tls = nullptr;          // The worker's own. Null: no STARTTLS, and no implicit TLS.
  HelloExchange* exchange = nullptr;   // Instead of a handshake; null: handshakes.
  Transaction* transaction = nullptr;  // Null: there is nothing to do beyond the depth.
  tls::Ticket* ticket = nullptr;       // Of one conversation at a time; null: no resumption.
  // What the servers' software is known by. Null: records have no software.
  std::shared_ptr<const software::Table> software;
  bool require_valid = false;     // A certificate that is not verified makes a server degraded.
  bool keep_all_replies = false;  // Also the texts whose code says enough (results::PhaseReplies).
  results::ChainDetail chain_detail = results::ChainDetail::full;
  WallTime wall_at_zero{};  // The wall time at Instant's zero, to check the dates of certificates.
  Duration connect_timeout = std::chrono::seconds{10};
  Duration greeting_timeout = std::chrono::seconds{60};  // postscreen waits 6 s, greet_pause 20 s.
  Duration command_timeout = std::chrono::seconds{30};
  Duration tls_timeout = std::chrono::seconds{15};  // For the whole handshake.
  // For 221 and the close, which decide nothing.
  Duration quit_timeout = std::chrono::seconds{5};
  // For the server to close first after its 221. Nearly all servers close at once: then TIME_WAIT
  // is on their side, and their close_notify arrives. After this time we close our direction, so
  // that a server which waits for that (Exim: 200 ms) is not held.
  Duration close_grace = std::chrono::milliseconds{50};
  Duration session_timeout = std::chrono::seconds{120};
  std::uint32_t session_octets_max = kSessionOctetsMax;

  // The timeout for a wait of the states (core/dialogue.h).
  [[nodiscard]] Duration timeout_of(Wait wait) const {
    switch (wait) {
      case Wait::greeting: return greeting_timeout;
      case Wait::command: return command_timeout;
      case Wait::tls: return tls_timeout;
      case Wait::quit: return quit_timeout;
      case Wait::close: break;
    }
    return close_grace;
  }
  [[nodiscard]] WallTime wall_time(Instant moment) const {
    return wall_at_zero +
           std::chrono::duration_cast<std::chrono::microseconds>(moment.time_since_epoch());
  }
};

}  // namespace mxsweep::probe
