// SPDX-License-Identifier: MIT
// What a conversation wants done, as data: every call of a Conversation returns it, and the engine
// carries it out.
//
//   Lifetime  `send` views the Plan; if `transient`, the conversation, until the next call to it.
#pragma once

#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::probe {

struct Wants {
  std::string_view send{};  // To be sent at once; may be empty.
  bool transient = false;   // `send` is valid until the next call; else as long as the Plan.
  // The octets received need no answer of ours, and the server may hold back the rest until they
  // are acknowledged (RFC 896 against RFC 1122, 4.2.3.2): acknowledge them now. Otherwise our delay
  // of 40 ms would count as the server's.
  bool acknowledge = false;
  bool half_close = false;  // Nothing more will be sent: shut down our direction.
  bool done = false;        // The conversation is over: send, close, and write the record.
  bool abort = false;       // With done: close by RST, so that no TIME_WAIT is left on our side.
  // With done: errno of a local shortage during the conversation. It is no fault of the server,
  // which should be visited again.
  int shortage = 0;
  Instant deadline = kNever;  // When to call on_deadline() unless something else happens first.
};

}  // namespace mxsweep::probe
