// SPDX-License-Identifier: MIT
#include "view/entry.h"

#include <algorithm>
#include <bit>

namespace mxsweep::view {
namespace {

constexpr unsigned kLapBits = 14;
constexpr unsigned kExactBits = 9;  // Of a lap's value.
constexpr std::uint32_t kExact = 1U << kExactBits;
constexpr std::uint64_t kLapMask = (1U << kLapBits) - 1;

// The place of each part in Entry::head.
constexpr unsigned kOutcomeAt = 32;
constexpr unsigned kStateAt = 35;
constexpr unsigned kUnobservedAt = 37;
constexpr unsigned kMaintenanceAt = 38;
constexpr unsigned kPhaseAt = 39;
constexpr unsigned kCauseAt = 43;
constexpr unsigned kTotalAt = 50;

std::uint64_t code_of(std::uint32_t us) {
  if (us < kExact) return us;
  const auto exponent = static_cast<unsigned>(std::bit_width(us)) - kExactBits - 1;
  return kExact + exponent * kExact + ((us >> exponent) - kExact);
}

Duration lap_of(std::uint64_t code) {
  code &= kLapMask;
  if (code < kExact) return std::chrono::microseconds{code};
  const std::uint64_t exponent = (code - kExact) / kExact;
  const std::uint64_t low = (kExact + (code - kExact) % kExact) << exponent;
  return std::chrono::microseconds{low + ((std::uint64_t{1} << exponent) >> 1U)};
}

std::uint64_t bits(std::uint64_t value, unsigned at) { return value << at; }
template <typename Enum>
Enum part(std::uint64_t head, unsigned at, unsigned count) {
  return static_cast<Enum>(head >> at & ((1U << count) - 1));
}

}  // namespace

Entry pack(const watch::HistoryRow& row) {
  const std::int64_t second = std::clamp<std::int64_t>(row.at_ms / 1000, 0, UINT32_MAX);
  Entry entry;
  entry.head =
      static_cast<std::uint64_t>(second) |
      bits(static_cast<std::uint64_t>(row.outcome), kOutcomeAt) |
      bits(static_cast<std::uint64_t>(row.state), kStateAt) |
      bits(row.unobserved ? 1 : 0, kUnobservedAt) | bits(row.maintenance ? 1 : 0, kMaintenanceAt) |
      bits(static_cast<std::uint64_t>(row.phase), kPhaseAt) |
      bits(static_cast<std::uint64_t>(row.cause), kCauseAt) | bits(code_of(row.total_us), kTotalAt);
  entry.laps = code_of(row.connect_us) | bits(code_of(row.greeting_us), kLapBits) |
               bits(code_of(row.ehlo_us), 2 * kLapBits) | bits(code_of(row.tls_us), 3 * kLapBits);
  return entry;
}

ProbeFacts unpack(const Entry& entry) {
  ProbeFacts facts;
  facts.at = at_of(entry);
  facts.outcome = part<Outcome>(entry.head, kOutcomeAt, 3);
  facts.state = part<watch::State>(entry.head, kStateAt, 2);
  facts.unobserved = part<std::uint8_t>(entry.head, kUnobservedAt, 1) != 0;
  facts.maintenance = part<std::uint8_t>(entry.head, kMaintenanceAt, 1) != 0;
  facts.phase = part<Phase>(entry.head, kPhaseAt, 4);
  facts.cause = part<Cause>(entry.head, kCauseAt, 7);
  for (std::size_t i = 0; i + 1 < kLaps; ++i) {
    facts.laps[i] = lap_of(entry.laps >> (i * kLapBits));
  }
  facts.laps[static_cast<std::size_t>(Lap::total)] = lap_of(entry.head >> kTotalAt);
  return facts;
}

}  // namespace mxsweep::view
