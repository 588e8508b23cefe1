// SPDX-License-Identifier: MIT
// Facts of monitors as pages and the API get them: calm ones, an outage, and every text hostile.
//
//   Shape    the moment of all of them is kNow. "marked": each text that only an audience of
//            `targets` may see has kMark in it, with everything that breaks a careless writer:
//            HTML, quotes, control octets, octets that are not UTF-8, and very long words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/view/facts.h"
#include "mxsweep/view/metrics_facts.h"
#include "mxsweep/view/monitor_facts.h"

namespace mxsweep::view::samples {

// 2026-11-26 10:09:30 UTC.
inline constexpr WallTime kNow{std::chrono::microseconds{1'795'687'770'000'000}};
inline constexpr std::string_view kMark = "MARKED";

[[nodiscard]] std::string marked(std::string_view field);

[[nodiscard]] Overview empty_overview();
[[nodiscard]] Overview calm_overview();     // 12,345 monitors in 6 groups, all up.
[[nodiscard]] Overview outage_overview();   // A /24 is down, one incident is acknowledged, holds.
[[nodiscard]] Overview blind_overview();    // We see nothing.
[[nodiscard]] Overview trouble_overview();  // The monitor itself has trouble.
[[nodiscard]] Overview large_overview(std::uint32_t groups, std::uint32_t incidents);
[[nodiscard]] Overview marked_overview();

[[nodiscard]] GroupPage calm_group();
[[nodiscard]] GroupPage outage_group();  // The second of several pages of 100 monitors.
[[nodiscard]] GroupPage empty_group();
[[nodiscard]] GroupPage marked_group();

[[nodiscard]] MonitorPage up_monitor();
[[nodiscard]] MonitorPage down_monitor();
[[nodiscard]] MonitorPage empty_monitor();  // Not probed yet.
[[nodiscard]] MonitorPage marked_monitor();

[[nodiscard]] IncidentPage open_incident();
[[nodiscard]] IncidentPage closed_incident();
[[nodiscard]] IncidentPage empty_incident();
[[nodiscard]] IncidentPage marked_incident();

[[nodiscard]] IncidentList many_incidents();
[[nodiscard]] IncidentList empty_incidents();
[[nodiscard]] IncidentList marked_incidents();

[[nodiscard]] CertificateList many_certificates();
[[nodiscard]] CertificateList empty_certificates();
[[nodiscard]] CertificateList marked_certificates();

[[nodiscard]] MonitorList many_monitors();
[[nodiscard]] MonitorList marked_monitors();
[[nodiscard]] History probe_history();
[[nodiscard]] History hour_history();
[[nodiscard]] Metrics many_metrics();
[[nodiscard]] Metrics marked_metrics();

}  // namespace mxsweep::view::samples
