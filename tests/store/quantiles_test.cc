// SPDX-License-Identifier: MIT
#include "store/quantiles.h"

#include <algorithm>

#include "support/catch.h"

namespace mxsweep::store {

TEST_CASE("the spread of a hundred values has each of its ranks", "[store][quantiles]") {
  std::vector<std::uint32_t> values;
  for (std::uint32_t i = 100; i >= 1; --i) values.push_back(i * 1000);
  const Spread spread = spread_of(values);
  CHECK(spread.count == 100);
  CHECK(spread.at == decltype(spread.at){1000, 10'000, 25'000, 50'000, 75'000, 90'000, 100'000});
}

TEST_CASE("the spread of one value is that value", "[store][quantiles]") {
  std::vector<std::uint32_t> values = {7};
  CHECK(spread_of(values).at == decltype(Spread::at){7, 7, 7, 7, 7, 7, 7});
  values.clear();
  CHECK(spread_of(values) == Spread{});
}

TEST_CASE("the spread of equal parts together is that of each", "[store][quantiles]") {
  std::vector<std::uint32_t> values;
  for (std::uint32_t i = 1; i <= 60; ++i) values.push_back(i * 100);
  const Spread part = spread_of(values);
  const std::vector<Spread> parts(24, part);
  const Spread all = spread_of_all(parts);
  CHECK(all.count == 24 * 60);
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
    CHECK(all.at[i] + 1 >= part.at[i]);
    CHECK(all.at[i] <= part.at[i] + 1);
  }
}

TEST_CASE("parts without values do not count, and the ends are exact", "[store][quantiles]") {
  std::vector<std::uint32_t> low = {10, 11, 12};
  std::vector<std::uint32_t> high = {1000, 2000, 4'000'000'000};
  const std::vector<Spread> parts = {Spread{}, spread_of(low), Spread{}, spread_of(high)};
  const Spread all = spread_of_all(parts);
  CHECK(all.count == 6);
  CHECK(all.at.front() == 10);
  CHECK(all.at.back() == 4'000'000'000);
  CHECK(std::is_sorted(all.at.begin(), all.at.end()));
  CHECK(spread_of_all({}) == Spread{});
}

}  // namespace mxsweep::store
