// SPDX-License-Identifier: MIT
// Whether it is known what the neighbours of a problem do. While many of them are undecided (they
// fail, and it does not count yet), how far the problem reaches is not known.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "mxsweep/watch/monitor.h"
#include "watch/scopes.h"

namespace mxsweep::watch {

// Of so many monitors some have a blip at any time, which decides nothing.
inline constexpr std::uint32_t kManyWatched = 1000;
inline constexpr std::uint32_t kUndecidedPercent = 1;
inline constexpr std::uint32_t kUndecidedLeast = 10;  // Of a group, and of everything.

class Settling {
 public:
  // `waiting`: the problems that wait.
  Settling(const Scopes& scopes, std::span<const MonitorId> waiting,
           const std::unordered_set<MonitorId>& undecided);
  // Its extent is not known yet.
  [[nodiscard]] bool holds(MonitorId monitor) const;

 private:
  [[nodiscard]] bool is_open(ValueNumber value, std::uint32_t undecided,
                             std::uint32_t waiting) const;

  struct Counts {
    std::uint32_t undecided = 0;
    std::uint32_t waiting = 0;
  };
  const Scopes& scopes_;
  std::unordered_map<ValueNumber, Counts> counts_;  // Of values with undecided monitors.
};

}  // namespace mxsweep::watch
