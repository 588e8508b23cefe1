// SPDX-License-Identifier: MIT
#include "mxsweep/results/histogram.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::results {
namespace {

using std::chrono::microseconds;

// The exact percentile, from the sorted values.
std::uint64_t percentile_of(const std::vector<std::uint64_t>& sorted, double percent) {
  const double rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

void expect_percentiles(std::vector<std::uint64_t> values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.add(microseconds{value});
  std::sort(values.begin(), values.end());
  REQUIRE(histogram.count() == values.size());
  CHECK(histogram.highest() == microseconds{values.back()});
  for (const double percent : {0.0, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const std::uint64_t exact = percentile_of(values, percent);
    const auto found = static_cast<std::uint64_t>(histogram.percentile(percent) / microseconds{1});
    CAPTURE(percent, exact, found);
    CHECK(found >= exact);
    CHECK(found <= exact + exact / 32);
  }
}

}  // namespace

TEST_CASE("percentiles are those of the sorted values, to 1/32", "[results][histogram]") {
  Random random(2);
  for (const unsigned bits : {4U, 10U, 20U, 31U}) {
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 2000; ++i) values.push_back(random.below(1U << bits));
    expect_percentiles(values);
    // Values of all magnitudes equally often.
    for (std::uint64_t& value : values) value >>= random.below(bits);
    expect_percentiles(values);
  }
  expect_percentiles({0});
  expect_percentiles({1'000'000});
  expect_percentiles({3, 3, 3, 3, 1'000'000});
}

TEST_CASE("values around every power of two stay within their bucket", "[results][histogram]") {
  for (unsigned bit = 0; bit < 32; ++bit) {
    for (const std::uint64_t value : {(1ULL << bit) - 1, 1ULL << bit, (1ULL << bit) + 1}) {
      if (value >> 32U == 0) expect_percentiles({value, (1ULL << 32U) - 1});
    }
  }
}

TEST_CASE("the percentiles of an empty histogram are zero", "[results][histogram]") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.percentile(50) == Duration::zero());
  CHECK(histogram.highest() == Duration::zero());
}

TEST_CASE("values outside the range count as its ends", "[results][histogram]") {
  Histogram histogram;
  histogram.add(Duration{-5});
  histogram.add(Duration::min());
  CHECK(histogram.highest() == Duration::zero());
  histogram.add(Duration::max());
  CHECK(histogram.highest() == microseconds{(1ULL << 32U) - 1});
  CHECK(histogram.percentile(100) == microseconds{(1ULL << 32U) - 1});
  CHECK(histogram.percentile(50) == Duration::zero());
  CHECK(histogram.percentile(1000) == histogram.percentile(100));
  CHECK(histogram.percentile(-1) == histogram.percentile(0));
}

TEST_CASE("merged histograms equal one that counted all values", "[results][histogram]") {
  Random random(3);
  Histogram all;
  Histogram parts[3];
  for (int i = 0; i < 3000; ++i) {
    const microseconds value{random.below(1U << random.below(31))};
    all.add(value);
    parts[i % 3].add(value);
  }
  Histogram merged;
  for (const Histogram& part : parts) merged.merge(part);
  CHECK(merged.count() == all.count());
  CHECK(merged.highest() == all.highest());
  for (int percent = 0; percent <= 100; ++percent) {
    CHECK(merged.percentile(percent) == all.percentile(percent));
  }
}

}  // namespace mxsweep::results
