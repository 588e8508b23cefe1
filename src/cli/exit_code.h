// SPDX-License-Identifier: MIT
// The exit codes of the process. They are documented, and scripts depend on them.
#pragma once

namespace mxsweep::cli {

inline constexpr int kRanToItsEnd = 0;   // Whatever the servers replied.
inline constexpr int kStoppedEarly = 1;  // A signal, a closed output, an I/O error.
inline constexpr int kWrongUsage = 2;
inline constexpr int kCannotRunHere = 3;  // No io_uring, no descriptors: the cure is on stderr.

}  // namespace mxsweep::cli
