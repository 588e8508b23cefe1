// SPDX-License-Identifier: MIT
#include "mxsweep/pace/rate.h"

#include <algorithm>
#include <cmath>

namespace mxsweep::pace {
namespace {
constexpr double kBurstSeconds = 0.01;
constexpr double kSlowest = 1e-6;  // One in eleven days: slower rates would overflow an Instant.
}  // namespace

Rate::Rate(double per_second, Instant start) : earliest_(start) {
  if (per_second <= 0) return;
  // Rounded up, so that the promise holds: never more than the rate.
  const double rate = std::max(per_second, kSlowest);
  interval_ = Duration{static_cast<std::int64_t>(std::ceil(1e9 / rate))};
  burst_ = static_cast<std::uint32_t>(std::clamp(rate * kBurstSeconds, 1.0, 1e9));
}

std::uint32_t Rate::take(std::uint32_t wanted, Instant now) {
  if (interval_ == Duration::zero()) return wanted;
  earliest_ = std::max(earliest_, now - (burst_ - 1) * interval_);
  if (earliest_ > now) return 0;
  const std::int64_t there = (now - earliest_) / interval_ + 1;
  const auto taken = static_cast<std::uint32_t>(std::min<std::int64_t>(wanted, there));
  earliest_ += taken * interval_;
  return taken;
}

void Rate::give_back(std::uint32_t tokens) { earliest_ -= tokens * interval_; }

Instant Rate::next(Instant now) const { return std::max(now, earliest_); }

}  // namespace mxsweep::pace
