// SPDX-License-Identifier: MIT
// What the monitor keeps in history.db. docs/watch-storage.md describes the table.
#pragma once

#include <cstdint>

#include "mxsweep/core/outcome.h"
#include "mxsweep/watch/state.h"

namespace mxsweep::watch {

// One result: 100,000 a minute are usual, so it is small.
struct HistoryRow {
  std::uint32_t monitor = 0;  // The number that `store` has given to its key.
  std::int64_t at_ms = 0;     // Unix time.
  Outcome outcome = Outcome::ok;
  Phase phase = Phase::quit;
  Cause cause = Cause::none;
  State state = State::up;  // After this result.
  bool unobserved = false;
  bool maintenance = false;
  std::uint32_t total_us = 0;
  std::uint32_t connect_us = 0;
  std::uint32_t greeting_us = 0;
  std::uint32_t ehlo_us = 0;
  std::uint32_t tls_us = 0;  // 0: not reached.
};

}  // namespace mxsweep::watch
