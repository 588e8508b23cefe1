// SPDX-License-Identifier: MIT
// What is wrong with a DMARC record, or beside it. Pure.
#pragma once

#include <string_view>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/policy/dmarc.h"

namespace mxsweep::policy {

// The name that has the record of a domain.
[[nodiscard]] std::string dmarc_name(std::string_view domain);

// Several records, and texts that are meant as records but are none.
void find_fault_with_step(const DmarcStep& step, FindingReports& findings);

// `has_subdomains`: whether sp and np of the record have effect: it is that of an organizational
// domain or of a public suffix.
void find_fault_with_record(const DmarcRecord& record, std::string_view domain, bool has_subdomains,
                            FindingReports& findings);

}  // namespace mxsweep::policy
