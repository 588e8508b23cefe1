// SPDX-License-Identifier: MIT
#include "mxsweep/metrics/exposition.h"

#include <cstdio>
#include <limits>
#include <string>

#include "support/catch.h"

namespace mxsweep::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string scrape(Format format) {
  Exposition exposition(format);
  exposition.family("mxsweep_build", Type::info, "The version that runs.");
  exposition.value({{"version", "0.1.0"}}, std::uint64_t{1});
  exposition.family("mxsweep_visits", Type::counter, "Visits, by outcome.");
  exposition.value({{"outcome", "tls"}}, std::uint64_t{18446744073709551615U});
  exposition.value({{"outcome", "refused"}}, std::uint64_t{0});
  exposition.family("mxsweep_uptime_ratio", Type::gauge, "Part of the time that it was up.");
  exposition.value({{"group", "edge"}, {"window", "30d"}}, 0.9995);
  exposition.family("mxsweep_open_connections", Type::gauge, "Connections that are open.");
  exposition.value({}, std::uint64_t{7});
  Buckets buckets;
  for (const int ms : {1, 3, 400, 1000, 600000}) buckets.add(milliseconds{ms});
  exposition.family("mxsweep_phase_duration_seconds", Type::histogram, "How long a phase took.");
  exposition.histogram({{"phase", "greeting"}}, buckets);
  return exposition.end();
}

constexpr std::string_view kBuckets = R"(# TYPE mxsweep_phase_duration_seconds histogram
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.001"} 1
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.0025"} 1
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.005"} 2
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.01"} 2
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.025"} 2
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.05"} 2
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.1"} 2
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.25"} 2
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="0.5"} 3
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="1.0"} 4
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="2.5"} 4
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="10.0"} 4
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="30.0"} 4
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="300.0"} 4
mxsweep_phase_duration_seconds_bucket{phase="greeting",le="+Inf"} 5
mxsweep_phase_duration_seconds_sum{phase="greeting"} 601.404
mxsweep_phase_duration_seconds_count{phase="greeting"} 5
)";

TEST_CASE("in the format of Prometheus a counter is a family with its suffix", "[metrics]") {
  const std::string expected = R"(# HELP mxsweep_build_info The version that runs.
# TYPE mxsweep_build_info gauge
mxsweep_build_info{version="0.1.0"} 1
# HELP mxsweep_visits_total Visits, by outcome.
# TYPE mxsweep_visits_total counter
mxsweep_visits_total{outcome="tls"} 18446744073709551615
mxsweep_visits_total{outcome="refused"} 0
# HELP mxsweep_uptime_ratio Part of the time that it was up.
# TYPE mxsweep_uptime_ratio gauge
mxsweep_uptime_ratio{group="edge",window="30d"} 0.9995
# HELP mxsweep_open_connections Connections that are open.
# TYPE mxsweep_open_connections gauge
mxsweep_open_connections 7
# HELP mxsweep_phase_duration_seconds How long a phase took.
)";
  CHECK(scrape(Format::prometheus) == expected + std::string(kBuckets));
}

TEST_CASE("in OpenMetrics a family has no suffix, and the text has an end", "[metrics]") {
  const std::string expected = R"(# HELP mxsweep_build The version that runs.
# TYPE mxsweep_build info
mxsweep_build_info{version="0.1.0"} 1
# HELP mxsweep_visits Visits, by outcome.
# TYPE mxsweep_visits counter
mxsweep_visits_total{outcome="tls"} 18446744073709551615
mxsweep_visits_total{outcome="refused"} 0
# HELP mxsweep_uptime_ratio Part of the time that it was up.
# TYPE mxsweep_uptime_ratio gauge
mxsweep_uptime_ratio{group="edge",window="30d"} 0.9995
# HELP mxsweep_open_connections Connections that are open.
# TYPE mxsweep_open_connections gauge
mxsweep_open_connections 7
# HELP mxsweep_phase_duration_seconds How long a phase took.
)";
  CHECK(scrape(Format::openmetrics) == expected + std::string(kBuckets) + "# EOF\n");
}

TEST_CASE("promtool finds nothing wrong with the text", "[metrics][promtool]") {
  if (std::system("command -v promtool >/dev/null") != 0) return;  // Not installed.
  std::FILE* const promtool = ::popen("promtool check metrics >&2", "w");
  REQUIRE(promtool != nullptr);
  const std::string text = scrape(Format::prometheus);
  CHECK(std::fwrite(text.data(), 1, text.size(), promtool) == text.size());
  CHECK(::pclose(promtool) == 0);
}

