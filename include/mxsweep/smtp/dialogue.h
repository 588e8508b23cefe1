// SPDX-License-Identifier: MIT
// The SMTP conversation as two tables: the states, with everything that depends on the state, and
// the transitions from a state and an event to the next state. Entering a state sends its command.
//
//   Source   RFC 5321 sections 3.1, 3.2, 4.1.4, 4.3.2 (order, EHLO before HELO, the reply codes of
//            each command), 3.8 (421); RFC 3207 (STARTTLS, and EHLO again after it), RFC 8314
//            section 3.3 (implicit TLS).
//   Shape    Strictly half-duplex: a transition is taken on one complete reply, or on a finished
//            TLS handshake, and sends at most one command. A pair of state and event without a row
//            either cannot occur or ends the conversation. A row from a state to itself reads on.
//   Streams  TCP has no message boundaries, so no row may depend on how the octets were segmented.
//            Octets after a reply are treated as if they had arrived later, after our next command:
//            a 421 counts wherever it arrives. A reply that cannot belong to the command is stray:
//            we keep reading for the right one until the command's deadline. One exception: clear
//            text between the reply to STARTTLS and the first TLS record is dropped (RFC 3207
//            section 4.2), because otherwise it would be read as if it had arrived under TLS.
//   Rules    src/smtp/dialogue.cc checks at compile time what the tables must satisfy.
//   Errors   A refusal is an ordinary row and leads to QUIT. A timeout, a close and a reset end
//            the conversation in every state; in quit and leaving they are its normal end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mxsweep/core/outcome.h"
#include "mxsweep/smtp/command.h"

namespace mxsweep::smtp {

// How far to go. Each includes the ones before it.
enum class Depth : std::uint8_t { connect, greeting, ehlo, tls };

enum class State : std::uint8_t {
  implicit_tls,  // Connected; the TLS handshake comes first.
  greeting,      // Waiting for the server's greeting.
  ehlo,          // EHLO sent.
  helo,          // EHLO rejected with 5xx, HELO sent on the same connection.
  starttls,      // STARTTLS sent.
  handshake,     // STARTTLS accepted, TLS handshake in progress.
  ehlo_tls,      // EHLO sent again, under TLS.
  quit,          // QUIT sent.
  leaving,       // Nothing more to send; waiting for the server to close.
};
inline constexpr std::size_t kStateCount = 9;

// Which timeout of the sweep's plan (probe/plan.h) sets the deadline.
enum class Wait : std::uint8_t { greeting, command, tls, quit, close };

struct StateRow {
  State state;
  Phase phase;      // The phase that its time and its reply are recorded in.
  Command command;  // Sent on entering.
  Wait wait;        // How long the server may then take.
  // The one code by which the command succeeds (RFC 5321 section 4.3.2, RFC 3207 section 4). 0: no
  // reply is read in this state.
  int success_code;
  // The greatest depth that a success of the command reaches; connect: none.
  Depth reaches;
  bool keeps_reply;      // The text of a success is worth keeping, not its code alone.
  bool handshake_next;   // The next octets mean a step of a TLS handshake.
  bool worked_in_clear;  // SMTP worked before TLS was tried: a failure leaves a usable server.
  bool learning;         // There is more to learn: an end in this state decides the outcome.
};

// Columns: state, phase, command, wait, success code, reaches, keeps_reply, handshake_next,
// worked_in_clear, learning.
inline constexpr std::array<StateRow, kStateCount> kStates = {{
    {State::implicit_tls, Phase::tls, Command::none, Wait::tls, 0, Depth::connect,  //
     false, true, false, true},
    {State::greeting, Phase::greeting, Command::none, Wait::greeting, 220, Depth::greeting,  //
     true, false, false, true},
    {State::ehlo, Phase::ehlo, Command::ehlo, Wait::command, 250, Depth::tls,  //
     true, false, false, true},
    {State::helo, Phase::ehlo, Command::helo, Wait::command, 250, Depth::tls,  //
     true, false, false, true},
    {State::starttls, Phase::starttls, Command::starttls, Wait::command, 220, Depth::connect,  //
     false, true, true, true},
    {State::handshake, Phase::tls, Command::none, Wait::tls, 0, Depth::connect,  //
     false, true, true, true},
    {State::ehlo_tls, Phase::ehlo_tls, Command::ehlo, Wait::command, 250, Depth::tls,  //
     true, false, true, true},
    {State::quit, Phase::quit, Command::quit, Wait::quit, 221, Depth::connect,  //
     false, false, false, false},
    {State::leaving, Phase::quit, Command::none, Wait::close, 0, Depth::connect,  //
     false, false, false, false},
}};

[[nodiscard]] constexpr const StateRow& row_of(State state) {
  return kStates[static_cast<std::size_t>(state)];
}

// What a complete reply means, given its code and what the probe still needs.
enum class Event : std::uint8_t {
  secured,     // Not a reply: the TLS handshake is complete.
  offers_tls,  // The success code, and the reply offers STARTTLS, which we want.
  accepted,    // The success code.
  satisfied,   // The success code, and the user asked for no more than this.
  tempfail,    // 4xx other than 421.
  rejected,    // 5xx.
  going_away,  // 421, or 221 before QUIT: the server closes the connection, whatever we send.
  unexpected,  // Any other code: this command has no such reply.
};

// `offers_tls`: the reply offers STARTTLS, and it is wanted.
[[nodiscard]] constexpr Event event_of(State state, int code, Depth depth, bool offers_tls) {
  const StateRow& row = row_of(state);
  if (code == row.success_code) {
    if (offers_tls) return Event::offers_tls;
    return depth <= row.reaches ? Event::satisfied : Event::accepted;
  }
  if (code == 421 || code == 221) return Event::going_away;
  switch (code / 100) {
    case 4: return Event::tempfail;
    case 5: return Event::rejected;
    default: return Event::unexpected;
  }
}

struct Transition {
  State from;
  Event on;
  State to;
  bool declined;  // The reply is a refusal, and decides the outcome.

