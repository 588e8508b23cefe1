// SPDX-License-Identifier: MIT
// What the notifier keeps of a channel: its cap, whether it works, what is ready to leave. Pure.
//
//   Shape    The cap counts what was accepted in the last hour and what is in flight. A digest
//            counts as one, and while it is in flight nothing else leaves a channel with a cap.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/incident.h"

namespace mxsweep::watch {

inline constexpr Duration kCapWindow = std::chrono::hours{1};

struct Line {
  std::string channel;
  std::uint32_t cap = 0;  // 0: none.
  std::set<IncidentId> ready;
  std::deque<Instant> accepted;  // In the last hour, oldest first; empty without a cap.
  std::uint32_t flying = 0;
  bool digest_open = false;
  std::optional<Instant> failing_since;
  Instant not_before = Instant::min();  // As the receiver has asked.
  enum class Reported : std::uint8_t { nothing, works, broken } reported = Reported::nothing;

  // When something that is ready can leave; kNever: an answer comes first, or nothing is ready.
  [[nodiscard]] Instant opens() const {
    if (ready.empty()) return kNever;
    if (cap == 0) return not_before;
    const std::size_t used = accepted.size() + flying;
    if (digest_open || flying >= cap) return kNever;
    if (used < cap) return not_before;
    return std::max(not_before, accepted[used - cap] + kCapWindow);
  }
  // Requires: a cap.
  [[nodiscard]] std::uint32_t slots(Instant now) {
    while (!accepted.empty() && accepted.front() + kCapWindow <= now) accepted.pop_front();
    const std::size_t used = accepted.size() + flying;
    return used < cap ? static_cast<std::uint32_t>(cap - used) : 0;
  }
  void count_accepted(Instant now) {
    if (cap != 0) accepted.push_back(now);
  }
};

}  // namespace mxsweep::watch
