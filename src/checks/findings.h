// SPDX-License-Identifier: MIT
// Collects the findings of several reports.
#pragma once

#include <cstddef>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/memory.h"

namespace mxsweep::checks {

inline void add_findings(FindingReports& all, const FindingReports& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// Without the object itself.
[[nodiscard]] inline std::size_t octets_of(const FindingReports& findings) {
  std::size_t octets = held_by(findings);
  for (const FindingReport& report : findings) {
    octets += held_by(report.at) + held_by(report.detail);
  }
  return octets;
}

}  // namespace mxsweep::checks
