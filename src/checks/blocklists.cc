// SPDX-License-Identifier: MIT
#include "mxsweep/checks/blocklists.h"

#include <utility>

namespace mxsweep::checks {

Blocklists::Blocklists(std::vector<blocklists::Zone> zones, blocklists::DaySpent spent, Keep keep)
    : watch_(std::move(zones), std::move(spent)), keep_(std::move(keep)), kept_(watch_.spent()) {}

void Blocklists::on_time(Instant now, WallTime wall) {
  watch_.on_time(now, wall);
  if (now < keep_at_ || watch_.spent() == kept_) return;
  keep_at_ = now + kKeepEvery;
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
