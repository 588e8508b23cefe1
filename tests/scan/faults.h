// SPDX-License-Identifier: MIT
// How often each fault of a simulated world (scan/world.h) happens, in parts of 1000.
#pragma once

#include <cstdint>

#include "mxsweep/core/time.h"

namespace mxsweep::scan {

struct Faults {
  std::uint32_t refused = 0;           // By address: there is no server.
  std::uint32_t unanswered = 0;        // By address: the connect is never answered.
  std::uint32_t reset = 0;             // Of a connection, at some moment.
  std::uint32_t no_descriptor = 0;     // EMFILE of open_tcp().
  std::uint32_t connect_shortage = 0;  // ENOBUFS or EADDRNOTAVAIL of a connect.
  std::uint32_t cancel_in_vain = 0;    // Of cancelled operations.
  std::uint32_t interrupted = 0;       // Of waits: EINTR.
  std::uint32_t stopped = 0;           // Of waits: the process is stopped, for up to stop_most.
  Duration stop_most{};
  std::uint32_t late = 0;  // Of completions: up to 20 ms late.
  bool ring_fails = false;
};

}  // namespace mxsweep::scan
