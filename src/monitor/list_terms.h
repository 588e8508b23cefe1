// SPDX-License-Identifier: MIT
// Whether what the groups would ask blocklists in a day is within the terms of the lists. Pure.
#pragma once

#include <string>
#include <vector>

#include "monitor/hand.h"

namespace mxsweep::monitor {

// A sentence for each list that would be asked more than it allows. What is not known before DNS
// has answered is left out: a name is one address, and a mail domain one server. Requires: the
// lists are read.
[[nodiscard]] std::vector<std::string> beyond_terms(const Loaded& loaded);

}  // namespace mxsweep::monitor
