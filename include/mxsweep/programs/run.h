// SPDX-License-Identifier: MIT
// Runs a program of the user's to its end, for what it prints: a password or a token.
//
//   Shape     blocks until it ends, `patience` at most. Its standard error is ours, so that what it
//             asks or complains of is seen. One line end at the end of the output is dropped.
//   Secrets   the sentences have nothing of its output.
//   Errors    unusable: it cannot be started, has failed, printed nothing or too much, or was ended
//             because it took too long.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"

namespace mxsweep::programs {

// Requires: the command is not empty.
Result<std::string> output_of(const std::vector<std::string>& command, std::size_t octets_max,
                              Duration patience);

}  // namespace mxsweep::programs
