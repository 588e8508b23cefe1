// SPDX-License-Identifier: MIT
// What has been counted since the process began: results, laps, deliveries.
//
//   Memory   6 KB a group.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/metrics/buckets.h"
#include "mxsweep/view/metrics_facts.h"
#include "mxsweep/watch/history_row.h"

namespace mxsweep::view {

class ProbeCounters {  // Of a group.
 public:
  void add(const watch::HistoryRow& row);
  [[nodiscard]] const std::array<metrics::Buckets, kLaps>& laps() const { return laps_; }
  // Those that are not zero.
  void append_to(std::vector<ProbeCounter>& counters, const std::string& group) const;

 private:
  std::array<std::uint64_t, kOutcomeCount * kCauseCount> counts_{};
  std::array<metrics::Buckets, kLaps> laps_;
};

// Of the whole process.
struct Counters {
  struct Deliveries {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
  };
  std::map<std::string, Deliveries, std::less<>> channels;

  void add_delivery(std::string_view channel, bool ok) {
    auto found = channels.find(channel);
    if (found == channels.end()) found = channels.emplace(channel, Deliveries()).first;
    ++(ok ? found->second.delivered : found->second.failed);
  }
};

}  // namespace mxsweep::view
