// SPDX-License-Identifier: MIT
// A histogram of durations with buckets that grow with the value: any percentile to within 1/32, in
// a few KiB, for any number of values.
//
//   Source    the log-linear histogram of HdrHistogram (Tene).
//   Units     microseconds inside, Duration outside. Values above 2^32 us (71 min) count as that.
//   Memory    fixed, no allocation; add() is a few instructions.
#pragma once

#include <array>
#include <cstdint>

#include "mxsweep/core/time.h"

namespace mxsweep::results {

class Histogram {
 public:
  void add(Duration value);
  void merge(const Histogram& other);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  // The value at or below which `percent` of all values lie, to a bucket's width; zero if empty.
  [[nodiscard]] Duration percentile(double percent) const;
  [[nodiscard]] Duration highest() const;

 private:
  static constexpr unsigned kSubBits = 5;
  static constexpr unsigned kBuckets = (32 - kSubBits + 1) << kSubBits;
  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t highest_us_ = 0;
};

}  // namespace mxsweep::results
