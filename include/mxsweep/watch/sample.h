// SPDX-License-Identifier: MIT
// What one probe says about the state of a monitor, in the words of the monitor.
//
//   Shape    sample_of() reads a record of `scan`; so a day's records can be replayed.
//   Lifetime views of the record: valid during the call that takes the sample.
#pragma once

#include <cstdint>
#include <span>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/results/record.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

enum class Verdict : std::uint8_t {
  good,
  warn,  // Up, with something that must be fixed.
  bad,
  none,  // Says nothing of the server: refused, throttled, local. It moves nothing.
};

struct Sample {
  Verdict verdict = Verdict::none;
  Outcome outcome = Outcome::local;
  Phase phase = Phase::input;
  Cause cause = Cause::none;
  int code = 0;  // Of the reply that decided; 0: none did.
  std::uint64_t reply =
      0;  // Hash of that reply's text: a new text is new evidence. All numbers are equal.
  WallTime at{};
  bool with_tls = false;  // TLS was tried, or is not offered: its absence means something.
  const results::Record* record = nullptr;  // Null in tests that need none.
};

// `page_on`: causes of degraded servers, or refusals, that count as bad.
[[nodiscard]] Sample sample_of(const results::Record& record, std::span<const Cause> page_on);

}  // namespace mxsweep::watch
