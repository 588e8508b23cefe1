// SPDX-License-Identifier: MIT
// What the process tells its caller. These are published: scripts depend on them.
#pragma once

namespace mxsweep::cli {

inline constexpr int kRanToItsEnd = 0;   // Whatever the servers said.
inline constexpr int kStoppedEarly = 1;  // A signal, a closed output, an I/O error.
inline constexpr int kWrongUsage = 2;
inline constexpr int kCannotRunHere = 3;  // No io_uring, no descriptors: the cure is on stderr.

}  // namespace mxsweep::cli
