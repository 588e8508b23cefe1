// SPDX-License-Identifier: MIT
// The SMTP conversation as one transition table: from a state and an event to the next state and
// the command to send.
//
//   Source   RFC 5321 sections 3.1, 3.2, 4.1.4, 4.3.2 (order, EHLO before HELO, the reply codes of
//            each command), 3.8 (421); RFC 3207 (STARTTLS, and EHLO again after it), RFC 8314
//            section 3.3 (implicit TLS).
//   Shape    Strictly half-duplex: a transition is taken on one complete reply, or on a finished
//            TLS handshake, and sends at most one command. A pair of state and event without a row
//            either cannot occur or ends the conversation.
//   Streams  TCP has no message boundaries, so no row may depend on how the octets were segmented.
//            Octets after a reply are treated as if they had arrived later, after our next command:
//            a 421 counts wherever it arrives. A reply that cannot belong to the command is stray:
//            we keep reading for the right one until the command's deadline. One exception: clear
//            text between the reply to STARTTLS and the first TLS record is dropped (RFC 3207
//            section 4.2), because otherwise it would be read as if it had arrived under TLS.
//   Errors   A refusal is an ordinary row and leads to QUIT. A timeout, a close and a reset end
//            the conversation in every state; in quit and leaving they are its normal end.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace mxsweep::smtp {

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

// What a complete reply means, given its code and what the probe still needs.
enum class Event : std::uint8_t {
  secured,     // Not a reply: the TLS handshake is complete.
  offers_tls,  // success_code(), and the reply offers STARTTLS, which we want.
  accepted,    // success_code().
  satisfied,   // success_code(), and the user asked for no more than this.
  tempfail,    // 4xx other than 421.
  rejected,    // 5xx.
  going_away,  // 421, or 221 before QUIT: the server closes the connection, whatever we send.
  unexpected,  // Any other code: this command has no such reply.
};

enum class Action : std::uint8_t {
  await_greeting,
  send_ehlo,
  send_helo,
  send_starttls,
  begin_tls,
  send_quit,
  await_close,
  read_on,  // Send nothing, wait for the reply that belongs to our command.
};

struct Transition {
  State from;
  Event on;
  State to;
  Action action;
  bool declined;  // The reply is a refusal, and decides the outcome.
};

// Columns: from, on, to, action, declined.
inline constexpr std::array kTransitions = {
    Transition{State::implicit_tls, Event::secured, State::greeting, Action::await_greeting, false},

    Transition{State::greeting, Event::accepted, State::ehlo, Action::send_ehlo, false},
    Transition{State::greeting, Event::satisfied, State::quit, Action::send_quit, false},
    Transition{State::greeting, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::greeting, Event::rejected, State::quit, Action::send_quit, true},
    Transition{State::greeting, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::greeting, Event::unexpected, State::quit, Action::send_quit, true},

    Transition{State::ehlo, Event::offers_tls, State::starttls, Action::send_starttls, false},
    Transition{State::ehlo, Event::accepted, State::quit, Action::send_quit, false},
    Transition{State::ehlo, Event::satisfied, State::quit, Action::send_quit, false},
    Transition{State::ehlo, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::ehlo, Event::rejected, State::helo, Action::send_helo, false},
    Transition{State::ehlo, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::ehlo, Event::unexpected, State::ehlo, Action::read_on, false},

    Transition{State::helo, Event::accepted, State::quit, Action::send_quit, false},
    Transition{State::helo, Event::satisfied, State::quit, Action::send_quit, false},
    Transition{State::helo, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::helo, Event::rejected, State::quit, Action::send_quit, true},
    Transition{State::helo, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::helo, Event::unexpected, State::helo, Action::read_on, false},

    Transition{State::starttls, Event::accepted, State::handshake, Action::begin_tls, false},
    Transition{State::starttls, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::starttls, Event::rejected, State::quit, Action::send_quit, true},
    Transition{State::starttls, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::starttls, Event::unexpected, State::starttls, Action::read_on, false},

    Transition{State::handshake, Event::secured, State::ehlo_tls, Action::send_ehlo, false},

    Transition{State::ehlo_tls, Event::accepted, State::quit, Action::send_quit, false},
    Transition{State::ehlo_tls, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::ehlo_tls, Event::rejected, State::quit, Action::send_quit, true},
    Transition{State::ehlo_tls, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::ehlo_tls, Event::unexpected, State::ehlo_tls, Action::read_on, false},

    Transition{State::quit, Event::accepted, State::leaving, Action::await_close, false},
    Transition{State::quit, Event::tempfail, State::leaving, Action::await_close, false},
    Transition{State::quit, Event::rejected, State::leaving, Action::await_close, false},
    Transition{State::quit, Event::going_away, State::leaving, Action::await_close, false},
    Transition{State::quit, Event::unexpected, State::quit, Action::read_on, false},
};

// Null if there is no such row.
[[nodiscard]] constexpr const Transition* find(State from, Event on) {
  for (const Transition& row : kTransitions) {
    if (row.from == from && row.on == on) return &row;
  }
  return nullptr;
}

// The one code that reports success of the command sent in `state` (RFC 5321 section 4.3.2, RFC
// 3207 section 4). 0 in a state in which no reply is read.
[[nodiscard]] constexpr int success_code(State state) {
  switch (state) {
    case State::greeting:
    case State::starttls: return 220;
    case State::ehlo:
    case State::helo:
    case State::ehlo_tls: return 250;
    case State::quit: return 221;
    case State::implicit_tls:
    case State::handshake:
    case State::leaving: break;
  }
  return 0;
}

[[nodiscard]] constexpr Event event_of(State state, int code) {
  if (code == success_code(state)) return Event::accepted;
  if (code == 421 || code == 221) return Event::going_away;
  switch (code / 100) {
    case 4: return Event::tempfail;
    case 5: return Event::rejected;
    default: return Event::unexpected;
  }
}

// HELO only after a 5xx to EHLO, QUIT only once, and nothing is sent once the server is closing.
static_assert(find(State::ehlo, Event::tempfail)->to == State::quit);
static_assert(find(State::helo, Event::rejected)->action == Action::send_quit);
static_assert(find(State::leaving, Event::accepted) == nullptr);
static_assert(find(State::quit, Event::accepted)->action == Action::await_close);
// No clear-text reply counts during a handshake, and TLS does not start twice.
static_assert(find(State::handshake, Event::accepted) == nullptr);
static_assert(find(State::implicit_tls, Event::accepted) == nullptr);
static_assert(find(State::ehlo_tls, Event::offers_tls) == nullptr);
// Only 220 leads to a handshake. A stray reply sends nothing and changes no state.
static_assert(event_of(State::starttls, 250) == Event::unexpected);
static_assert(std::all_of(kTransitions.begin(), kTransitions.end(), [](const Transition& row) {
  return (row.action == Action::read_on) == (row.on == Event::unexpected && row.from == row.to);
}));

}  // namespace mxsweep::smtp
