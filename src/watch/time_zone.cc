// SPDX-License-Identifier: MIT
#include "mxsweep/watch/time_zone.h"

#include <algorithm>
#include <cstddef>

namespace mxsweep::watch {
namespace {

const TimeZone::Offset kUtc{WallTime::min(), std::chrono::seconds{0}, "UTC"};

}  // namespace

const TimeZone::Offset& TimeZone::at(WallTime moment) const {
  if (offsets.empty()) return kUtc;
  const auto after =
      std::upper_bound(offsets.begin(), offsets.end(), moment,
                       [](WallTime time, const Offset& offset) { return time < offset.from; });
  return after == offsets.begin() ? offsets.front() : *(after - 1);
}

WallTime TimeZone::moment_of(std::chrono::seconds local) const {
  const WallTime as_utc{std::chrono::microseconds(local)};
  if (offsets.empty()) return as_utc;
  // The periods that can have this local time begin at most a day from it, either way. The first
  // period in which it ends before the period does is the earlier of two; where the clocks have
  // skipped it, that period is the next one, and the time read by the offset before the gap is
  // moved forward by the gap.
  const std::chrono::days day{1};
  auto period =
      std::upper_bound(offsets.begin(), offsets.end(), as_utc - day,
                       [](WallTime time, const Offset& offset) { return time < offset.from; });
  if (period != offsets.begin()) --period;
  for (; period + 1 != offsets.end(); ++period) {
    const WallTime moment = as_utc - period->offset;
    if (moment < (period + 1)->from) return moment;
    const WallTime by_next = as_utc - (period + 1)->offset;
    if (by_next < (period + 1)->from) return moment;  // In the gap.
  }
  return as_utc - period->offset;
}

}  // namespace mxsweep::watch
