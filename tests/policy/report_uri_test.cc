// SPDX-License-Identifier: MIT
#include "mxsweep/policy/report_uri.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"

namespace mxsweep::policy {
namespace {

ReportUri only(std::string_view text) {
  const std::vector<ReportUri> uris = read_report_uris(text);
  REQUIRE(uris.size() == 1);
  return uris.front();
}

}  // namespace

TEST_CASE("reports go to a host, by mail or by HTTPS", "[policy][report_uri]") {
  CHECK(only("mailto:dmarc@Example.ORG").host == "example.org");
  CHECK(only("mailto:a@example.org").mail);
  CHECK(only("MAILTO:a@example.org").host == "example.org");
  CHECK(only("mailto:a@example.org?subject=x@y.example").host == "example.org");
  CHECK(only("mailto:a%2Cb@example.org").fault == UriFault::none);
  CHECK(only("https://reports.example.org/v1?x=1").host == "reports.example.org");
  CHECK(only("https://reports.example.org:8443/").host == "reports.example.org");
  CHECK_FALSE(only("https://user@example.org").mail);
}

TEST_CASE("a list of report addresses is cut at commas", "[policy][report_uri]") {
  const auto uris = read_report_uris(" mailto:a@example.org , ,mailto:b@example.net,");
  REQUIRE(uris.size() == 2);
  CHECK(uris[1].host == "example.net");
  CHECK(read_report_uris("").empty());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "mailto:a@example.org,";
  CHECK(read_report_uris(many).size() == kReportUrisMax);
}

TEST_CASE("a size suffix is obsolete, but read", "[policy][report_uri]") {
  CHECK(only("mailto:a@example.org!10m").size);
  CHECK(only("mailto:a@example.org!10m").host == "example.org");
  CHECK(only("mailto:a@example.org!500").size);
  CHECK_FALSE(only("mailto:a@example.org").size);
  CHECK(only("mailto:a@example.org!10x").fault == UriFault::syntax);
}

TEST_CASE("what is no report address has a fault that names why", "[policy][report_uri]") {
  CHECK(only("a@example.org").fault == UriFault::no_scheme);
  CHECK(only("example.org").fault == UriFault::syntax);
  CHECK(only("http://example.org/").fault == UriFault::scheme);
  CHECK(only("https:example.org").fault == UriFault::syntax);
  for (const std::string_view text : {"mailto:", "mailto:a", "mailto:@example.org", "mailto:a@",
                                      "mailto:a@host", "mailto:a@[::1]", "mailto:a@exa mple.org",
                                      "mailto:a@-.example..org", "https://", "https:///x"}) {
    INFO(text);
    CHECK(only(text).fault == UriFault::syntax);
    CHECK(only(text).host.empty());
  }
  CHECK(only("mailto:" + std::string(600, 'a') + "@example.org").fault == UriFault::syntax);
  CHECK_FALSE(has_usable(read_report_uris("a@example.org")));
  CHECK(has_usable(read_report_uris("a@example.org,mailto:a@example.org")));
}

}  // namespace mxsweep::policy
