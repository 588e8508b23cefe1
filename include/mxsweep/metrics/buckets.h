// SPDX-License-Identifier: MIT
// A histogram with the fixed buckets that Prometheus wants: few, cumulative, of seconds. For
// percentiles of our own see results/histogram.h.
//
//   Units    seconds.
//   Memory   fixed; add() is a few instructions.
#pragma once

#include <array>
#include <cstdint>

#include "mxsweep/core/time.h"

namespace mxsweep::metrics {

// From the loopback of a data centre to the five minutes that RFC 5321 grants a greeting.
inline constexpr std::array<double, 14> kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                0.25,  0.5,    1,     2.5,  10,    30,   300};

class Buckets {
 public:
  void add(Duration value);
  // How many values are at most kBounds[bound].
  [[nodiscard]] std::uint64_t up_to(std::size_t bound) const;
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  std::array<std::uint64_t, kBounds.size()> counts_{};  // Each without the ones below.
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace mxsweep::metrics
