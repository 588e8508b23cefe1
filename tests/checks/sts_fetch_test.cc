// SPDX-License-Identifier: MIT
#include "checks/sts_fetch.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "support/catch.h"

namespace mxsweep::checks {
namespace {

using fetch::FetchOutcome;
using Sts = policy::MtaStsFetch::Outcome;

fetch::Fetched fetched_with(FetchOutcome outcome, int status) {
  fetch::Fetched fetched;
  fetched.outcome = outcome;
  fetched.status = status;
  return fetched;
}

TEST_CASE("the policy is fetched from the host that the standard names", "[checks][mta_sts]") {
  const fetch::Request request =
      sts_request(7, "example.net", {ipv4(0xC0000201)}, {"sts.example.org"});
  CHECK(request.ticket == 7);
  CHECK(request.host == "mta-sts.example.net");
  CHECK(request.path == "/.well-known/mta-sts.txt");
  CHECK(request.addresses.size() == 1);
  CHECK(request.aliases == std::vector<std::string>{"sts.example.org"});
}

TEST_CASE("what a fetch came to is put in the words of the check", "[checks][mta_sts]") {
  struct Row {
    FetchOutcome outcome;
    int status;
    Sts expected;
  };
  constexpr std::array kRows = {Row{FetchOutcome::ok, 200, Sts::ok},
                                Row{FetchOutcome::http_status, 404, Sts::not_found},
                                Row{FetchOutcome::http_status, 410, Sts::not_found},
                                Row{FetchOutcome::http_status, 500, Sts::http_status},
                                Row{FetchOutcome::redirect, 301, Sts::redirect},
                                Row{FetchOutcome::too_large, 200, Sts::too_large},
                                Row{FetchOutcome::tls, 0, Sts::tls},
                                Row{FetchOutcome::timeout, 0, Sts::timeout},
                                Row{FetchOutcome::unreachable, 0, Sts::unreachable},
                                Row{FetchOutcome::closed, 0, Sts::unreachable},
                                Row{FetchOutcome::malformed, 0, Sts::unreachable}};
  for (const Row& row : kRows) {
    CAPTURE(to_string(row.outcome), row.status);
    const auto result = sts_fetch_of(fetched_with(row.outcome, row.status));
    CHECK(result.outcome == row.expected);
    CHECK(result.status == row.status);
    CHECK(result.verified == (row.status != 0));
  }
}

TEST_CASE("what this machine lacks or may not visit says nothing of a domain",
          "[checks][mta_sts]") {
  for (const FetchOutcome outcome : {FetchOutcome::local, FetchOutcome::refused}) {
    policy::MtaStsReport report;
    report.domain = "example.net";
    report.verdict = policy::Verdict::ok;
    policy::add_fetch(sts_fetch_of(fetched_with(outcome, 0)), report);
    CHECK(report.verdict == policy::Verdict::temperror);
    CHECK(report.findings.empty());
    CHECK(to_string(report.fetch->outcome) == to_string(outcome));
  }
}

TEST_CASE("a page of HTML is a finding, not a policy", "[checks][mta_sts]") {
  fetch::Fetched fetched = fetched_with(FetchOutcome::ok, 200);
  fetched.content_type = "text/html";
  fetched.body = "<html>parked</html>";
  const auto result = sts_fetch_of(std::move(fetched));
  policy::MtaStsReport report;
  report.domain = "example.net";
  report.verdict = policy::Verdict::ok;
  policy::add_fetch(result, report);
  CHECK(report.verdict == policy::Verdict::invalid);
  CHECK(std::ranges::any_of(report.findings, [](const FindingReport& finding) {
    return finding.finding == CheckFinding::mta_sts_content_type;
  }));
}

}  // namespace
}  // namespace mxsweep::checks
