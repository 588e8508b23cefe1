// SPDX-License-Identifier: MIT
// Durations, shares and states as words, beside those of watch/plain_words.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/watch/plain_words.h"

namespace mxsweep::pages {

using watch::counted_grouped;
using watch::date_of;
using watch::grouped;
using watch::rfc3339;
using watch::short_time;
using watch::span_in_words;
using watch::time_of_day;

[[nodiscard]] std::string milliseconds(Duration duration);  // "13.4 ms", "10.0 s"
// Never "100 %" of what was down for a moment.
[[nodiscard]] std::string percent(double part);
[[nodiscard]] std::string capitalized(std::string text);
[[nodiscard]] std::string cut(std::string_view text, std::size_t octets_max);  // With "…".
// "20 days left", "ended 3 days ago".
[[nodiscard]] std::string left(WallTime end, WallTime now);

// The class that it has in the style sheet; of a state it is its word as well.
[[nodiscard]] std::string_view class_of(watch::State state);
[[nodiscard]] std::string_view class_of(const watch::Incident& incident);
// The worst state that any of them is in.
[[nodiscard]] watch::State worst(const view::Counts& counts);
// "connect timeout": the phase, unless it is the last one, and the cause without its family.
[[nodiscard]] std::string problem(Phase phase, Cause cause);

}  // namespace mxsweep::pages
