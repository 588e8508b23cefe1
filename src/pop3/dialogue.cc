// SPDX-License-Identifier: MIT
// What the tables of the dialogue must keep to: a row that breaks the protocol does not compile.
#include "mxsweep/pop3/dialogue.h"

#include <algorithm>

namespace mxsweep::pop3 {

// Every reply that can come in a state has its row.
static_assert(std::all_of(kExchanges.begin(), kExchanges.end(), [](const Exchange& exchange) {
  for (const Status status : {Status::ok, Status::err}) {
    for (const Depth depth : {Depth::greeting, Depth::ehlo, Depth::tls, Depth::relay}) {
      const Event event = event_of(exchange.state, status, depth, false);
      if (find(kTransitions, exchange.state, event) == nullptr) return false;
    }
  }
  return true;
}));
// TLS is not begun twice.
static_assert(find(kTransitions, State::ehlo_tls, Event::offers_tls) == nullptr);

}  // namespace mxsweep::pop3
