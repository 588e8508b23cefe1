// SPDX-License-Identifier: MIT
// The library reports by exceptions: an unknown zone, an unreadable file, a machine without tzdata.
// This is the one file outside cli that may catch them, and none of them leaves it.
#include "mxsweep/zones/zones.h"

#include <date/tz.h>

#include <chrono>
#include <exception>
#include <string>

namespace mxsweep::zones {
namespace {

constexpr std::chrono::days kBefore{20 * 365};
constexpr std::chrono::days kAfter{40 * 365};
// Far more than any zone has in sixty years: a table that does not end is a damaged one.
constexpr std::size_t kOffsetsMax = 1000;

watch::TimeZone table_of(const date::time_zone& zone, WallTime now) {
  using std::chrono::seconds;
  const auto end = std::chrono::floor<seconds>(now) + kAfter;
  auto at = std::chrono::floor<seconds>(now) - kBefore;
  watch::TimeZone table;
  while (at < end && table.offsets.size() < kOffsetsMax) {
    const date::sys_info info = zone.get_info(date::sys_seconds(at.time_since_epoch()));
    // A change of the abbreviation alone is kept, too: messages show it.
    table.offsets.push_back({WallTime(at), info.offset, info.abbrev});
    const std::chrono::sys_seconds next(info.end.time_since_epoch());
    if (next <= at) break;
    at = next;
  }
  return table;
}

}  // namespace

Result<watch::TimeZone> read_zone(std::string_view name, WallTime now) {
  try {
    return table_of(*date::locate_zone(name), now);
  } catch (const std::exception&) {
    // What the library says names its own functions. The zone "UTC" is in every tzdata.
    return Status::unusable("no time zone \"" + std::string(name) +
                            "\" in the system's tzdata; names are like \"Europe/Berlin\", and the "
                            "package is tzdata");
  }
}

}  // namespace mxsweep::zones
