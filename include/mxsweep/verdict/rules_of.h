// SPDX-License-Identifier: MIT
// Which rules of the table of replies (src/verdict/reply_rows.cc) give a cause, in words for a
// person.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/core/outcome.h"

namespace mxsweep::verdict {

// In the order in which the rules are tried; empty: no reply has this cause.
[[nodiscard]] std::vector<std::string> rules_of(Cause cause);

}  // namespace mxsweep::verdict
