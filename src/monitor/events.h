// SPDX-License-Identifier: MIT
// The events of the monitor as lines: JSON for --events, and text for people and for journald.
// Pure.
//
//   Source   sd-daemon(3) for the prefixes "<3>" to "<6>", which journald takes as priorities.
#pragma once

#include <string>

#include "mxsweep/watch/effects.h"

namespace mxsweep::monitor {

// One line, LF included.
void append_event_json(const watch::Event& event, std::string& out);

// "10:02:10 opened incident 42: …"; without the time where journald adds it. Without LF.
[[nodiscard]] std::string event_line(const watch::Event& event, bool for_journal);

}  // namespace mxsweep::monitor
