// SPDX-License-Identifier: MIT
// A time zone as a table of its offsets. Pure; the room `zones` makes it of the system's tzdata.
//
//   Shape    the offset from UTC that holds from each moment on, in order. The table covers some
//            decades around the present; beyond it, its last offset holds.
//   Errors   none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"

namespace mxsweep::watch {

struct TimeZone {
  struct Offset {
    WallTime from{};
    std::chrono::seconds offset{};  // Local time minus UTC.
    std::string abbreviation;       // "CEST"
  };
  std::vector<Offset> offsets;  // At least one; empty: UTC.

  [[nodiscard]] const Offset& at(WallTime moment) const;
  // The moment of a local time, seconds since 1970-01-01 00:00 local. One that does not exist is
  // moved forward by the gap; of one that exists twice it is the first.
  [[nodiscard]] WallTime moment_of(std::chrono::seconds local) const;
};

using Zones = std::map<std::string, TimeZone, std::less<>>;

}  // namespace mxsweep::watch
