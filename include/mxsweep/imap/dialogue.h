// SPDX-License-Identifier: MIT
// The IMAP conversation of a sweep as tables: the command of each state (core/dialogue.h), and the
// transitions. CAPABILITY stands where SMTP has EHLO, LOGOUT where it has QUIT.
//
//   Source   RFC 9051 sections 3 (states), 6.1 (commands in any state), 6.2.1 (STARTTLS, and
//            CAPABILITY again after it), 7.1 (greetings, BYE).
//   Shape    as smtp/dialogue.h. If the greeting lists the capabilities, CAPABILITY is not sent.
//            In state ehlo_tls it always is: what was listed in clear text must be forgotten.
//   Errors   as smtp/dialogue.h. src/imap/dialogue.cc checks the tables at compile time.
#pragma once

#include <array>
#include <string_view>

#include "mxsweep/core/dialogue.h"
#include "mxsweep/imap/reply.h"

namespace mxsweep::imap {

// The command sent on entering a state, its line end included; empty: none. A command has the same
// tag in every conversation.
struct Exchange {
  State state;
  std::string_view command;
  Awaited awaited;
};

inline constexpr std::array kExchanges = {
    Exchange{State::ehlo, "a1 CAPABILITY\r\n", {"a1"}},
    Exchange{State::starttls, "a2 STARTTLS\r\n", {"a2"}},
    Exchange{State::ehlo_tls, "a3 CAPABILITY\r\n", {"a3"}},
    Exchange{State::quit, "a4 LOGOUT\r\n", {"a4", true}},
};

[[nodiscard]] constexpr Exchange exchange_in(State state) {
  for (const Exchange& exchange : kExchanges) {
    if (exchange.state == state) return exchange;
  }
  return {state, {}, {}};
}

// `lists`: the reply lists capabilities. `offers_tls`: STARTTLS is among them, and it is wanted.
[[nodiscard]] constexpr Event event_of(State state, Status status, Depth depth, bool lists,
                                       bool offers_tls) {
  switch (status) {
    case Status::ok:
    case Status::preauth: break;
    case Status::no:
    case Status::bad: return Event::rejected;
    case Status::bye: return Event::going_away;
    case Status::none: return Event::unexpected;
  }
  // STARTTLS is not valid once a user is authenticated.
  if (offers_tls && status == Status::ok) return Event::offers_tls;
  const bool known = state == State::greeting && lists;
  return known || depth <= row_of(state).reaches ? Event::satisfied : Event::accepted;
}

// Columns: from, on, to, declined.
inline constexpr std::array kTransitions = {
    Transition{State::implicit_tls, Event::secured, State::greeting, false},

    Transition{State::greeting, Event::offers_tls, State::starttls, false},
    Transition{State::greeting, Event::accepted, State::ehlo, false},
    Transition{State::greeting, Event::satisfied, State::quit, false},
    Transition{State::greeting, Event::transacts, State::transaction, false},
    Transition{State::greeting, Event::rejected, State::quit, true},
    Transition{State::greeting, Event::going_away, State::leaving, true},

    Transition{State::ehlo, Event::offers_tls, State::starttls, false},
    Transition{State::ehlo, Event::accepted, State::quit, false},
    Transition{State::ehlo, Event::satisfied, State::quit, false},
    Transition{State::ehlo, Event::transacts, State::transaction, false},
    Transition{State::ehlo, Event::rejected, State::quit, true},
    Transition{State::ehlo, Event::going_away, State::leaving, true},
    Transition{State::ehlo, Event::unexpected, State::ehlo, false},

    Transition{State::starttls, Event::accepted, State::handshake, false},
    Transition{State::starttls, Event::rejected, State::quit, true},
    Transition{State::starttls, Event::going_away, State::leaving, true},
    Transition{State::starttls, Event::unexpected, State::starttls, false},

    Transition{State::handshake, Event::secured, State::ehlo_tls, false},

    Transition{State::ehlo_tls, Event::accepted, State::quit, false},
    Transition{State::ehlo_tls, Event::satisfied, State::quit, false},
    Transition{State::ehlo_tls, Event::transacts, State::transaction, false},
    Transition{State::ehlo_tls, Event::rejected, State::quit, true},
    Transition{State::ehlo_tls, Event::going_away, State::leaving, true},
    Transition{State::ehlo_tls, Event::unexpected, State::ehlo_tls, false},

    Transition{State::transaction, Event::satisfied, State::quit, false},

    Transition{State::quit, Event::accepted, State::leaving, false},
    Transition{State::quit, Event::rejected, State::leaving, false},
    Transition{State::quit, Event::unexpected, State::quit, false},
};

}  // namespace mxsweep::imap
