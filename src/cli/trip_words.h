// SPDX-License-Identifier: MIT
// The report of a round trip for a person, and for a monitoring system.
//
//   Source   the form of the latter: Monitoring Plugins Development Guidelines.
//   Errors   none; texts of servers are made printable.
#pragma once

#include <string>

#include "cli/nagios.h"
#include "mxsweep/roundtrip/report.h"
#include "mxsweep/roundtrip/script.h"

namespace mxsweep::cli {

[[nodiscard]] std::string trip_in_words(const roundtrip::Report& report,
                                        const roundtrip::Script& script);

// Prints the line of a check; returns the exit code that the system expects.
int report_trip(const roundtrip::Report& report, const Thresholds& thresholds);

}  // namespace mxsweep::cli
