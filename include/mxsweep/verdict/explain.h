// SPDX-License-Identifier: MIT
// A verdict in words, for a person: what it means, and what to do next.
#pragma once

#include <string_view>

#include "mxsweep/core/outcome.h"

namespace mxsweep::verdict {

// One sentence without its full stop: "the server is too busy; try again later".
[[nodiscard]] std::string_view explain(Cause cause);

}  // namespace mxsweep::verdict
