// SPDX-License-Identifier: MIT
// Joins batches that could not be committed yet. Pure.
//
//   Shape    Committing the joined batch has the effect of committing one after the other: removals
//            come first in a batch, so a removal takes with it what earlier batches say of the
//            monitor.
//   Memory   condense() keeps the last row of each key, and the newest kLogRowsMax of each log.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "mxsweep/watch/rows.h"

namespace mxsweep::store {

inline constexpr std::size_t kLogRowsMax = 20'000;

template <typename Row>
void move_behind(std::vector<Row>& rows, std::vector<Row>&& later) {
  if (rows.empty()) {
    rows = std::move(later);
  } else {
    std::move(later.begin(), later.end(), std::back_inserter(rows));
  }
}

void append(watch::StateBatch& batch, watch::StateBatch&& later);
void condense(watch::StateBatch& batch);
[[nodiscard]] std::size_t row_count(const watch::StateBatch& batch);

}  // namespace mxsweep::store
