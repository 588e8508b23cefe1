// SPDX-License-Identifier: MIT
#include "watch/settling.h"

#include <algorithm>

namespace mxsweep::watch {

Settling::Settling(const Scopes& scopes, std::span<const MonitorId> waiting,
                   const std::unordered_set<MonitorId>& undecided)
    : scopes_(scopes) {
  for (const MonitorId id : undecided) {
    for (const ValueNumber value : scopes.values_of(id)) {
      if (scopes.watched(value) >= kTogetherLeast) ++counts_[value].undecided;
    }
  }
  if (counts_.empty()) return;
  for (const MonitorId id : waiting) {
    for (const ValueNumber value : scopes.values_of(id)) {
      const auto found = counts_.find(value);
      if (found != counts_.end()) ++found->second.waiting;
    }
  }
  std::erase_if(counts_, [this](const auto& entry) {
    return !is_open(entry.first, entry.second.undecided, entry.second.waiting);
  });
}

bool Settling::is_open(ValueNumber value, std::uint32_t undecided, std::uint32_t waiting) const {
  // Too few to be one incident, whatever becomes of them.
  if (undecided + waiting < kTogetherLeast) return false;
  const std::uint32_t all = scopes_.watched(value);
  const std::uint32_t blips = all < kManyWatched ? 0 : all / 100 * kUndecidedPercent;
  const bool wide = scopes_.kind(value) >= ScopeKind::group;
  return undecided > (wide ? std::max(kUndecidedLeast, blips) : blips);
}

bool Settling::holds(MonitorId monitor) const {
  return !counts_.empty() && std::ranges::any_of(scopes_.values_of(monitor), [this](auto value) {
    return counts_.contains(value);
  });
}

}  // namespace mxsweep::watch
