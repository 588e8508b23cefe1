// SPDX-License-Identifier: MIT
// The policy of retries: which visits are made again, and how much later. Pure.
//
//   Why       a server that declines for now, or a connection that was lost before the dialogue,
//             shows nothing about what the server can do. A refusal for good (5xx) is an answer.
//   Shape     retry_rule() of a visit's end; null: it is final. retry_delay() of the rule and the
//             number of the attempt that ended.
//   Address   a retry never uses another source address: that would evade the server's decision.
//   Errors    none.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"

namespace mxsweep::pace {

inline constexpr std::uint32_t kRetriesDefault = 1;  // Of a foreign target.
// An observation has four bits for the number of its attempt.
inline constexpr std::uint32_t kRetriesMost = 10;
inline constexpr Duration kRetryDelayMost = std::chrono::hours{24};

// How a visit ended.
struct VisitEnd {
  Outcome outcome;
  Phase phase;
  Cause cause;
  int code = 0;  // Of the reply that decided the outcome; 0: none did.
};

struct RetryRule {
  std::string_view what;  // As docs/politeness.md describes it.
  bool (*applies)(const VisitEnd& end);
  Duration first;        // From the end of the first attempt to the second.
  std::uint32_t growth;  // From each delay to the next.
};

// docs/politeness.md has this table; a test compares them.
inline constexpr std::array kRetryRules = {
    RetryRule{"a 421 or another 4xx reply as the greeting or to EHLO",
              [](const VisitEnd& end) {
                const bool early = end.phase == Phase::greeting || end.phase == Phase::ehlo;
                return early && end.outcome == Outcome::refused && end.code / 100 == 4;
              },
              std::chrono::minutes{15}, 2},
    RetryRule{"a reset before the greeting was complete",
              [](const VisitEnd& end) {
                return end.phase == Phase::greeting && end.cause == Cause::net_reset;
              },
              std::chrono::minutes{2}, 4},
    RetryRule{"no answer to the connection attempt",
              [](const VisitEnd& end) {
                return end.phase == Phase::connect && end.cause == Cause::net_timeout;
              },
              std::chrono::minutes{1}, 4},
};

[[nodiscard]] constexpr const RetryRule* retry_rule(const VisitEnd& end) {
  const auto* const found = std::find_if(kRetryRules.begin(), kRetryRules.end(),
                                         [&](const RetryRule& rule) { return rule.applies(end); });
  return found == kRetryRules.end() ? nullptr : found;
}

// `attempt`: the one that ended, counted from 1. `first`: instead of the rule's, unless it is zero.
[[nodiscard]] constexpr Duration retry_delay(const RetryRule& rule, std::uint32_t attempt,
                                             Duration first = Duration::zero()) {
  Duration delay = first == Duration::zero() ? rule.first : first;
  for (std::uint32_t i = 1; i < attempt && delay < kRetryDelayMost; ++i) delay *= rule.growth;
  return std::min(delay, kRetryDelayMost);
}

static_assert(retry_delay(kRetryRules.front(), 3) == std::chrono::hours{1});

}  // namespace mxsweep::pace
