// SPDX-License-Identifier: MIT
#include "store/quantiles.h"

#include <algorithm>
#include <cmath>

namespace mxsweep::store {
namespace {

// Which share of the set is at or below `value`.
double share_at(const Spread& spread, double value) {
  if (value < spread.at.front()) return 0;
  if (value >= spread.at.back()) return 1;
  std::size_t i = 1;
  while (value >= spread.at[i]) ++i;  // Ends before the last, which is above `value`.
  const double low = spread.at[i - 1];
  const double within = (value - low) / (spread.at[i] - low);
  return kQuantiles[i - 1] + within * (kQuantiles[i] - kQuantiles[i - 1]);
}

}  // namespace

Spread spread_of(std::vector<std::uint32_t>& values) {
  Spread spread;
  spread.count = static_cast<std::uint32_t>(values.size());
  if (values.empty()) return spread;
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
    const double rank = std::ceil(kQuantiles[i] * static_cast<double>(values.size()));
    spread.at[i] = values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
  }
  return spread;
}

Spread spread_of_all(std::span<const Spread> parts) {
  Spread all;
  for (const Spread& part : parts) {
    if (part.count == 0) continue;
    all.at.front() = all.count == 0 ? part.at.front() : std::min(all.at.front(), part.at.front());
    all.at.back() = std::max(all.at.back(), part.at.back());
    all.count += part.count;
  }
  for (std::size_t i = 1; i + 1 < kQuantiles.size(); ++i) {
    const double wanted = kQuantiles[i] * all.count;
    std::uint32_t low = all.at[i - 1];
    std::uint32_t high = all.at.back();
    while (low < high) {  // The least value with that many at or below it.
      const std::uint32_t middle = low + (high - low) / 2;
      double reached = 0;
      for (const Spread& part : parts) {
        if (part.count != 0) reached += share_at(part, middle) * part.count;
      }
      if (reached >= wanted) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    all.at[i] = low;
  }
  return all;
}

}  // namespace mxsweep::store
