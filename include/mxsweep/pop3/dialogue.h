// SPDX-License-Identifier: MIT
// The POP3 conversation of a sweep as tables: the command of each state (core/dialogue.h), and the
// transitions. CAPA stands where SMTP has EHLO, STLS where it has STARTTLS.
//
//   Source   RFC 1939 sections 4 (greeting), 6 (QUIT); RFC 2449 section 5 (CAPA); RFC 2595
//            section 4 (STLS, and CAPA again after it).
//   Shape    as smtp/dialogue.h. A server without CAPA, which is optional, declines nothing.
//   Errors   as smtp/dialogue.h. src/pop3/dialogue.cc checks the tables at compile time.
#pragma once

#include <array>
#include <string_view>

#include "mxsweep/core/dialogue.h"
#include "mxsweep/pop3/reply.h"

namespace mxsweep::pop3 {

// The command sent on entering a state, its line end included; empty: none.
struct Exchange {
  State state;
  std::string_view command;
  bool multi_line;  // Its reply is, if it succeeds.
};

inline constexpr std::array kExchanges = {
    Exchange{State::greeting, "", false},         Exchange{State::ehlo, "CAPA\r\n", true},
    Exchange{State::starttls, "STLS\r\n", false}, Exchange{State::ehlo_tls, "CAPA\r\n", true},
    Exchange{State::quit, "QUIT\r\n", false},
};

[[nodiscard]] constexpr Exchange exchange_in(State state) {
  for (const Exchange& exchange : kExchanges) {
    if (exchange.state == state) return exchange;
  }
  return {state, {}, false};
}

// `offers_tls`: the reply offers STLS, and it is wanted.
[[nodiscard]] constexpr Event event_of(State state, Status status, Depth depth, bool offers_tls) {
  if (status != Status::ok) return Event::rejected;
  if (offers_tls) return Event::offers_tls;
  return depth <= row_of(state).reaches ? Event::satisfied : Event::accepted;
}

// Columns: from, on, to, declined.
inline constexpr std::array kTransitions = {
    Transition{State::implicit_tls, Event::secured, State::greeting, false},

    Transition{State::greeting, Event::accepted, State::ehlo, false},
    Transition{State::greeting, Event::satisfied, State::quit, false},
    Transition{State::greeting, Event::rejected, State::quit, true},

    Transition{State::ehlo, Event::offers_tls, State::starttls, false},
    Transition{State::ehlo, Event::accepted, State::quit, false},
    Transition{State::ehlo, Event::satisfied, State::quit, false},
    Transition{State::ehlo, Event::transacts, State::transaction, false},
    Transition{State::ehlo, Event::rejected, State::quit, false},

    Transition{State::starttls, Event::accepted, State::handshake, false},
    Transition{State::starttls, Event::rejected, State::quit, true},

    Transition{State::handshake, Event::secured, State::ehlo_tls, false},

    Transition{State::ehlo_tls, Event::accepted, State::quit, false},
    Transition{State::ehlo_tls, Event::satisfied, State::quit, false},
    Transition{State::ehlo_tls, Event::transacts, State::transaction, false},
    Transition{State::ehlo_tls, Event::rejected, State::quit, false},

    Transition{State::transaction, Event::satisfied, State::quit, false},

    Transition{State::quit, Event::accepted, State::leaving, false},
    Transition{State::quit, Event::rejected, State::leaving, false},
};

}  // namespace mxsweep::pop3
