// SPDX-License-Identifier: MIT
#include "mxsweep/core/duration.h"

#include <string>

#include "support/catch.h"

namespace mxsweep {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a duration is a number with a unit, several of them, or bare seconds",
          "[core][duration]") {
  const struct {
    std::string_view text;
    Duration duration;
  } cases[] = {
      {"1ms", 1ms},
      {"250ms", 250ms},
      {"30s", 30s},
      {"5m", 5min},
      {"2h", 2h},
      {"24h", 24h},
      {"90", 90s},
      {"1.5", 1500ms},
      {"1.5s", 1500ms},
      {"0.25h", 15min},
      {"1.5ms", 1500us},
      {"007s", 7s},
      {"1m30s", 90s},
      {"1h1m1s1ms", 1h + 1min + 1s + 1ms},
      {"1.5h0.5m", 5430s},
      {"86400", 24h},
      {"0.001", 1ms},
      {"1440m", 24h},
      {"0.3333339999s", 333333us},
      {"1h0s", 1h},
  };
  for (const auto& [text, duration] : cases) {
    CAPTURE(text);
    const auto parsed = parse_duration(text);
    REQUIRE(parsed);
    CHECK(*parsed == duration);
  }
}

TEST_CASE("a text that is no duration, or one out of range, is refused", "[core][duration]") {
  for (const std::string_view text : {"",
                                      " ",
                                      "s",
                                      "ms",
                                      ".5s",
                                      "5.s",
                                      "5.",
                                      "1,5s",
                                      "-1s",
                                      "+1s",
                                      "1e3s",
                                      "nan",
                                      "inf",
                                      "nans",
                                      "0x10s",
                                      "5x",
                                      "5 s",
                                      " 5s",
                                      "5s ",
                                      "5S",
                                      "5sec",
                                      "1s1m",
                                      "1s1s",
                                      "1ms1s",
                                      "1m30",
                                      "30m1.5",
                                      "0",
                                      "0s",
                                      "0.0009s",
                                      "0.9ms",
                                      "0.0000009h",
                                      "24h1ms",
                                      "25h",
                                      "86401",
                                      "86400001ms",
                                      "999999999h",
                                      "9999999999s",
                                      "99999999999999999999",
                                      "18446744073709551617ms",
                                      "1..5s",
                                      "1.5.5s",
                                      "1s\n",
                                      "5min",
                                      "1d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("part of a duration is another duration or none", "[core][duration]") {
  const std::string whole = "1h2m3.5s4ms";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto parsed = parse_duration(std::string_view(whole).substr(0, cut));
    CAPTURE(cut);
    if (parsed) CHECK(*parsed < *parse_duration(whole));
  }
}

TEST_CASE("every duration survives formatting and parsing", "[core][duration]") {
  const struct {
    Duration duration;
    std::string_view text;
  } cases[] = {{1ms, "1ms"},       {1500us, "1.5ms"}, {1001us, "1.001ms"}, {999ms, "999ms"},
               {1500ms, "1500ms"}, {1s, "1s"},        {90s, "90s"},        {24h, "86400s"}};
  for (const auto& [duration, text] : cases) {
    CHECK(write_duration(duration) == text);
    CHECK(parse_duration(text) == duration);
  }
}

}  // namespace
}  // namespace mxsweep
