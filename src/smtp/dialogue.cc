// SPDX-License-Identifier: MIT
// What the tables of the dialogue must keep to: a row that breaks the protocol does not compile.
#include "mxsweep/smtp/dialogue.h"

#include <algorithm>

namespace mxsweep::smtp {

static_assert(std::all_of(kStates.begin(), kStates.end(),
                          [](const StateRow& row) { return &row_of(row.state) == &row; }));

// Every reply that can come in a state has its row.
static_assert(std::all_of(kStates.begin(), kStates.end(), [](const StateRow& row) {
  if (row.success_code == 0) return find(row.state, Event::unexpected) == nullptr;
  for (const int code : {row.success_code, 354, 421, 450, 550}) {
    for (const Depth depth : {Depth::greeting, Depth::ehlo, Depth::tls}) {
      if (find(row.state, event_of(row.state, code, depth, false)) == nullptr) return false;
    }
  }
  return true;
}));

// Each depth includes the ones before it.
static_assert(Depth::connect < Depth::greeting && Depth::greeting < Depth::ehlo &&
              Depth::ehlo < Depth::tls);

// HELO only after a 5xx to EHLO, QUIT once, and not a word when the server is leaving.
static_assert(find(State::ehlo, Event::tempfail)->to == State::quit);
static_assert(find(State::helo, Event::rejected)->to == State::quit);
static_assert(find(State::leaving, Event::accepted) == nullptr);
static_assert(find(State::quit, Event::accepted)->to == State::leaving);
static_assert(row_of(State::leaving).command == Command::none);
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
