// SPDX-License-Identifier: MIT
#include "view/counters.h"

#include <chrono>

namespace mxsweep::view {

void ProbeCounters::add(const watch::HistoryRow& row) {
  ++counts_[static_cast<std::size_t>(row.outcome) * kCauseCount +
            static_cast<std::size_t>(row.cause)];
  const std::uint32_t us[] = {row.connect_us, row.greeting_us, row.ehlo_us, row.tls_us,
                              row.total_us};
  static_assert(std::size(us) == kLaps);
  for (std::size_t i = 0; i < kLaps; ++i) {
    if (us[i] != 0) laps_[i].add(std::chrono::microseconds{us[i]});
  }
}

void ProbeCounters::append_to(std::vector<ProbeCounter>& counters, const std::string& group) const {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    counters.push_back({.group = group,
                        .outcome = static_cast<Outcome>(i / kCauseCount),
                        .cause = static_cast<Cause>(i % kCauseCount),
                        .count = counts_[i]});
  }
}

}  // namespace mxsweep::view
