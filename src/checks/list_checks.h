// SPDX-License-Identifier: MIT
// What blocklists have on one subject, as checks of their own: one of each list, so that what one
// list does not answer says nothing of the others.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/blocklists/listing.h"
#include "mxsweep/checks/survey.h"

namespace mxsweep::checks {

// "dnsbl zen 192.0.2.1". `address`: empty: the subject is the domain.
inline void add_lists(const blocklists::ListingReport& report, const std::string& address,
                      std::vector<Checked>& all) {
  for (const blocklists::ZoneResult& zone : report.zones) {
    Checked& check = all.emplace_back();
    check.check = "dnsbl " + zone.zone;
    if (!address.empty()) check.check.append(" ").append(address);
    check.answered = zone.answered();
    if (zone.finding) check.findings.push_back(*zone.finding);
  }
}

}  // namespace mxsweep::checks
