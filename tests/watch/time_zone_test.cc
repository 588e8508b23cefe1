// SPDX-License-Identifier: MIT
#include "mxsweep/watch/time_zone.h"

#include <chrono>

#include "support/catch.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return WallTime(std::chrono::sys_days(date)) + hours(hour) + minutes(minute);
}

seconds local(int year, unsigned month, unsigned day, int hour, int minute) {
  return std::chrono::duration_cast<seconds>(
      utc(year, month, day, hour, minute).time_since_epoch());
}

// Europe/Berlin in 2026.
TimeZone berlin() {
  return {{{utc(2025, 10, 26, 1), seconds{3600}, "CET"},
           {utc(2026, 3, 29, 1), seconds{7200}, "CEST"},
           {utc(2026, 10, 25, 1), seconds{3600}, "CET"}}};
}

TEST_CASE("a moment has the offset of its period", "[watch][zone]") {
  const TimeZone zone = berlin();
  CHECK(zone.at(utc(2026, 3, 29, 0, 59)).abbreviation == "CET");
  CHECK(zone.at(utc(2026, 3, 29, 1)).abbreviation == "CEST");
  CHECK(zone.at(utc(2026, 10, 25, 1)).abbreviation == "CET");
  CHECK(zone.at(utc(1999, 1, 1)).abbreviation == "CET");  // Before the table: its first.
  CHECK(zone.at(utc(2099, 7, 1)).abbreviation == "CET");  // Beyond it: its last.
}

TEST_CASE("a zone without a table is UTC", "[watch][zone]") {
  const TimeZone zone;
  CHECK(zone.at(utc(2026, 7, 1)).offset == seconds{0});
  CHECK(zone.at(utc(2026, 7, 1)).abbreviation == "UTC");
  CHECK(zone.moment_of(local(2026, 7, 1, 4, 30)) == utc(2026, 7, 1, 4, 30));
}

TEST_CASE("an ordinary local time is one moment", "[watch][zone]") {
  const TimeZone zone = berlin();
  CHECK(zone.moment_of(local(2026, 2, 1, 12, 0)) == utc(2026, 2, 1, 11));
  CHECK(zone.moment_of(local(2026, 7, 1, 12, 0)) == utc(2026, 7, 1, 10));
  CHECK(zone.moment_of(local(2026, 12, 1, 12, 0)) == utc(2026, 12, 1, 11));
  CHECK(zone.moment_of(local(2026, 3, 29, 1, 59)) == utc(2026, 3, 29, 0, 59));
  CHECK(zone.moment_of(local(2026, 3, 29, 3, 0)) == utc(2026, 3, 29, 1));
  CHECK(zone.moment_of(local(2026, 10, 25, 1, 59)) == utc(2026, 10, 24, 23, 59));
  CHECK(zone.moment_of(local(2026, 10, 25, 3, 0)) == utc(2026, 10, 25, 2));
}

TEST_CASE("a local time that does not exist is moved forward by the gap", "[watch][zone]") {
  const WallTime moment = berlin().moment_of(local(2026, 3, 29, 2, 30));
  CHECK(moment == utc(2026, 3, 29, 1, 30));  // 03:30 CEST.
  CHECK(moment + berlin().at(moment).offset == utc(2026, 3, 29, 3, 30));
  CHECK(berlin().moment_of(local(2026, 3, 29, 2, 0)) == utc(2026, 3, 29, 1));
}

TEST_CASE("of a local time that exists twice it is the first", "[watch][zone]") {
  const WallTime moment = berlin().moment_of(local(2026, 10, 25, 2, 30));
  CHECK(moment == utc(2026, 10, 25, 0, 30));  // CEST still.
  CHECK(berlin().moment_of(local(2026, 10, 25, 2, 0)) == utc(2026, 10, 25, 0));
}

TEST_CASE("every local time that exists leads back to itself", "[watch][zone]") {
  const TimeZone zone = berlin();
  for (WallTime at = utc(2026, 1, 1); at < utc(2027, 1, 1); at += minutes(30)) {
    const auto shown = std::chrono::floor<seconds>((at + zone.at(at).offset).time_since_epoch());
    const WallTime back = zone.moment_of(shown);
    CHECK((back == at || back == at - hours(1)));  // The first of two is an hour earlier.
    CHECK(back + zone.at(back).offset == at + zone.at(at).offset);
  }
}

}  // namespace
}  // namespace mxsweep::watch
