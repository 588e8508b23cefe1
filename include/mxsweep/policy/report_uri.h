// SPDX-License-Identifier: MIT
// Reads the list of addresses to which reports are to be sent (`rua`, `ruf`). Pure.
//
//   Source    RFC 9989 section 4.6 (DMARC URIs), RFC 8460 section 3 (TLS-RPT), RFC 6068 (mailto),
//             RFC 7489 section 6.2 (the size suffix, which is obsolete).
//   Shape     "mailto:a@example.org,https://example.org/v1": parts between commas, spaces around
//             them ignored.
//   Errors    ReportUri::fault.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::policy {

enum class UriFault : std::uint8_t {
  none,
  no_scheme,  // "reports@example.org": mailto: is missing.
  scheme,     // Neither mailto nor https.
  syntax,
};

struct ReportUri {
  std::string text{};  // As sent, at most kReportUriOctetsMax.
  std::string host{};  // Where the reports go, in the form to query; empty if there is a fault.
  bool mail = false;   // mailto:, else https:.
  bool size = false;   // With a greatest size: "!10m".
  UriFault fault = UriFault::none;

  friend bool operator==(const ReportUri&, const ReportUri&) = default;
};

// Real records have at most four; more are ignored, as receivers may (RFC 7489, 6.2).
inline constexpr std::size_t kReportUrisMax = 16;
inline constexpr std::size_t kReportUriOctetsMax = 512;

// Empty parts are left out.
[[nodiscard]] std::vector<ReportUri> read_report_uris(std::string_view list);

// Whether there is one without a fault.
[[nodiscard]] bool has_usable(const std::vector<ReportUri>& uris);

}  // namespace mxsweep::policy
