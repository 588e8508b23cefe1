// SPDX-License-Identifier: MIT
// Limits the rate of new connections: one token bucket for all workers. Pure: `now` is an argument.
//
//   Source    GCRA (ITU-T I.371): the bucket is one moment, in whole nanoseconds.
//   Shape     claim() takes the next token and returns the moment from which it may be used. If
//             that lies in the future, the worker that claimed the token waits for it. So workers
//             are served in order, and none wakes up for a token that another one takes.
//   Formula   Of the moments that claim() returns, at most 1 + per_second * (t + slack) lie in any
//             span t. A worker that is late uses its token as soon as it can, and a token that was
//             given back may be used in addition to these.
//   Threads   any. One compare-and-swap per claim; without a limit nothing shared is touched. The
//             workers exchange nothing but this moment, so a relaxed order suffices.
//   Errors    none. A rate of zero means no limit.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "mxsweep/core/time.h"

namespace mxsweep::pace {

// How far back unclaimed tokens are kept: for a worker that had nothing to begin, and for one that
// was waiting for its moment and woke up late, as threads do on a loaded machine.
inline constexpr Duration kIdleSlack = std::chrono::milliseconds{10};
inline constexpr Duration kLateSlack = std::chrono::milliseconds{100};

class Rate {
 public:
  Rate(double per_second, Instant start);

  // The moment from which the token may be used; at once if it is not later than `now`.
  [[nodiscard]] Instant claim(Instant now, Duration slack = kIdleSlack);
  void give_back();  // Returns a token that was claimed and not used.

 private:
  static constexpr std::size_t kCacheLine = 64;

  std::int64_t interval_ = 0;  // From one token to the next, in nanoseconds; 0: no limit.
  alignas(kCacheLine) std::atomic<std::int64_t> next_;  // When the next token is available.
};

}  // namespace mxsweep::pace
