// SPDX-License-Identifier: MIT
// The parts that sample facts are made of.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/view/facts.h"
#include "mxsweep/view/monitor_facts.h"

namespace mxsweep::view::samples {

[[nodiscard]] Now now_facts();  // All is well.
// Mostly up; `down` monitors are down now, for the last minutes of today.
[[nodiscard]] GroupFacts group_facts(std::string_view name, std::uint32_t monitors,
                                     std::uint32_t down);
// Of a group or monitor, with faults in its past, days before monitoring, and one unobserved.
[[nodiscard]] std::array<Day, kDays> days_of(std::uint32_t monitors, std::uint32_t seed);
[[nodiscard]] MonitorLine line_of(int number, watch::State state);
[[nodiscard]] ProbeFacts probe_facts(WallTime at, Cause cause);
[[nodiscard]] std::vector<CertificateStep> certificate_path();

[[nodiscard]] IncidentFacts prefix_outage();          // 412: 400 hosts in 192.0.2.0/24.
[[nodiscard]] IncidentFacts acknowledged_greeting();  // 409: one host, degraded, acknowledged.
[[nodiscard]] IncidentFacts trouble_facts();          // 410: of the monitor itself.
[[nodiscard]] IncidentFacts blind_facts();            // 411.
[[nodiscard]] IncidentFacts closed_facts();           // 398.

}  // namespace mxsweep::view::samples
