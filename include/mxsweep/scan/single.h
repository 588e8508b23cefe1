// SPDX-License-Identifier: MIT
// One conversation, watched: the engine of `mxsweep probe`. The same probe as a sweep's, on a ring
// of its own, with every event told as it happens.
//
//   Units     `at` counts from the start of the connect.
//   Lifetime  Views in an Event are good for the call; the JSON line is the caller's.
//   Errors    this machine cannot run the engine.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/probe/probe.h"
#include "mxsweep/results/record.h"
#include "mxsweep/scan/task.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::scan {

enum class Told : std::uint8_t {
  connecting,
  connected,
  sent,
  received,
  handshake,  // TLS is being negotiated: octets in either direction.
  secured,    // It is negotiated.
  closed,
  failed,
  deadline,
};

struct Event {
  Told what;
  Duration at{};
  std::string_view octets{};        // sent, received: in clear.
  int error = 0;                    // failed: errno
  const tls::Facts* tls = nullptr;  // secured
};

// Calls `hear` for each event and `conclude` once with the record. Requires: `tls` is open.
Status probe_one(const Task& task, const probe::Plan& plan, tls::Client& tls,
                 const std::function<void(const Event&)>& hear,
                 const std::function<void(const results::Record&)>& conclude);

}  // namespace mxsweep::scan
