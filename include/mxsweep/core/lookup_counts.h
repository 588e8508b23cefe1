// SPDX-License-Identifier: MIT
// What the resolver of a sweep was asked, and what became of the questions.
#pragma once

#include <cstdint>

namespace mxsweep {

struct LookupCounts {
  std::uint64_t asked = 0;        // The sum of the next four, and of those not answered yet.
  std::uint64_t from_cache = 0;   // Answered at once.
  std::uint64_t coalesced = 0;    // Waited for the answer to the same question, asked before.
  std::uint64_t answered = 0;     // By a server, whatever the answer was.
  std::uint64_t failed = 0;       // timeout, unreachable, and what broke on the way.
  std::uint64_t sent = 0;         // Questions that went out, each counted once.
  std::uint64_t retried = 0;      // Times that one of them had to go out again.
  std::uint64_t timeouts = 0;     // Of `failed`.
  std::uint64_t unreachable = 0;  // Of `failed`.
  std::uint64_t tcp = 0;          // Connections made because a response was cut.
};

}  // namespace mxsweep
