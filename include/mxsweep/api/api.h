// SPDX-License-Identifier: MIT
// Writes facts for programs: the JSON of /api/v1, and metrics. Pure.
//
//   Source    src/api/openapi.json, which is served at /api/v1/openapi.json; RFC 8259; the metrics
//             of docs/watch-http.md; blackbox_exporter's names.
//   Shape     objects; lists are {"observed_at":…,"items":[…],"next":…}, without next on the last
//             page. Lines (NDJSON) are the items alone.
//   Audience  `targets` as of pages: without it names, addresses, evidence and texts of servers are
//             left out.
//   Errors    none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/metrics/exposition.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/view/metrics_facts.h"
#include "mxsweep/view/monitor_facts.h"

namespace mxsweep::api {

[[nodiscard]] std::string_view openapi();

[[nodiscard]] std::string summary(const view::Overview& facts, bool targets);
[[nodiscard]] std::string monitors(const view::MonitorList& facts);
[[nodiscard]] std::string monitor_lines(const view::MonitorList& facts);
[[nodiscard]] std::string monitor(const view::MonitorPage& facts);
[[nodiscard]] std::string history(const view::History& facts);
[[nodiscard]] std::string history_lines(const view::History& facts);
[[nodiscard]] std::string incidents(const view::IncidentList& facts, bool targets);
[[nodiscard]] std::string incident_lines(const view::IncidentList& facts, bool targets);
[[nodiscard]] std::string incident(const view::IncidentPage& facts, bool targets);
[[nodiscard]] std::string certificates(const view::CertificateList& facts);
[[nodiscard]] std::string certificate_lines(const view::CertificateList& facts);
[[nodiscard]] std::string error(std::string_view text);  // {"error":…}

// What the process itself is, for metrics.
struct ProcessFacts {
  std::string version;
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptors_max = 0;
  double start_seconds = 0;  // Unix time.
  std::uint64_t history_bytes = 0;
  std::uint64_t history_lost_rows = 0;
  bool reload_good = true;
  double reload_seconds = 0;  // Unix time of the latest good one.
  std::uint64_t http_requests = 0;
  std::uint64_t http_refused = 0;
  std::uint32_t http_open = 0;
};
[[nodiscard]] std::string metrics(const view::Metrics& facts, const ProcessFacts& process,
                                  metrics::Format format);

// GET /probe: the metrics of blackbox_exporter's TCP prober, from a monitor's latest result. What
// cannot be known here: probe_failed_due_to_regex is always 0. Success: ok or degraded.
// Requires: facts.last.
[[nodiscard]] std::string probe(const view::MonitorPage& facts, metrics::Format format);

}  // namespace mxsweep::api
