// SPDX-License-Identifier: MIT
#include "mxsweep/zones/zones.h"

#include <chrono>

#include "support/catch.h"

namespace mxsweep::zones {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return WallTime(std::chrono::sys_days(date)) + hours(hour) + minutes(minute);
}

const WallTime kNow = utc(2026, 1, 15);

TEST_CASE("UTC is one offset", "[zones]") {
  const auto zone = read_zone("UTC", kNow);
  REQUIRE(zone.ok());
  REQUIRE(zone->offsets.size() == 1);
  CHECK(zone->at(kNow).offset == seconds{0});
  CHECK(zone->at(kNow).abbreviation == "UTC");
}

TEST_CASE("Europe/Berlin changes its clocks in March and October", "[zones]") {
  const auto zone = read_zone("Europe/Berlin", kNow);
  REQUIRE(zone.ok());
  CHECK(zone->at(utc(2026, 3, 29, 0, 59)).offset == hours{1});
  CHECK(zone->at(utc(2026, 3, 29, 1)).offset == hours{2});
  CHECK(zone->at(utc(2026, 10, 25, 0, 59)).abbreviation == "CEST");
  CHECK(zone->at(utc(2026, 10, 25, 1)).abbreviation == "CET");
  const seconds missing = std::chrono::floor<seconds>(utc(2026, 3, 29, 2, 30).time_since_epoch());
  CHECK(zone->moment_of(missing) == utc(2026, 3, 29, 1, 30));
  const seconds twice = std::chrono::floor<seconds>(utc(2026, 10, 25, 2, 30).time_since_epoch());
  CHECK(zone->moment_of(twice) == utc(2026, 10, 25, 0, 30));
}

TEST_CASE("the table has the changes of the next years", "[zones]") {
  // tzdata may end with its rules instead of a list, and the library reads the list alone: where
  // this fails, windows would be an hour late in summer.
  const auto zone = read_zone("America/New_York", kNow);
  REQUIRE(zone.ok());
  for (int year = 2026; year <= 2036; ++year) {
    CHECK(zone->at(utc(year, 7, 1)).abbreviation == "EDT");
    CHECK(zone->at(utc(year, 12, 1)).abbreviation == "EST");
  }
}

TEST_CASE("a zone of half an hour, and one without summer time", "[zones]") {
  CHECK(read_zone("Asia/Kolkata", kNow)->at(kNow).offset == minutes{330});
  CHECK(read_zone("Africa/Lagos", kNow)->at(utc(2026, 7, 1)).offset == hours{1});
}

TEST_CASE("a zone that does not exist is an error, not an exception", "[zones]") {
  for (const char* name : {"Europe/Berln", "", "../../etc/passwd", "Europe", "europe/berlin"}) {
    const auto zone = read_zone(name, kNow);
    REQUIRE_FALSE(zone.ok());
    CHECK(zone.status().kind() == Status::Kind::unusable);
    CHECK(zone.status().sentence().find(name) != std::string::npos);
  }
}

}  // namespace
}  // namespace mxsweep::zones
