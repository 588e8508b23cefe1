// SPDX-License-Identifier: MIT
// When the next connection may start: a token bucket. Pure: `now` is an argument.
//
//   Source    GCRA (ITU-T I.371): the bucket as one moment, in whole nanoseconds.
//   Formula   Over any span t, at most burst() + per_second * t tokens are given; burst() is what
//             10 ms are worth, and at least one.
//   Units     tokens are whole: one is one new connection.
//   Errors    none. A rate of zero means no limit.
#pragma once

#include <cstdint>

#include "mxsweep/core/time.h"

namespace mxsweep::pace {

class Rate {
 public:
  Rate(double per_second, Instant start);

  // How many may start at `now`, at most `wanted`; those are taken.
  [[nodiscard]] std::uint32_t take(std::uint32_t wanted, Instant now);
  void give_back(std::uint32_t tokens);  // Taken and not used.
  // When one more may start; `now` when it may start at once.
  [[nodiscard]] Instant next(Instant now) const;
  [[nodiscard]] std::uint32_t burst() const { return burst_; }

 private:
  Duration interval_{0};  // From one token to the next; zero means no limit.
  std::uint32_t burst_ = 1;
  Instant earliest_;  // When the next token is there; it lies behind us while some are saved up.
};

}  // namespace mxsweep::pace
