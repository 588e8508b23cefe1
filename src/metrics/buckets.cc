// SPDX-License-Identifier: MIT
#include "mxsweep/metrics/buckets.h"

#include <algorithm>
#include <numeric>

namespace mxsweep::metrics {

void Buckets::add(Duration value) {
  const double seconds = std::chrono::duration<double>(value).count();
  ++count_;
  sum_ += seconds;
  const auto* const bound = std::ranges::lower_bound(kBounds, seconds);
  if (bound != kBounds.end()) ++counts_[static_cast<std::size_t>(bound - kBounds.begin())];
}

std::uint64_t Buckets::up_to(std::size_t bound) const {
  const auto* const end = counts_.begin() + bound + 1;
  return std::accumulate(counts_.begin(), end, std::uint64_t{0});
}

}  // namespace mxsweep::metrics
