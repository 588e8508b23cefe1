// SPDX-License-Identifier: MIT
#include "mxsweep/results/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mxsweep::results {
namespace {

constexpr std::uint64_t kHighestMicroseconds = (std::uint64_t{1} << 32U) - 1;

// Each value below 2^sub_bits has its own bucket. Above, every power of two is divided into
// 2^sub_bits buckets, so a bucket is at most 1/2^sub_bits of its values wide.
constexpr std::size_t bucket_of(std::uint64_t value, unsigned sub_bits) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  if (width <= sub_bits) return value;
  const unsigned shift = width - 1 - sub_bits;
  return (std::size_t{shift} << sub_bits) + (value >> shift);
}

constexpr std::uint64_t highest_in(std::size_t bucket, unsigned sub_bits) {
  const std::size_t sub_count = std::size_t{1} << sub_bits;
  if (bucket < 2 * sub_count) return bucket;
  const std::size_t shift = (bucket >> sub_bits) - 1;
  return ((bucket - (shift << sub_bits) + 1) << shift) - 1;
}

static_assert(bucket_of(31, 5) == 31 && bucket_of(32, 5) == 32 && bucket_of(63, 5) == 63);
static_assert(bucket_of(64, 5) == 64 && bucket_of(65, 5) == 64 && highest_in(64, 5) == 65);
static_assert(highest_in(bucket_of(kHighestMicroseconds, 5), 5) == kHighestMicroseconds);

}  // namespace

void Histogram::add(Duration value) {
  static_assert(bucket_of(kHighestMicroseconds, kSubBits) == kBuckets - 1);
  const std::int64_t nanoseconds = std::max<std::int64_t>(value.count(), 0);
  const std::uint64_t us =
      std::min(static_cast<std::uint64_t>(nanoseconds) / 1000, kHighestMicroseconds);
  ++counts_[bucket_of(us, kSubBits)];
  ++count_;
  highest_us_ = std::max(highest_us_, us);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  highest_us_ = std::max(highest_us_, other.highest_us_);
}

Duration Histogram::percentile(double percent) const {
  const double wanted =
      std::ceil(std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(count_));
  const std::uint64_t rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  std::uint64_t passed = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    passed += counts_[bucket];
    if (passed < rank) continue;
    return std::chrono::microseconds(std::min(highest_in(bucket, kSubBits), highest_us_));
  }
  return highest();
}

Duration Histogram::highest() const { return std::chrono::microseconds(highest_us_); }

}  // namespace mxsweep::results
