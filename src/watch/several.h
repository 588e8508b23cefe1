// SPDX-License-Identifier: MIT
// Incidents that would open together and fail in the same way are one: ten networks of a site, or
// the servers that a bad release was rolled out to. What exactly they have in common is not known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "watch/cover.h"

namespace mxsweep::watch {

inline constexpr std::size_t kSeveralLeast = 5;
// They have begun within so much of each other.
inline constexpr WallTime::duration kSeveralWithin = std::chrono::minutes{2};

// One that would open.
struct Opening {
  Covered covered;
  Phase phase = Phase::connect;  // The dominant ones of its problems.
  Cause cause = Cause::none;
  WallTime since{};
  bool held = false;     // The extent of one of its problems is not known yet,
  bool settled = false;  // and one has waited for that as long as may be.
};

// The numbers of openings, those of one incident together; by the first of each.
[[nodiscard]] std::vector<std::vector<std::size_t>> put_together(std::span<const Opening> openings);

// What they are: "networks", "servers", "causes" if they are of several kinds.
[[nodiscard]] std::string several_noun(const Scopes& scopes, std::span<const ValueNumber> values);

}  // namespace mxsweep::watch
