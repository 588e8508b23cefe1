// SPDX-License-Identifier: MIT
// What the tables of the dialogue must keep to: a row that breaks the protocol does not compile.
#include "mxsweep/imap/dialogue.h"

#include <algorithm>

namespace mxsweep::imap {

constexpr const Transition* find(State from, Event on) {
  return mxsweep::find(kTransitions, from, on);
}

// Every reply that its reader can return in a state has its row.
static_assert(std::all_of(kExchanges.begin(), kExchanges.end(), [](const Exchange& exchange) {
  for (const Status status : {Status::none, Status::ok, Status::no, Status::bad, Status::bye}) {
    if (status == Status::bye && exchange.awaited.logout) continue;
    for (const Depth depth : {Depth::greeting, Depth::ehlo, Depth::tls, Depth::relay}) {
      if (find(exchange.state, event_of(exchange.state, status, depth, false, false)) == nullptr) {
        return false;
      }
    }
  }
  return true;
}));
static_assert([] {
  for (const Status status : {Status::ok, Status::no, Status::bad, Status::preauth, Status::bye}) {
    for (const bool lists : {false, true}) {
      const Event event = event_of(State::greeting, status, Depth::tls, lists, false);
      if (find(State::greeting, event) == nullptr) return false;
    }
  }
  return true;
}());
// Each command has its tag, of its own.
static_assert(std::all_of(kExchanges.begin(), kExchanges.end(), [](const Exchange& exchange) {
  return exchange.command.starts_with(exchange.awaited.tag) &&
         std::count_if(kExchanges.begin(), kExchanges.end(), [&](const Exchange& other) {
           return other.awaited.tag == exchange.awaited.tag;
         }) == 1;
}));
// TLS is begun once, and never by a client that the server takes for a user.
static_assert(find(State::ehlo_tls, Event::offers_tls) == nullptr);
static_assert(event_of(State::greeting, Status::preauth, Depth::tls, true, true) ==
              Event::satisfied);

}  // namespace mxsweep::imap
