// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_findings.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::results {
namespace {

std::string json_of_findings(const FindingReports& findings, MailRole role) {
  std::string out;
  append_findings(findings, role, out);
  return out;
}

TEST_CASE("a finding has its severity by what the server is for", "[results][findings]") {
  CHECK(json_of_findings({}, MailRole::out) == "[]");
  const FindingReports findings{
      {.finding = CheckFinding::dnsbl_listed, .at = "192.0.2.1"},
      {.finding = CheckFinding::spf_none, .detail = "\"\xff", .n = 12, .most = 10}};
  CHECK(json_of_findings(findings, MailRole::out) ==
        R"([{"id":"dnsbl.listed","severity":"error","at":"192.0.2.1","ref":"RFC 5782, 2.1"},)"
        R"({"id":"spf.none","severity":"warn","detail":"\"\u00ff","n":12,"max":10,)"
        R"("ref":"RFC 7208, 4.5"}])");
  CHECK(json_of_findings(findings, MailRole::in) ==
        R"([{"id":"dnsbl.listed","severity":"info","at":"192.0.2.1","ref":"RFC 5782, 2.1"},)"
        R"({"id":"spf.none","severity":"notice","detail":"\"\u00ff","n":12,"max":10,)"
        R"("ref":"RFC 7208, 4.5"}])");
}

TEST_CASE("a configuration's severity holds for what sends mail", "[results][findings]") {
  FindingReport report{.finding = CheckFinding::dnsbl_listed};
  report.severity = Severity::notice;
  CHECK(severity_of(report, MailRole::out) == Severity::notice);
  CHECK(severity_of(report, MailRole::both) == Severity::notice);
  CHECK(severity_of(report, MailRole::in) == Severity::info);
}

}  // namespace
}  // namespace mxsweep::results
