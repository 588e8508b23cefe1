// SPDX-License-Identifier: MIT
// What GET /metrics shows, as plain values; see view/facts.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/metrics/buckets.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/view/monitor_facts.h"

namespace mxsweep::view {

struct ProbeCounter {
  std::string group;
  Outcome outcome = Outcome::ok;
  Cause cause = Cause::none;
  std::uint64_t count = 0;
};
struct GroupMetrics {
  std::string name;
  Counts counts;
  std::array<metrics::Buckets, kLaps> laps{};
  std::optional<Level> level;
  std::uint32_t certificates_soon = 0;    // Within the warning threshold, urgent ones included.
  std::uint32_t certificates_urgent = 0;  // Within the critical one, or expired.
};
struct ChannelMetrics {
  std::string name;
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;  // Attempts.
  std::uint32_t waiting = 0;
  std::uint32_t dead = 0;
  std::optional<WallTime> oldest;
};
struct OpenCount {
  watch::IncidentKind kind = watch::IncidentKind::down;
  watch::Severity severity = watch::Severity::critical;
  std::uint32_t count = 0;
};
struct MonitorMetrics {
  MonitorLine line;
  std::array<Duration, kLaps> laps{};
  std::optional<double> day, month;
  WallTime certificate_end{};  // Zero: none.
};
struct Metrics {
  Now now;
  std::vector<GroupMetrics> groups;
  std::vector<ProbeCounter> probes;
  std::vector<OpenCount> open;
  std::vector<ChannelMetrics> channels;
  // Of the schedule; the monitor's prober counts them, and not the board.
  metrics::Buckets lag;
  std::uint64_t late = 0;  // Probes that began more than a second late.
  std::uint32_t open_probes = 0;
  std::uint32_t waiting_probes = 0;
  std::uint32_t flapping = 0;
  std::vector<MonitorMetrics> monitors;  // Only if wanted.
};

}  // namespace mxsweep::view
