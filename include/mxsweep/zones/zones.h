// SPDX-License-Identifier: MIT
// Reads time zones of the system's tzdata (IANA), by Howard Hinnant's date library.
//
//   Shape    a table of the offsets from 20 years ago to 40 years from now.
//   Errors   unusable: there is no such zone, or no tzdata on this machine.
#pragma once

#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/time_zone.h"

namespace mxsweep::zones {

// `name`: "Europe/Berlin", "UTC".
Result<watch::TimeZone> read_zone(std::string_view name, WallTime now);

}  // namespace mxsweep::zones
