// SPDX-License-Identifier: MIT
#include "mxsweep/checks/blocklists.h"

#include <utility>

namespace mxsweep::checks {

Blocklists::Blocklists(std::vector<blocklists::Zone> zones, blocklists::DaySpent spent,
                       Duration cached_most, Keep keep)
    : watch_(std::move(zones), std::move(spent), cached_most),
      keep_(std::move(keep)),
      kept_(watch_.spent()) {}

void Blocklists::on_time(Instant now, WallTime wall) {
  watch_.on_time(now, wall);
  const bool same = watch_.spent() == kept_ && watch_.changes() == changes_kept_;
  if (now < keep_at_ || same) return;
  keep_at_ = now + kKeepEvery;
  changes_kept_ = watch_.changes();
  kept_ = watch_.spent();
  keep_(kept_);
}

std::size_t Blocklists::count_of(blocklists::Kind kind) const {
  std::size_t count = 0;
  for (blocklists::ZoneWatch::PartNumber part = 0; part < watch_.parts(); ++part) {
    if (watch_.kind_of(part) == kind) ++count;
  }
  return count;
}

}  // namespace mxsweep::checks
