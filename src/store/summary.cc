// SPDX-License-Identifier: MIT
#include "store/summary.h"

#include <algorithm>

namespace mxsweep::store {
namespace {

constexpr std::uint32_t kHourLengthMs = kHourMs;
constexpr std::uint32_t kGapsMax = 3;  // A lost result, or a confirmation, is no gap.

// Of kSeconds.
std::size_t time_class(const Measured& result) {
  if (result.maintenance) return 5;
  if (result.unobserved) return 4;
  switch (result.state) {
    case watch::State::up: return 0;
    case watch::State::degraded: return 1;
    case watch::State::down: return 2;
    case watch::State::unknown: break;
  }
  return 3;
}
constexpr std::size_t kUnobserved = 4;

// Of kCounts, beside the first.
std::size_t count_class(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return 1;
    case Outcome::degraded: return 2;
    case Outcome::refused: return 3;
    case Outcome::failed: return 4;
    case Outcome::invalid:
    case Outcome::excluded:
    case Outcome::local: break;
  }
  return 5;
}

// The longest time for which a result stands.
std::uint32_t longest(std::span<const Measured> results, std::vector<std::uint32_t>& gaps) {
  if (results.size() < 2) return kHourLengthMs;
  gaps.clear();
  for (std::size_t i = 1; i < results.size(); ++i) {
    gaps.push_back(results[i].at_ms - results[i - 1].at_ms);
  }
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle > kHourLengthMs / kGapsMax ? kHourLengthMs : kGapsMax * *middle;
}

using Milliseconds = std::array<std::uint32_t, std::size(kSeconds)>;

// Whole seconds; what is left of rounding goes to the greatest, where it matters least.
std::array<std::uint32_t, std::size(kSeconds)> in_seconds(const Milliseconds& ms) {
  std::array<std::uint32_t, std::size(kSeconds)> split{};
  std::uint32_t left = kHourLengthMs / 1000;
  for (std::size_t i = 0; i < ms.size(); ++i) {
    split[i] = ms[i] / 1000;
    left -= split[i];
  }
  *std::max_element(split.begin(), split.end()) += left;
  return split;
}

}  // namespace

Summary Summarizer::hour(std::span<const Measured> results) {
  Summary summary;
  const std::uint32_t most = longest(results, values_);
  Milliseconds ms{};
  const auto count = [&](const Measured& result, std::uint32_t span) {
    const std::uint32_t stands = std::min(span, most);
    ms[time_class(result)] += stands;
    ms[kUnobserved] += span - stands;
  };
  count(results.front(), results.front().at_ms);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::uint32_t end = i + 1 < results.size() ? results[i + 1].at_ms : kHourLengthMs;
    count(results[i], end - results[i].at_ms);
    ++summary.counts[0];
    ++summary.counts[count_class(results[i].outcome)];
  }
  summary.seconds = in_seconds(ms);
  for (std::size_t spread = 0; spread < kSpreadCount; ++spread) {
    values_.clear();
    for (const Measured& result : results) {
      const bool answered = result.outcome == Outcome::ok || result.outcome == Outcome::degraded;
      if (result.us[spread] != 0 && (spread != 0 || answered)) {
        values_.push_back(result.us[spread]);
      }
    }
    summary.spreads[spread] = spread_of(values_);
  }
  return summary;
}

Summary Summarizer::day(std::span<const Summary> hours) {
  Summary summary;
  for (const Summary& hour : hours) {
    for (std::size_t i = 0; i < hour.counts.size(); ++i) summary.counts[i] += hour.counts[i];
    for (std::size_t i = 0; i < hour.seconds.size(); ++i) summary.seconds[i] += hour.seconds[i];
  }
  for (std::size_t spread = 0; spread < kSpreadCount; ++spread) {
    parts_.clear();
    for (const Summary& hour : hours) parts_.push_back(hour.spreads[spread]);
    summary.spreads[spread] = spread_of_all(parts_);
  }
  return summary;
}

}  // namespace mxsweep::store
