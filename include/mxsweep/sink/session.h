// SPDX-License-Identifier: MIT
// The server's side of one connection: a persona's scripts, in clear text or under TLS. Pure:
// octets and `now` in, octets, deadlines and the end out.
//
//   Source    RFC 3207 (STARTTLS), RFC 8314 section 3.3 (implicit TLS).
//   Shape     on_start() first; then on_bytes(), on_timer() and on_sent() as they happen, until a
//             Reaction ends it.
//   Lifetime  Reaction::send views the persona; with `report_sent` the session, until on_sent().
//             The persona outlives the session, and has its tls_server if it speaks TLS.
//   Memory    64 octets; TLS state is on the heap, from STARTTLS on.
//   Errors    none: anything that a client sends in clear text is a command, possibly an unknown
//             one. Octets under TLS that are not TLS end the session with an alert.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"
#include "mxsweep/sink/persona.h"
#include "mxsweep/sink/player.h"

namespace mxsweep::sink {

// Received before the end of the script "hello"; a client that sends more is closed.
inline constexpr std::size_t kHelloOctetsMax = 64 * 1024;

struct Reaction {
  enum class End : std::uint8_t { no, close, reset };

  std::string_view send = {};
  bool report_sent = false;  // Call on_sent() when `send` has been sent.
  Instant wake = kNever;     // Call on_timer() at this time. Replaces any earlier request.
  End end = End::no;         // Once `send` is queued; never together with `report_sent`.
};

class Session {
 public:
  Session(const Persona& persona, const Address& at);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  [[nodiscard]] Reaction on_start(Instant now);
  [[nodiscard]] Reaction on_bytes(std::string_view octets, Instant now);
  [[nodiscard]] Reaction on_timer(Instant now);
  [[nodiscard]] Reaction on_sent(Instant now);

  // Octets of clear text that the client sent out of turn: before the greeting, or the reply to its
  // previous command, was complete.
  [[nodiscard]] std::uint32_t out_of_turn() const { return player_.out_of_turn(); }

  // Whether on_bytes() and on_timer() may now cost as much as a handshake step.
  [[nodiscard]] bool handshaking() const;

 private:
  struct Secured;

  [[nodiscard]] Reaction in_clear(const PlayerOutput& output, Instant now);
  [[nodiscard]] Reaction begin_handshake(bool cut, std::string_view before, Instant now);
  [[nodiscard]] Reaction receive(std::string_view octets, Instant now);
  void under_tls(const PlayerOutput& output);
  [[nodiscard]] Reaction flush();

  Player player_;
  std::unique_ptr<Secured> tls_;
};
static_assert(sizeof(Session) <= 64, "a million of them are open at once");

}  // namespace mxsweep::sink
