// SPDX-License-Identifier: MIT
// The SMTP conversation as tables: the states (core/dialogue.h) with the command of each, and the
// transitions from a state and an event to the next state. Entering a state sends its command.
//
//   Source   RFC 5321 sections 3.1, 3.2, 4.1.4, 4.3.2 (order, EHLO before HELO, the reply codes of
//            each command), 3.8 (421); RFC 3207 (STARTTLS, and EHLO again after it), RFC 8314
//            section 3.3 (implicit TLS); RFC 1870 section 6 (SIZE in MAIL FROM).
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

#include "mxsweep/core/dialogue.h"
#include "mxsweep/smtp/command.h"

namespace mxsweep::smtp {

using mxsweep::Depth;
using mxsweep::Event;
using mxsweep::State;
using mxsweep::Transition;

struct Exchange {
  State state;
  Command command;  // Sent on entering.
  // The one code by which the command succeeds (RFC 5321 section 4.3.2, RFC 3207 section 4). 0: no
  // reply is read in this state.
  int success_code;
};

inline constexpr std::array<Exchange, kStateCount> kExchanges = {{
    {State::implicit_tls, Command::none, 0},
    {State::greeting, Command::none, 220},
    {State::ehlo, Command::ehlo, 250},
    {State::helo, Command::helo, 250},
    {State::starttls, Command::starttls, 220},
    {State::handshake, Command::none, 0},
    {State::ehlo_tls, Command::ehlo, 250},
    {State::mail, Command::mail, 250},
    {State::rcpt, Command::rcpt, 250},
    {State::relay, Command::relay, 250},
    {State::rset, Command::rset, 250},
    {State::transaction, Command::none, 0},
    {State::quit, Command::quit, 221},
    {State::leaving, Command::none, 0},
}};

[[nodiscard]] constexpr const Exchange& exchange_in(State state) {
  return kExchanges[static_cast<std::size_t>(state)];
}

// `offers_tls`: the reply offers STARTTLS, and it is wanted. tempfail is 4xx other than 421,
// rejected 5xx, going_away 421, or 221 before QUIT.
[[nodiscard]] constexpr Event event_of(State state, int code, Depth depth, bool offers_tls) {
  if (code == exchange_in(state).success_code) {
    if (offers_tls) return Event::offers_tls;
    return depth <= row_of(state).reaches ? Event::satisfied : Event::accepted;
  }
  if (code == 421 || code == 221) return Event::going_away;
  switch (code / 100) {
    case 4: return Event::tempfail;
    case 5: return Event::rejected;
    default: return Event::unexpected;
  }
}

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
    Transition{State::ehlo, Event::accepted, State::mail, false},
    Transition{State::ehlo, Event::satisfied, State::quit, false},
    Transition{State::ehlo, Event::transacts, State::transaction, false},
    Transition{State::ehlo, Event::tempfail, State::quit, true},
    Transition{State::ehlo, Event::rejected, State::helo, false},
    Transition{State::ehlo, Event::going_away, State::leaving, true},
    Transition{State::ehlo, Event::unexpected, State::ehlo, false},

    Transition{State::helo, Event::accepted, State::mail, false},
    Transition{State::helo, Event::satisfied, State::quit, false},
    Transition{State::helo, Event::transacts, State::transaction, false},
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

    Transition{State::ehlo_tls, Event::accepted, State::mail, false},
    Transition{State::ehlo_tls, Event::satisfied, State::quit, false},
    Transition{State::ehlo_tls, Event::transacts, State::transaction, false},
    Transition{State::ehlo_tls, Event::tempfail, State::quit, true},
    Transition{State::ehlo_tls, Event::rejected, State::quit, true},
    Transition{State::ehlo_tls, Event::going_away, State::leaving, true},
    Transition{State::ehlo_tls, Event::unexpected, State::ehlo_tls, false},

    Transition{State::mail, Event::accepted, State::rcpt, false},
    Transition{State::mail, Event::satisfied, State::rset, false},
    Transition{State::mail, Event::tempfail, State::quit, true},
    Transition{State::mail, Event::rejected, State::quit, true},
    Transition{State::mail, Event::going_away, State::leaving, true},
    Transition{State::mail, Event::unexpected, State::mail, false},

    Transition{State::rcpt, Event::accepted, State::relay, false},
    Transition{State::rcpt, Event::satisfied, State::rset, false},
    Transition{State::rcpt, Event::tempfail, State::rset, true},
    Transition{State::rcpt, Event::rejected, State::rset, true},
    Transition{State::rcpt, Event::going_away, State::leaving, true},
    Transition{State::rcpt, Event::unexpected, State::rcpt, false},

    // A refusal is what a sound server answers: it decides nothing.
    Transition{State::relay, Event::satisfied, State::rset, false},
    Transition{State::relay, Event::tempfail, State::rset, false},
    Transition{State::relay, Event::rejected, State::rset, false},
    Transition{State::relay, Event::going_away, State::leaving, false},
    Transition{State::relay, Event::unexpected, State::relay, false},

    Transition{State::rset, Event::accepted, State::quit, false},
    Transition{State::rset, Event::tempfail, State::quit, false},
    Transition{State::rset, Event::rejected, State::quit, false},
    Transition{State::rset, Event::going_away, State::leaving, false},
    Transition{State::rset, Event::unexpected, State::rset, false},

    Transition{State::transaction, Event::satisfied, State::quit, false},

    Transition{State::quit, Event::accepted, State::leaving, false},
    Transition{State::quit, Event::tempfail, State::leaving, false},
    Transition{State::quit, Event::rejected, State::leaving, false},
    Transition{State::quit, Event::going_away, State::leaving, false},
    Transition{State::quit, Event::unexpected, State::quit, false},
};

[[nodiscard]] constexpr const Transition* find(State from, Event on) {
  return mxsweep::find(kTransitions, from, on);
}

}  // namespace mxsweep::smtp
