// SPDX-License-Identifier: MIT
// What the tables of the dialogue must keep to: a row that breaks the protocol does not compile.
#include "mxsweep/smtp/dialogue.h"

#include <algorithm>

namespace mxsweep::smtp {

static_assert(std::all_of(kStates.begin(), kStates.end(),
                          [](const StateRow& row) { return &row_of(row.state) == &row; }));
static_assert(std::all_of(kExchanges.begin(), kExchanges.end(), [](const Exchange& row) {
  return &exchange_in(row.state) == &row &&
         (row.success_code != 0) == row_of(row.state).reads_reply;
}));

// Every reply that can come in a state has its row.
static_assert(std::all_of(kStates.begin(), kStates.end(), [](const StateRow& row) {
  if (!row.reads_reply) return find(row.state, Event::unexpected) == nullptr;
  for (const int code : {exchange_in(row.state).success_code, 354, 421, 450, 550}) {
    for (const Depth depth :
         {Depth::greeting, Depth::ehlo, Depth::tls, Depth::mail, Depth::rcpt, Depth::relay}) {
      if (find(row.state, event_of(row.state, code, depth, false)) == nullptr) return false;
    }
  }
  return true;
}));

// Each depth includes the ones before it.
static_assert(Depth::connect < Depth::greeting && Depth::greeting < Depth::ehlo &&
              Depth::ehlo < Depth::tls && Depth::tls < Depth::mail && Depth::mail < Depth::rcpt &&
              Depth::rcpt < Depth::relay);

// HELO only after a 5xx to EHLO, QUIT once, and no command when the server is leaving.
static_assert(find(State::ehlo, Event::tempfail)->to == State::quit);
static_assert(find(State::helo, Event::rejected)->to == State::quit);
static_assert(find(State::leaving, Event::accepted) == nullptr);
static_assert(find(State::quit, Event::accepted)->to == State::leaving);
static_assert(exchange_in(State::leaving).command == Command::none);
// A transaction that was begun ends with RSET, and no message is ever sent: a command that follows
// an accepted MAIL is RCPT or RSET.
static_assert(find(State::mail, Event::accepted)->to == State::rcpt);
static_assert(std::all_of(kTransitions.begin(), kTransitions.end(), [](const Transition& row) {
  const bool open = row.from == State::rcpt || row.from == State::relay;
  return !open || row.reads_on() || row.to == State::relay || row.to == State::rset ||
         row.on == Event::going_away;
}));
static_assert(find(State::rset, Event::accepted)->to == State::quit);
// A refusal to relay is what is hoped for.
static_assert(!find(State::relay, Event::rejected)->declined);
// No clear text counts in a handshake, and TLS is not begun twice.
static_assert(find(State::handshake, Event::accepted) == nullptr);
static_assert(find(State::implicit_tls, Event::accepted) == nullptr);
static_assert(find(State::ehlo_tls, Event::offers_tls) == nullptr);
// Only 220 leads to a handshake, and no stray reply sends anything or moves the conversation.
static_assert(event_of(State::starttls, 250, Depth::tls, false) == Event::unexpected);
static_assert(std::all_of(kTransitions.begin(), kTransitions.end(), [](const Transition& row) {
  return row.on != Event::unexpected || row.reads_on() || row.from == State::greeting;
}));
static_assert(std::all_of(kTransitions.begin(), kTransitions.end(), [](const Transition& row) {
  return !row.reads_on() || (row.on == Event::unexpected && !row.declined);
}));

}  // namespace mxsweep::smtp
