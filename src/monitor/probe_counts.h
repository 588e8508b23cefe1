// SPDX-License-Identifier: MIT
// How many probes the monitor has made since its start, and how late they began.
#pragma once

#include <cstdint>

#include "mxsweep/core/time.h"
#include "mxsweep/metrics/buckets.h"
#include "mxsweep/results/histogram.h"

namespace mxsweep::monitor {

inline constexpr Duration kLate = std::chrono::seconds{1};  // After it was due: reported as late.

struct ProbeCounts {
  std::uint64_t visits = 0;   // Connections.
  std::uint64_t results = 0;  // Of monitors; several may share a visit.
  std::uint64_t late_turns = 0;
  std::uint64_t shortages = 0;
  results::Histogram lag;
  metrics::Buckets lags;   // The same, as metrics have it.
  std::uint64_t late = 0;  // Results whose lag was more than kLate.
};

}  // namespace mxsweep::monitor