TEST_CASE("labels and helps cannot leave their line or their quotes", "[metrics]") {
  for (const Format format : {Format::prometheus, Format::openmetrics}) {
    Exposition exposition(format);
    exposition.family("a", Type::gauge, "A \"b\" \\ c\nd.");
    exposition.value({{"l", "x\"} 1\na{l=\"\\"}}, 2.0);
    const bool quotes = format == Format::openmetrics;
    const std::string help = quotes ? R"(A \"b\" \\ c\nd.)" : R"(A "b" \\ c\nd.)";
    CHECK(exposition.end() == "# HELP a " + help + "\n# TYPE a gauge\n" +
                                  R"(a{l="x\"} 1\na{l=\"\\"} 2)" + "\n" +
                                  (quotes ? "# EOF\n" : ""));
  }
}

TEST_CASE("octets of a label that are not UTF-8 are replaced", "[metrics]") {
  Exposition exposition(Format::prometheus);
  exposition.family("a", Type::gauge, "A.");
  exposition.value({{"l", "\xc3\xbc\xff\xc0\xaf\xed\xa0\x80z\xe2\x82"}}, 1.0);
  const std::string bad = "\xef\xbf\xbd";
  const std::string all = bad + bad + bad + bad + bad + bad;
  CHECK(exposition.end().ends_with("\na{l=\"\xc3\xbc" + all + "z" + bad + bad + "\"} 1\n"));
}

TEST_CASE("values that are no numbers have words", "[metrics]") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Exposition exposition(Format::prometheus);
  exposition.family("a", Type::gauge, "A.");
  exposition.value({}, std::numeric_limits<double>::quiet_NaN());
  exposition.value({}, kInfinity);
  exposition.value({}, -kInfinity);
  exposition.value({}, 1e-9);
  exposition.value({}, 1e21);
  CHECK(exposition.end().ends_with("\na NaN\na +Inf\na -Inf\na 1e-09\na 1e+21\n"));
}

TEST_CASE("a value falls into the buckets from its own size up", "[metrics][buckets]") {
  Buckets buckets;
  CHECK(buckets.up_to(kBounds.size() - 1) == 0);
  buckets.add(milliseconds{1});  // A bound belongs to its bucket.
  buckets.add(std::chrono::nanoseconds{1'000'001});
  buckets.add(seconds{300});
  buckets.add(seconds{301});
  buckets.add(Duration::zero());
  CHECK(buckets.up_to(0) == 2);
  CHECK(buckets.up_to(1) == 3);
  CHECK(buckets.up_to(kBounds.size() - 2) == 3);
  CHECK(buckets.up_to(kBounds.size() - 1) == 4);
  CHECK(buckets.count() == 5);
  CHECK(buckets.sum() > 601.002);
  CHECK(buckets.sum() < 601.0021);
}

TEST_CASE("a scrape gets the format that it prefers", "[metrics][accept]") {
  const auto openmetrics = [](std::string_view accept) {
    return format_for(accept) == Format::openmetrics;
  };
  CHECK(openmetrics("application/openmetrics-text"));
  CHECK(openmetrics("Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8"));
  CHECK(openmetrics("application/openmetrics-text;version=\"1.0.0\""));
  CHECK(
      openmetrics("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
                  "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  CHECK(
      openmetrics("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                  "application/openmetrics-text;version=0.0.1;q=0.5,"
                  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"));
  CHECK(openmetrics("*/*, application/openmetrics-text"));
  CHECK(openmetrics("text/plain;q=0,application/openmetrics-text;q=0.001"));

  for (const std::string_view accept : {"",
                                        "*/*",
                                        "text/plain",
                                        "text/html,application/xhtml+xml,*/*;q=0.8",
                                        "application/json",
                                        "application/openmetrics-text;q=0",
                                        "application/openmetrics-text;q=0.0",
                                        "application/openmetrics-text;q=0.5,text/plain;q=0.6",
                                        "application/openmetrics-text;q=0.5,*/*",
                                        "text/plain,application/openmetrics-text",
                                        "application/openmetrics-text;version=0.0.1",
                                        "application/openmetrics-text;q=2",
                                        "application/openmetrics-text;q=1.5",
                                        "application/openmetrics-text;q=",
                                        "application/openmetrics-text;q=0.1234",
                                        "application/openmetrics-text;q=-1",
                                        "xapplication/openmetrics-text",
                                        ",,,",
                                        ";;;",
                                        "q=1",
                                        ";q=1",
                                        "=",
                                        " , ; = "}) {
    INFO(accept);
    CHECK_FALSE(openmetrics(accept));
  }
  CHECK(content_type(Format::prometheus) == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(content_type(Format::openmetrics) ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

}  // namespace
}  // namespace mxsweep::metrics
