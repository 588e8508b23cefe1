// SPDX-License-Identifier: MIT
#include "mxsweep/policy/tls_rpt.h"

#include <string>
#include <string_view>
#include <vector>

#include "policy/answers.h"
#include "support/catch.h"

namespace mxsweep::policy {
namespace {

using dns::LookupStatus;
using dns::Type;
using samples::AnswersOfTest;
using samples::words;

TlsRptReport tls_rpt_of(AnswersOfTest& answers) {
  TlsRpt tls_rpt("example.org");
  answers.run(tls_rpt);
  return tls_rpt.report();
}

TlsRptReport tls_rpt_with(std::vector<std::string> texts) {
  AnswersOfTest answers;
  answers.txt("_smtp._tls.example.org", std::move(texts));
  return tls_rpt_of(answers);
}

}  // namespace

TEST_CASE("reports on TLS go by mail or HTTPS", "[policy][tls_rpt]") {
  const TlsRptReport report =
      tls_rpt_with({"v=TLSRPTv1; rua=mailto:a@example.org,https://r.example.net/v1;"});
  CHECK(report.present == Presence::yes);
  CHECK(report.verdict == Verdict::ok);
  REQUIRE(report.rua.size() == 2);
  CHECK(report.rua[1].host == "r.example.net");
  CHECK(report.findings.empty());
  CHECK(tls_rpt_with({"v=TLSRPTv1;rua=mailto:a@example.org", "other"}).findings.empty());
}

TEST_CASE("without a TLS-RPT record there is none", "[policy][tls_rpt]") {
  AnswersOfTest answers;
  CHECK(tls_rpt_of(answers).verdict == Verdict::none);
  CHECK(words(tls_rpt_of(answers).findings) == "tls_rpt.none");
  for (const LookupStatus trouble : {LookupStatus::servfail, LookupStatus::timeout,
                                     LookupStatus::malformed, LookupStatus::alias_loop}) {
    answers.fails("_smtp._tls.example.org", Type::txt, trouble);
    CHECK(tls_rpt_of(answers).present == Presence::unknown);
    CHECK(tls_rpt_of(answers).verdict == Verdict::temperror);
    CHECK(tls_rpt_of(answers).findings.empty());
  }
}

TEST_CASE("a TLS-RPT record without an address that works has no effect", "[policy][tls_rpt]") {
  const auto faults = [](const std::string& text) {
    const TlsRptReport report = tls_rpt_with({text});
    CHECK(report.verdict == Verdict::invalid);
    return words(report.findings);
  };
  CHECK(faults("v=TLSRPTv1;") == "tls_rpt.rua_none");
  CHECK(faults("v=TLSRPTv1; rua=") == "tls_rpt.rua_none");
  CHECK(faults("v=TLSRPTv1; rua=a@example.org") == "tls_rpt.rua_syntax");
  CHECK(faults("v=TLSRPTv1; rua=http://example.org") == "tls_rpt.rua_syntax");
  CHECK(faults("v=TLSRPTv1; rua") == "tls_rpt.syntax tls_rpt.rua_none");
  CHECK(faults("v=TLSRPTv1; rua=mailto:a@example.org; rua=mailto:b@example.org") ==
        "tls_rpt.syntax");
  CHECK(faults("v=tlsrptv1; rua=mailto:a@example.org") == "tls_rpt.version");
  CHECK(faults("v=TLSRPTv1") == "tls_rpt.version");
  CHECK(tls_rpt_with({"v=TLSRPTv1; rua=a@example.org,mailto:b@example.org"}).verdict ==
        Verdict::ok);
  const TlsRptReport two = tls_rpt_with({"v=TLSRPTv1; rua=mailto:a@example.org", "v=TLSRPTv1;"});
  CHECK(two.verdict == Verdict::invalid);
  CHECK(words(two.findings) == "tls_rpt.multiple");
}

TEST_CASE("a TLS-RPT record cut anywhere is read without a fault of ours", "[policy][tls_rpt]") {
  const std::string whole = "v=TLSRPTv1; rua=mailto:a@example.org,https://r.example.net/v1; x=y;";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const TlsRptReport report = tls_rpt_with({whole.substr(0, cut)});
    CHECK(report.verdict != Verdict::temperror);
  }
}

TEST_CASE("TLS-RPT is written as JSON", "[policy][tls_rpt]") {
  std::string out;
  append_json(tls_rpt_with({"v=TLSRPTv1; rua=mailto:a@example.org"}), out);
  CHECK(out == R"({"present":"yes","verdict":"ok","record":"v=TLSRPTv1; rua=mailto:a@example.org",)"
               R"("rua":["mailto:a@example.org"]})");
  out.clear();
  append_json(TlsRptReport(), out);
  CHECK(out == R"({"present":"unknown","verdict":"temperror"})");
}

}  // namespace mxsweep::policy
