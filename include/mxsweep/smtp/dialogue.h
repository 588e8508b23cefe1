// SPDX-License-Identifier: MIT
// The conversation as one table: state and reply in, next state and command out.
//
//   Source   RFC 5321 sections 3.1, 3.2, 4.1.4, 4.3.2 (order, EHLO before HELO, the codes of each
//            command), 3.8 (421); RFC 3207 (STARTTLS, and EHLO again behind it), RFC 8314 section
//            3.3 (implicit TLS).
//   Shape    Strictly half-duplex: each row is entered by one complete reply, or by a finished TLS
//            handshake, and sends at most one command. A pair without a row cannot happen or is the
//            end of the conversation.
//   Streams  TCP has no messages, so no row may depend on how the octets were cut. What stands
//            behind a reply is read as if it had come later, after our next command: a 421 is
//            heard wherever it stands, and a reply that cannot belong to the command is stray: we
//            read on for the one that does, until the command's deadline. One exception: clear text
//            between the reply to STARTTLS and the first TLS record is dropped (RFC 3207 section
//            4.2), for it would be read as if it had come under TLS.
//   Errors   A refusal is a row like any other: it leads to QUIT. Silence, a close and a reset end
//            the conversation in every state; in quit and leaving they are its normal end.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace mxsweep::smtp {

enum class State : std::uint8_t {
  implicit_tls,  // Connected to a server that begins with TLS.
  greeting,      // It is the server's turn.
  ehlo,          // EHLO said.
  helo,          // EHLO refused with 5xx, HELO said on the same connection.
  starttls,      // STARTTLS said.
  handshake,     // STARTTLS accepted.
  ehlo_tls,      // EHLO said again, under TLS.
  quit,          // QUIT said.
  leaving,       // Nothing more to say: the server closes.
};

// What a complete reply means, by its code and by what we still want to know.
enum class Event : std::uint8_t {
  secured,     // No reply: the TLS handshake is done.
  offers_tls,  // The code of success, with STARTTLS, which we want.
  accepted,    // The code of success: see success_code().
  satisfied,   // The same, and this was as far as the user asked us to go.
  tempfail,    // 4xx other than 421.
  rejected,    // 5xx.
  going_away,  // 421, or 221 without a QUIT: the server closes the channel, whatever we send.
  foreign,     // Any other code: not one of this command's.
};

enum class Action : std::uint8_t {
  await_greeting,
  send_ehlo,
  send_helo,
  send_starttls,
  begin_tls,
  send_quit,
  await_close,
  read_on,  // For the reply that belongs to our command.
};

struct Transition {
  State from;
  Event on;
  State to;
  Action action;
  bool declined;  // The server said no: this reply decides the outcome.
};

// The columns: from, on, to, do, and whether the reply is a refusal.
inline constexpr std::array kTransitions = {
    Transition{State::implicit_tls, Event::secured, State::greeting, Action::await_greeting, false},

    Transition{State::greeting, Event::accepted, State::ehlo, Action::send_ehlo, false},
    Transition{State::greeting, Event::satisfied, State::quit, Action::send_quit, false},
    Transition{State::greeting, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::greeting, Event::rejected, State::quit, Action::send_quit, true},
    Transition{State::greeting, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::greeting, Event::foreign, State::quit, Action::send_quit, true},

    Transition{State::ehlo, Event::offers_tls, State::starttls, Action::send_starttls, false},
    Transition{State::ehlo, Event::accepted, State::quit, Action::send_quit, false},
    Transition{State::ehlo, Event::satisfied, State::quit, Action::send_quit, false},
    Transition{State::ehlo, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::ehlo, Event::rejected, State::helo, Action::send_helo, false},
    Transition{State::ehlo, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::ehlo, Event::foreign, State::ehlo, Action::read_on, false},

    Transition{State::helo, Event::accepted, State::quit, Action::send_quit, false},
    Transition{State::helo, Event::satisfied, State::quit, Action::send_quit, false},
    Transition{State::helo, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::helo, Event::rejected, State::quit, Action::send_quit, true},
    Transition{State::helo, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::helo, Event::foreign, State::helo, Action::read_on, false},

    Transition{State::starttls, Event::accepted, State::handshake, Action::begin_tls, false},
    Transition{State::starttls, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::starttls, Event::rejected, State::quit, Action::send_quit, true},
    Transition{State::starttls, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::starttls, Event::foreign, State::starttls, Action::read_on, false},

    Transition{State::handshake, Event::secured, State::ehlo_tls, Action::send_ehlo, false},

    Transition{State::ehlo_tls, Event::accepted, State::quit, Action::send_quit, false},
    Transition{State::ehlo_tls, Event::tempfail, State::quit, Action::send_quit, true},
    Transition{State::ehlo_tls, Event::rejected, State::quit, Action::send_quit, true},
    Transition{State::ehlo_tls, Event::going_away, State::leaving, Action::await_close, true},
    Transition{State::ehlo_tls, Event::foreign, State::ehlo_tls, Action::read_on, false},

    Transition{State::quit, Event::accepted, State::leaving, Action::await_close, false},
    Transition{State::quit, Event::tempfail, State::leaving, Action::await_close, false},
    Transition{State::quit, Event::rejected, State::leaving, Action::await_close, false},
    Transition{State::quit, Event::going_away, State::leaving, Action::await_close, false},
    Transition{State::quit, Event::foreign, State::quit, Action::read_on, false},
};

// Null: there is no such row.
[[nodiscard]] constexpr const Transition* find(State from, Event on) {
  for (const Transition& row : kTransitions) {
    if (row.from == from && row.on == on) return &row;
  }
  return nullptr;
}

// The one code by which the command that was sent in `state` succeeds (RFC 5321 section 4.3.2, RFC
// 3207 section 4). 0: no reply is read in that state.
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
    default: return Event::foreign;
  }
}

// HELO only after a 5xx to EHLO, QUIT once, and not a word when the server is leaving.
static_assert(find(State::ehlo, Event::tempfail)->to == State::quit);
static_assert(find(State::helo, Event::rejected)->action == Action::send_quit);
static_assert(find(State::leaving, Event::accepted) == nullptr);
static_assert(find(State::quit, Event::accepted)->action == Action::await_close);
// No clear text counts in a handshake, and TLS is not begun twice.
static_assert(find(State::handshake, Event::accepted) == nullptr);
static_assert(find(State::implicit_tls, Event::accepted) == nullptr);
static_assert(find(State::ehlo_tls, Event::offers_tls) == nullptr);
// Only 220 leads to a handshake, and no stray reply sends anything or moves the conversation.
static_assert(event_of(State::starttls, 250) == Event::foreign);
static_assert(std::all_of(kTransitions.begin(), kTransitions.end(), [](const Transition& row) {
  return (row.action == Action::read_on) == (row.on == Event::foreign && row.from == row.to);
}));

}  // namespace mxsweep::smtp
