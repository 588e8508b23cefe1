// SPDX-License-Identifier: MIT
#include <string>

#include "pages/charts.h"
#include "pages/words.h"
#include "support/catch.h"
#include "support/sample_facts.h"

namespace mxsweep::pages {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST_CASE("a day is judged by the part of the observed time that was down", "[pages][days]") {
  CHECK(kind_of({}) == DayKind::none);
  CHECK(kind_of({hours{24}, {}, {}, {}}) == DayKind::up);
  CHECK(kind_of({hours{24}, seconds{1}, {}, {}}) == DayKind::up);
  CHECK(kind_of({hours{23}, seconds{60}, {}, {}}) == DayKind::some);
  CHECK(kind_of({hours{23}, hours{1}, {}, {}}) == DayKind::much);
  CHECK(kind_of({hours{10}, {}, hours{14}, {}}) == DayKind::dark);
  CHECK(kind_of({{}, {}, {}, hours{24}}) == DayKind::dark);
}

TEST_CASE("uptime is never rounded up to all", "[pages][words]") {
  CHECK(percent(1) == "100 %");
  CHECK(percent(0.9999999) == "99.999 %");
  CHECK(percent(0.99899) == "99.89 %");
  CHECK(percent(0.5) == "50.00 %");
  CHECK(percent(-0.1) == "0.00 %");
}

TEST_CASE("numbers, spans and moments are short words", "[pages][words]") {
  CHECK(grouped(1'234'567) == "1,234,567");
  CHECK(counted_grouped(1, "host") == "1 host");
  CHECK(counted_grouped(1000, "host") == "1,000 hosts");
  CHECK(span_in_words(seconds{59}) == "59 s");
  CHECK(span_in_words(hours{3}) == "3 h");
  CHECK(span_in_words(hours{47} + seconds{61}) == "47 h 1 min");
  CHECK(span_in_words(hours{48}) == "2 days");
  CHECK(span_in_words(seconds{-5}) == "0 s");
  CHECK(milliseconds(std::chrono::microseconds{13'377}) == "13.4 ms");
  CHECK(milliseconds(std::chrono::microseconds{44}) == "0.04 ms");
  CHECK(milliseconds(seconds{10}) == "10.0 s");
  CHECK(short_time(view::samples::kNow, view::samples::kNow) == "10:09");
  CHECK(short_time(view::samples::kNow - hours{24}, view::samples::kNow) == "2026-11-25 10:09");
  CHECK(problem(Phase::greeting, Cause::protocol_silent) == "greeting silent");
  CHECK(problem(Phase::quit, Cause::certificate_expired) == "certificate expired");
  CHECK(cut("\xc3\xa9\xc3\xa9", 3) == "\xc3\xa9\xe2\x80\xa6");
}

}  // namespace
}  // namespace mxsweep::pages
