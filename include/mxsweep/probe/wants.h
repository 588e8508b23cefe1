// SPDX-License-Identifier: MIT
// What a conversation wants done, as data: its answer to every event.
//
//   Lifetime  `send` views the Plan, or the conversation until its next call.
#pragma once

#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::probe {

struct Wants {
  std::string_view send{};  // To be sent at once; may be empty.
  bool transient = false;   // `send` is gone with the next call, and else with the Plan.
  // What came needs no answer of ours, and the server may hold back the rest until it is
  // acknowledged (RFC 896 against RFC 1122, 4.2.3.2): do it now. Else our delay of 40 ms would
  // count as the server's.
  bool acknowledge = false;
  bool half_close = false;  // Nothing more will be sent: shut down that direction.
  bool done = false;        // The conversation is over: send, close, and write the record.
  bool abort = false;       // With done: close by RST, so that no TIME_WAIT is left on our side.
  // With done: errno of a local shortage in the middle of the conversation. That is nothing of
  // the server, which should be visited again.
  int shortage = 0;
  Instant deadline = kNever;  // When to call on_deadline() unless something else happens first.
};

}  // namespace mxsweep::probe
