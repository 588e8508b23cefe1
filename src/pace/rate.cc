// SPDX-License-Identifier: MIT
#include "mxsweep/pace/rate.h"

#include <algorithm>
#include <cmath>

namespace mxsweep::pace {
namespace {

constexpr double kSlowest = 1e-6;  // One in eleven days: slower rates would overflow an Instant.

}  // namespace

Rate::Rate(double per_second, Instant start) : next_(start.time_since_epoch().count()) {
  if (per_second <= 0) return;
  // Rounded up, so that the rate is never exceeded.
  interval_ = static_cast<std::int64_t>(std::ceil(1e9 / std::max(per_second, kSlowest)));
}

Instant Rate::claim(Instant now, Duration slack) {
  if (interval_ == 0) return now;
  const std::int64_t earliest = (now - slack).time_since_epoch().count();
  std::int64_t next = next_.load(std::memory_order_relaxed);
  while (true) {
    const std::int64_t ours = std::max(next, earliest);
    if (next_.compare_exchange_weak(next, ours + interval_, std::memory_order_relaxed)) {
      return Instant(Duration(ours));
    }
  }
}

void Rate::give_back() { next_.fetch_sub(interval_, std::memory_order_relaxed); }

}  // namespace mxsweep::pace
