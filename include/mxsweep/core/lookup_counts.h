// SPDX-License-Identifier: MIT
// The DNS lookups of a sweep, counted by how they ended, and the traffic that they caused.
#pragma once

#include <cstdint>

namespace mxsweep {

struct LookupCounts {
  std::uint64_t asked = 0;        // Lookups: the sum of the next four, and those still in progress.
  std::uint64_t from_cache = 0;   // Answered at once.
  std::uint64_t coalesced = 0;    // Shared the answer to the same question, already in progress.
  std::uint64_t answered = 0;     // By a server, whatever the answer was.
  std::uint64_t failed = 0;       // By timeout, as unreachable, or by a broken connection.
  std::uint64_t sent = 0;         // Questions that were sent, each counted once.
  std::uint64_t retried = 0;      // How often one of them was sent again.
  std::uint64_t timeouts = 0;     // Of `failed`.
  std::uint64_t unreachable = 0;  // Of `failed`.
  std::uint64_t tcp = 0;          // Connections made because a response was truncated.
};

}  // namespace mxsweep
