// SPDX-License-Identifier: MIT
// A result in 16 octets.
//
//   Layout   head: 32 bits of seconds since 1970, outcome 3, state 2, unobserved, maintenance,
//            phase 4, cause 7, the total in 14. laps: connect, greeting, EHLO and TLS in 14 each.
//   Units    laps in microseconds: exact below 512, to 1/512 of the value above.
#pragma once

#include <cstdint>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/view/monitor_facts.h"
#include "mxsweep/watch/history_row.h"

namespace mxsweep::view {

struct Entry {
  std::uint64_t head = 0;
  std::uint64_t laps = 0;
};
static_assert(sizeof(Entry) == 16);
static_assert(kCauseCount <= 128 && kPhaseCount <= 16 && kOutcomeCount <= 8);

[[nodiscard]] Entry pack(const watch::HistoryRow& row);
[[nodiscard]] ProbeFacts unpack(const Entry& entry);

[[nodiscard]] inline WallTime at_of(const Entry& entry) {
  return WallTime{std::chrono::seconds{static_cast<std::uint32_t>(entry.head)}};
}

// It says nothing of the server: it was declined, or is about ourselves.
[[nodiscard]] constexpr bool says_nothing(Outcome outcome) {
  return outcome != Outcome::ok && outcome != Outcome::degraded && outcome != Outcome::failed;
}

}  // namespace mxsweep::view
