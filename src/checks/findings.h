// SPDX-License-Identifier: MIT
// Collects the findings of several reports.
#pragma once

#include "mxsweep/core/check_finding.h"

namespace mxsweep::checks {

inline void add_findings(FindingReports& all, const FindingReports& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace mxsweep::checks
