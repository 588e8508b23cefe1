// SPDX-License-Identifier: MIT
// When the next connection may start: one token bucket for all workers. Pure: `now` is an argument.
//
//   Source    GCRA (ITU-T I.371): the bucket as one moment, in whole nanoseconds.
//   Shape     claim() takes the next token and says from when on it may be used. That may lie
//             ahead: the worker that claimed it waits for it, and no other one does. So workers
//             are served in turn, and none wakes up for a token that another one takes.
//   Formula   Of the moments that claim() answers, at most 1 + per_second * (t + slack) lie in any
//             span t. A worker that is late uses its token as soon as it can, and a token that was
//             given back may be used once more than that.
//   Threads   any. One compare-and-swap a claim; without a limit nothing that is shared is touched.
//             The moment is all that the workers tell each other, so its order is relaxed.
//   Errors    none. A rate of zero means no limit.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "mxsweep/core/time.h"

namespace mxsweep::pace {

// For how long unclaimed tokens are saved up: for a worker that had nothing to begin, and for one
// that was waiting for its moment and woke up late, as threads do on a loaded machine.
inline constexpr Duration kIdleSlack = std::chrono::milliseconds{10};
inline constexpr Duration kLateSlack = std::chrono::milliseconds{100};

class Rate {
 public:
  Rate(double per_second, Instant start);

  // Not later than `now`: at once.
  [[nodiscard]] Instant claim(Instant now, Duration slack = kIdleSlack);
  void give_back();  // One that was claimed and not used.

 private:
  static constexpr std::size_t kCacheLine = 64;

  std::int64_t interval_ = 0;  // From one token to the next, in nanoseconds; 0: no limit.
  alignas(kCacheLine) std::atomic<std::int64_t> next_;  // When the next token is there.
};

}  // namespace mxsweep::pace
