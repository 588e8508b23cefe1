// SPDX-License-Identifier: MIT
// What an hour or a day of one monitor comes to. Pure.
//
//   Rules    A result's state lasts until the next result, but no longer than three times the usual
//            distance between them: beyond that, nothing was observed. Before the first result of
//            the hour it counts as that of the first. Maintenance outranks unobserved, which
//            outranks the state. The total counts for results that are ok or degraded, a phase for
//            those that reached its end.
//   Promise  the seconds of an hour add up to 3,600.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/watch/state.h"
#include "store/history_schema.h"
#include "store/quantiles.h"

namespace mxsweep::store {

inline constexpr std::size_t kSpreadCount = std::size(kSpreads);

struct Measured {
  std::uint32_t monitor = 0;
  std::uint32_t at_ms = 0;  // Within the hour.
  Outcome outcome = Outcome::ok;
  watch::State state = watch::State::up;
  bool unobserved = false;
  bool maintenance = false;
  std::array<std::uint32_t, kSpreadCount> us{};  // As kSpreads; 0: not reached.
};

struct Summary {
  std::array<std::uint32_t, std::size(kCounts)> counts{};
  std::array<std::uint32_t, std::size(kSeconds)> seconds{};
  std::array<Spread, kSpreadCount> spreads{};

  friend bool operator==(const Summary&, const Summary&) = default;
};

class Summarizer {
 public:
  // Requires: results of one monitor, in order of time; at least one.
  [[nodiscard]] Summary hour(std::span<const Measured> results);
  [[nodiscard]] Summary day(std::span<const Summary> hours);

 private:
  std::vector<std::uint32_t> values_;  // Kept for its memory.
  std::vector<Spread> parts_;
};

}  // namespace mxsweep::store
