// SPDX-License-Identifier: MIT
// Writes findings of checks as JSON. Pure.
//
//   Source   RFC 8259; "check_finding" in the schema (results/schema.h).
//   Shape    append_findings() appends an array:
//              [{"id":"spf.lookups_over","severity":"error","at":"example.org","detail":"...",
//                "n":12,"max":10,"ref":"RFC 7208, 4.6.4"}, ...]
//            "at", "detail", "n" and "max" are absent where they say nothing.
#pragma once

#include <string>

#include "mxsweep/core/check_finding.h"

namespace mxsweep::results {

void append_findings(const FindingReports& findings, MailRole role, std::string& out);

}  // namespace mxsweep::results
