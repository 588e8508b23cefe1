// SPDX-License-Identifier: MIT
// Explains problems by the fewest causes: a greedy cover of monitors by the values that they share.
//
//   Rules    A value explains its f problems, and its h healthy monitors speak against it: it is
//            taken if f >= 3 and f >= 4 h, which is 80 % of f + h. The largest f - 4 h goes first;
//            on a tie the narrower kind, then the field's name, then the lowest monitor. What it
//            covers no longer counts for others.
//   Cost     sorts the values of the failing monitors; healthy ones are not looked at.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mxsweep/watch/monitor.h"
#include "watch/scopes.h"

namespace mxsweep::watch {

inline constexpr std::uint32_t kHealthyWeight = 4;

struct Covered {
  ValueNumber value = kNoValue;     // kNoValue: a monitor by itself.
  std::vector<MonitorId> monitors;  // In order.
};

// `problems`: sorted, each once. `known`: others that are not healthy, each once: those that have
// an incident of this kind already, or are undecided; they are not covered. First come those with a
// value, in the order of the cover.
[[nodiscard]] std::vector<Covered> cover(const Scopes& scopes, std::span<const MonitorId> problems,
                                         std::span<const MonitorId> known);

}  // namespace mxsweep::watch
