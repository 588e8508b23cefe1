// SPDX-License-Identifier: MIT
// How a program of the user's has ended, and what it has printed. Pure.
//
//   Secrets   the sentences have nothing of its output.
//   Errors    none: any ending has its sentence.
#pragma once

#include <cstddef>
#include <string>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"

namespace mxsweep::programs {

struct Ending {
  int error = 0;         // Not 0: it could not be started.
  int signal = 0;        // Not 0: that has ended it.
  int exit_status = -1;  // Without error and signal.
  bool timed_out = false;
  Duration timeout{};
  std::string output{};
};

// Why it has no exit status; empty: it has one.
[[nodiscard]] std::string fault_of(const Ending& ending);

// A password or a token. One line end at its end is dropped.
// Errors: unusable: the program has failed, printed nothing, or more than `octets_max`.
[[nodiscard]] Result<std::string> printed_by(const Ending& ending, std::size_t octets_max);

}  // namespace mxsweep::programs
