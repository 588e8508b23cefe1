// SPDX-License-Identifier: MIT
// What a caller does in a conversation once the server's capabilities are known, in place of asking
// for no more: sending a message, looking into a mailbox. The conversation brings it to that point
// (greeting, capabilities, STARTTLS, TLS), carries its octets, and ends with QUIT.
//
//   Shape     a Plan refers to it; one conversation at a time has that plan. begin() once, then
//             on_bytes() and on_deadline() until a Move is finished, or the connection ends, which
//             only the conversation's observation says. Octets are in clear text, cut anywhere.
//   TLS       it may not have begun, even if it was wanted (--tls starttls): a transaction that
//             needs it checks `under_tls`.
//   Limits    the conversation reads Plan::session_octets_max at most, and ends at the plan's
//             session_timeout; all other limits are the transaction's own.
//   Cost      a virtual call for each piece of input; conversations without one pay nothing.
#pragma once

#include <string_view>

#include "mxsweep/core/protocol.h"
#include "mxsweep/core/time.h"

namespace mxsweep::probe {

class Observation;

class Transaction {
 public:
  struct Opening {
    const Observation& seen;  // Until here: greeting, capabilities, TLS. Valid during the call.
    Protocol protocol;
    bool under_tls;
    // The reply that lists the capabilities which hold now; empty: the server has no such command.
    std::string_view capabilities;
  };
  struct Move {
    std::string_view send{};  // Valid until the next call.
    Instant deadline{};       // When to call on_deadline() unless octets come first.
    bool finished = false;    // Nothing more to do: QUIT follows. Then `send` is empty.
  };

  virtual ~Transaction() = default;
  virtual Move begin(const Opening& opening, Instant now) = 0;
  virtual Move on_bytes(std::string_view octets, Instant now) = 0;
  virtual Move on_deadline(Instant now) = 0;

 protected:
  Transaction() = default;
  Transaction(const Transaction&) = default;
  Transaction& operator=(const Transaction&) = default;
};

}  // namespace mxsweep::probe
