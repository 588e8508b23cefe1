// SPDX-License-Identifier: MIT
// The spread of a set of durations in seven numbers, and that of several sets together. Pure.
//
//   Source    the quantile of rank ceil(q * n), which is one of the values; SmokePing's smoke.
//   Units     microseconds.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace mxsweep::store {

inline constexpr std::array<double, 7> kQuantiles = {0, 0.10, 0.25, 0.50, 0.75, 0.90, 1};

struct Spread {
  std::uint32_t count = 0;                            // Of the values; 0: there is no spread.
  std::array<std::uint32_t, kQuantiles.size()> at{};  // min, p10, p25, p50, p75, p90, max.

  friend bool operator==(const Spread&, const Spread&) = default;
};

// Sorts the values.
[[nodiscard]] Spread spread_of(std::vector<std::uint32_t>& values);
// An estimate: between two of its numbers, a set counts as evenly spread. The number of values, the
// least and the greatest are exact.
[[nodiscard]] Spread spread_of_all(std::span<const Spread> parts);

}  // namespace mxsweep::store
