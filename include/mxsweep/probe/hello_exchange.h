// SPDX-License-Identifier: MIT
// A ClientHello of ours, sent where the TLS handshake would begin, and the server's answer to it.
// The conversation then ends: there is no key for anything else.
//
//   Shape     a Plan refers to it; one conversation at a time has that plan. The hello is sent as
//             it is, and the answer read into `flight`. After an answer the conversation's outcome
//             is ok, whatever the answer is; without one, its cause says why.
//   Ending    with an alert (close_notify), so that the server knows that it is over; then the
//             server closes first, as after QUIT. QUIT itself cannot be sent: the connection is
//             neither in clear any more nor under TLS.
//   Lifetime  as the Plan.
#pragma once

#include <string>
#include <utility>

#include "mxsweep/tls/first_flight.h"

namespace mxsweep::probe {

struct HelloExchange {
  explicit HelloExchange(std::string its_hello) : hello(std::move(its_hello)) {}

  std::string hello;
  tls::FirstFlight flight{};
};

}  // namespace mxsweep::probe
