// SPDX-License-Identifier: MIT
// What DNSSEC says of the answers that a domain's mail depends on. Pure.
//
//   Source   RFC 4035 section 4.3 (secure, insecure, bogus), RFC 8914 (how a resolver says so).
//   Shape    note_validation() for each answer; combined() for one word over several of them.
#pragma once

#include <string_view>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::dane {

// dns::validation_of(), and a dnssec.bogus for `name` in `findings` if it is that. A question
// without an answer that is repeated later is noted then, not twice.
dns::Validation note_validation(const dns::Answer& answer, bool validates, std::string_view name,
                                FindingReports& findings);

// Of what is needed together: the worst. bogus, then unknown, then insecure, then secure.
[[nodiscard]] dns::Validation combined(dns::Validation one, dns::Validation other);

}  // namespace mxsweep::dane