  [[nodiscard]] constexpr bool reads_on() const { return from == to; }
};

// Columns: from, on, to, declined.
inline constexpr std::array kTransitions = {
    Transition{State::implicit_tls, Event::secured, State::greeting, false},

    Transition{State::greeting, Event::accepted, State::ehlo, false},
    Transition{State::greeting, Event::satisfied, State::quit, false},
    Transition{State::greeting, Event::tempfail, State::quit, true},
    Transition{State::greeting, Event::rejected, State::quit, true},
    Transition{State::greeting, Event::going_away, State::leaving, true},
    Transition{State::greeting, Event::unexpected, State::quit, true},

    Transition{State::ehlo, Event::offers_tls, State::starttls, false},
    Transition{State::ehlo, Event::satisfied, State::quit, false},
    Transition{State::ehlo, Event::tempfail, State::quit, true},
    Transition{State::ehlo, Event::rejected, State::helo, false},
    Transition{State::ehlo, Event::going_away, State::leaving, true},
    Transition{State::ehlo, Event::unexpected, State::ehlo, false},

    Transition{State::helo, Event::satisfied, State::quit, false},
    Transition{State::helo, Event::tempfail, State::quit, true},
    Transition{State::helo, Event::rejected, State::quit, true},
    Transition{State::helo, Event::going_away, State::leaving, true},
    Transition{State::helo, Event::unexpected, State::helo, false},

    Transition{State::starttls, Event::accepted, State::handshake, false},
    Transition{State::starttls, Event::tempfail, State::quit, true},
    Transition{State::starttls, Event::rejected, State::quit, true},
    Transition{State::starttls, Event::going_away, State::leaving, true},
    Transition{State::starttls, Event::unexpected, State::starttls, false},

    Transition{State::handshake, Event::secured, State::ehlo_tls, false},

    Transition{State::ehlo_tls, Event::satisfied, State::quit, false},
    Transition{State::ehlo_tls, Event::tempfail, State::quit, true},
    Transition{State::ehlo_tls, Event::rejected, State::quit, true},
    Transition{State::ehlo_tls, Event::going_away, State::leaving, true},
    Transition{State::ehlo_tls, Event::unexpected, State::ehlo_tls, false},

    Transition{State::quit, Event::accepted, State::leaving, false},
    Transition{State::quit, Event::tempfail, State::leaving, false},
    Transition{State::quit, Event::rejected, State::leaving, false},
    Transition{State::quit, Event::going_away, State::leaving, false},
    Transition{State::quit, Event::unexpected, State::quit, false},
};

// Null if there is no such row.
[[nodiscard]] constexpr const Transition* find(State from, Event on) {
  for (const Transition& row : kTransitions) {
    if (row.from == from && row.on == on) return &row;
  }
  return nullptr;
}

}  // namespace mxsweep::smtp
