// SPDX-License-Identifier: MIT
#include "mxsweep/message/date.h"

#include <string_view>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::message {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

std::int64_t seconds_of(std::string_view text) {
  const GuardedBytes guarded(text);
  const std::optional<sys_seconds> time = read_date(guarded.view());
  return time ? time->time_since_epoch().count() : -1;
}

}  // namespace

TEST_CASE("a date is written as RFC 5322 has it", "[message][date]") {
  CHECK(write_date(sys_seconds{}) == "Thu, 01 Jan 1970 00:00:00 +0000");
  CHECK(write_date(sys_seconds{seconds{1'795'772'405}}) == "Fri, 27 Nov 2026 09:40:05 +0000");
}

TEST_CASE("a date is read back", "[message][date]") {
  for (std::int64_t at = 0; at < 250'000'000'000; at += 86'399 * 977) {
    CHECK(seconds_of(write_date(sys_seconds{seconds{at}})) == at);
  }
}

TEST_CASE("dates of real servers are read", "[message][date]") {
  CHECK(seconds_of("Fri, 27 Nov 2026 10:40:05 +0100") == 1'795'772'405);
  CHECK(seconds_of("Fri, 27 Nov 2026 10:40:05 +0100 (CET)") == 1'795'772'405);
  CHECK(seconds_of("27 Nov 2026 09:40:05 GMT") == 1'795'772'405);
  CHECK(seconds_of("Fri,27 nov 2026 04:40:05 EST") == 1'795'772'405);
  CHECK(seconds_of(" Fri, 27\tNov  2026 09:40:05 -0000\r\n") == 1'795'772'405);
  CHECK(seconds_of("27 Nov 26 09:40 UT") == 1'795'772'400);
  CHECK(seconds_of("1 Jan 99 00:00:60 +0000") == 915'148'860);
  CHECK(seconds_of("1 Jan 126 00:00:00 +0000") == 1'767'225'600);
}

TEST_CASE("what is no date is none", "[message][date]") {
  for (const std::string_view text : {"",
                                      "Fri",
                                      "Fri,",
                                      "27 Nov 2026 09:40:05",
                                      "27 Nov 2026",
                                      "31 Feb 2026 09:40:05 +0000",
                                      "0 Nov 2026 09:40:05 +0000",
                                      "27 Foo 2026 09:40:05 +0000",
                                      "27 Nov 1969 09:40:05 +0000",
                                      "27 Nov 2 09:40:05 +0000",
                                      "27 Nov 20266 09:40:05 +0000",
                                      "27 Nov 2026 24:00:00 +0000",
                                      "27 Nov 2026 09:60:05 +0000",
                                      "27 Nov 2026 09:40:61 +0000",
                                      "27 Nov 2026 09 +0000",
                                      "27 Nov 2026 09:40:05:06 +0000",
                                      "27 Nov 2026 09:40:05 0000",
                                      "27 Nov 2026 09:40:05 +0060",
                                      "1 Jan 1970 00:00 +0001",
                                      "31 Dec 9999 23:59:60 UT",
                                      "31 Dec 9999 23:59 -9959",
                                      "27 Nov 2026 09:40:05 +000x",
                                      "27 Nov 2026 09:40:05 +0000 more",
                                      "-7 Nov 2026 09:40 UT"}) {
    INFO(text);
    CHECK(seconds_of(text) == -1);
  }
}

TEST_CASE("a date that is cut anywhere is none", "[message][date]") {
  const std::string_view whole = "Fri, 27 Nov 2026 09:40:05 +0000";
  for (std::size_t cut = 0; cut < whole.size(); ++cut)
    CHECK(seconds_of(whole.substr(0, cut)) == -1);
}

}  // namespace mxsweep::message
