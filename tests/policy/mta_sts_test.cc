// SPDX-License-Identifier: MIT
#include "mxsweep/policy/mta_sts.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "policy/answers.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::policy {
namespace {

using dns::LookupStatus;
using dns::Type;
using samples::AnswersOfTest;
using samples::find;
using samples::words;

using Outcome = MtaStsFetch::Outcome;

constexpr std::string_view kSound =
    "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.org\r\nmx: *.example.net\r\n"
    "max_age: 604800\r\n";

struct ReadPolicy {
  StsPolicy policy;
  FindingReports findings;
};

ReadPolicy read_body(std::string_view body) {
  ReadPolicy result;
  result.policy = read_sts_policy(body, "mta-sts.example.org", result.findings);
  return result;
}

std::string faults_of_body(std::string_view body) { return words(read_body(body).findings); }

MtaStsReport sts_of(AnswersOfTest& answers) {
  MtaSts sts("example.org");
  answers.run(sts);
  return sts.report();
}

MtaStsReport sts_with(std::vector<std::string> texts) {
  AnswersOfTest answers;
  answers.txt("_mta-sts.example.org", std::move(texts));
  return sts_of(answers);
}

MtaStsFetch fetched(std::string_view body) {
  MtaStsFetch fetch;
  fetch.outcome = Outcome::ok;
  fetch.status = 200;
  fetch.content_type = "text/plain; charset=utf-8";
  fetch.body = body;
  fetch.took = std::chrono::microseconds(41'200);
  fetch.verified = true;
  return fetch;
}

MtaStsReport with_policy(std::string_view body, const std::vector<StsHost>& hosts) {
  MtaStsReport report = sts_with({"v=STSv1; id=1"});
  add_fetch(fetched(body), report);
  judge_hosts(hosts, report);
  return report;
}

std::string policy_with(std::string_view lines) {
  return "version: STSv1\nmax_age: 604800\n" + std::string(lines);
}

}  // namespace

TEST_CASE("an MTA-STS record has a version and an id", "[policy][mta_sts]") {
  const MtaStsReport report = sts_with({"v=STSv1; id=20261101;"});
  CHECK(report.present == Presence::yes);
  CHECK(report.verdict == Verdict::ok);
  CHECK(report.id == "20261101");
  CHECK(report.findings.empty());
  CHECK(sts_with({"v=STSv1;id=a"}).verdict == Verdict::ok);
  CHECK(sts_with({"v=STSv1 ; new=1 ; id=a ;"}).id == "a");
  CHECK(sts_with({"other", "v=spf1 -all", "v=STSv1; id=1"}).findings.empty());
}

TEST_CASE("without an MTA-STS record there is none", "[policy][mta_sts]") {
  AnswersOfTest answers;
  MtaStsReport report = sts_of(answers);
  CHECK(report.present == Presence::no);
  CHECK(report.verdict == Verdict::none);
  CHECK(words(report.findings) == "mta_sts.none");
  CHECK(report.findings[0].at == "_mta-sts.example.org");
  CHECK(words(sts_with({"v=spf1 -all"}).findings) == "mta_sts.none");
  for (const LookupStatus trouble : {LookupStatus::servfail, LookupStatus::timeout,
                                     LookupStatus::refused, LookupStatus::unreachable}) {
    answers.fails("_mta-sts.example.org", Type::txt, trouble);
    report = sts_of(answers);
    CHECK(report.present == Presence::unknown);
    CHECK(report.verdict == Verdict::temperror);
    CHECK(report.findings.empty());
  }
}

TEST_CASE("several or broken MTA-STS records count as none", "[policy][mta_sts]") {
  const MtaStsReport report = sts_with({"v=STSv1; id=1", "v=STSv1; id=2"});
  CHECK(report.verdict == Verdict::invalid);
  CHECK(words(report.findings) == "mta_sts.multiple");
  CHECK(report.findings[0].n == 2);
  for (const std::string_view text :
       {"v=STSv1;", "v=STSv1; id", "v=STSv1; id=", "v=STSv1; id=a-b", "v=STSv1; id=1; id=2",
        "v=STSv1; id=123456789012345678901234567890123", "v=STSv1; x; id=1", "v=STSv1; ID=1"}) {
    INFO(text);
    const MtaStsReport broken = sts_with({std::string(text)});
    CHECK(broken.verdict == Verdict::invalid);
    CHECK(broken.present == Presence::yes);
    CHECK(words(broken.findings) == "mta_sts.syntax");
  }
  for (const std::string_view text :
       {"v=stsv1; id=1", " v=STSv1; id=1", "v = STSv1; id=1", "v=STSv1", "id=1; v=STSv1"}) {
    INFO(text);
    CHECK(words(sts_with({std::string(text)}).findings) == "mta_sts.version");
  }
}

TEST_CASE("a policy is read line by line", "[policy][mta_sts]") {
  const ReadPolicy sound = read_body(kSound);
  CHECK(sound.policy.valid);
  CHECK(sound.policy.mode == StsMode::enforce);
  CHECK(sound.policy.max_age == 604'800);
  CHECK(sound.policy.mx == std::vector<std::string>{"mx1.example.org", "*.example.net"});
  CHECK(sound.findings.empty());
  CHECK(read_body("mode:none\nmax_age:0\nversion:STSv1").policy.valid);
  CHECK(read_body("version: STSv1 \nmode: testing\nmx: MX.Example.ORG\t\nmax_age: 1\n").policy.mx ==
        std::vector<std::string>{"mx.example.org"});
}

TEST_CASE("a policy that lacks what it needs has no effect", "[policy][mta_sts]") {
  CHECK(faults_of_body("") ==
        "mta_sts.policy_missing mta_sts.policy_missing mta_sts.policy_missing");
  CHECK(faults_of_body("version: STSv1\nmode: enforce\nmax_age: 1\n") == "mta_sts.policy_missing");
  const ReadPolicy lacking = read_body("version: STSv1\nmode: enforce\nmx: a.example\n");
  CHECK_FALSE(lacking.policy.valid);
  CHECK(lacking.findings[0].detail == "max_age");
  // Old editors: a mark of byte order, and carriage returns alone.
  CHECK_FALSE(read_body("\xef\xbb\xbf" + std::string(kSound)).policy.valid);
  std::string old(kSound);
  std::erase(old, '\n');
  CHECK_FALSE(read_body(old).policy.valid);
}

TEST_CASE("a line that cannot be read breaks a policy", "[policy][mta_sts]") {
  for (const std::string_view line :
       {"mode: Enforce\nmx: a.example", "mode: \nmx: a.example", "mode: enforce\nmx: *",
        "mode: enforce\nmx: a.*.example", "mode: enforce\nmx: **.example", "mode: enforce\nmx:",
        "mode: enforce\nmx: a.example.", "mode: enforce\nmx: \xc3\xa4.example",
        "mode: none\n<html>", "mode: none\n key: value", "mode: none\nkey : value"}) {
    INFO(line);
    const ReadPolicy broken = read_body(policy_with(line));
    CHECK_FALSE(broken.policy.valid);
    CHECK(find(broken.findings, CheckFinding::mta_sts_policy_syntax) != nullptr);
  }
  const ReadPolicy version = read_body("version: STSv2\nmode: none\nmax_age: 1");
  CHECK_FALSE(version.policy.valid);
  CHECK(version.findings[0].n == 1);
  CHECK(version.findings[0].detail == "STSv2");
  CHECK_FALSE(read_body("version: STSv1\nmode: none\nmax_age: -1").policy.valid);
  CHECK_FALSE(read_body("version: STSv1\nmode: none\nmax_age: 12345678901").policy.valid);
}

TEST_CASE("oddities of a policy that senders bear are noticed", "[policy][mta_sts]") {
  CHECK(faults_of_body(policy_with("mode: none\nmode: enforce\n")) == "mta_sts.duplicate_key");
  CHECK(read_body(policy_with("mode: none\nmode: enforce\n")).policy.mode == StsMode::none);
  CHECK(faults_of_body(policy_with("mode: none\nx-new: 1\n")) == "mta_sts.unknown_key");
  CHECK(faults_of_body(policy_with("mode: none\n\n")) == "mta_sts.blank_line");
  const ReadPolicy over = read_body("version: STSv1\nmode: none\nmax_age: 9999999999\n");
  CHECK(words(over.findings) == "mta_sts.max_age_over");
  CHECK(over.policy.max_age == kStsMaxAgeMax);
  CHECK(over.policy.valid);
}

TEST_CASE("a policy cut anywhere is read to its end and no further", "[policy][mta_sts]") {
  for (std::size_t cut = 0; cut <= kSound.size(); ++cut) {
    const GuardedBytes part(kSound.substr(0, cut));
    const ReadPolicy read = read_body(part.view());
    // The last line has the last key that is required.
    const bool whole = cut > kSound.find("max_age: ") + 9;
    REQUIRE(read.policy.valid == whole);
  }
}

TEST_CASE("a policy of any size costs little", "[policy][mta_sts]") {
  std::string body = policy_with("mode: enforce\n");
  for (int i = 0; i < 20'000; ++i) body += "mx: m.example\n";
  const ReadPolicy many = read_body(body);
  CHECK(many.policy.mx.size() == kStsPatternsMax);
  CHECK(many.policy.cut);
  CHECK(read_body(std::string(1'000'000, '\n')).findings.size() == kStsFaultsMax);
}

TEST_CASE("a wildcard stands for exactly one label", "[policy][mta_sts]") {
  CHECK(matches_sts_pattern("mx.example.org", "mx.example.org"));
  CHECK(matches_sts_pattern("*.example.org", "mx.example.org"));
  CHECK_FALSE(matches_sts_pattern("*.example.org", "example.org"));
  CHECK_FALSE(matches_sts_pattern("*.example.org", "a.mx.example.org"));
  CHECK_FALSE(matches_sts_pattern("*.example.org", ".example.org"));
  CHECK_FALSE(matches_sts_pattern("*.example.org", "mx-example.org"));
  CHECK_FALSE(matches_sts_pattern("mx.example.org", "amx.example.org"));
  CHECK_FALSE(matches_sts_pattern("*.example.org", ""));
}

TEST_CASE("an enforced policy must cover all MX hosts with valid certificates",
          "[policy][mta_sts]") {
  MtaStsReport report = with_policy(
      kSound, {{"mx1.example.org", Presence::yes}, {"a.example.net", Presence::unknown}});
  CHECK(report.verdict == Verdict::ok);
  CHECK(report.covers == StsCovers::all);
  CHECK(report.findings.empty());
  report = with_policy(kSound, {{"mx1.example.org", Presence::no}, {"mx2.example.org", {}}});
  CHECK(report.covers == StsCovers::some);
  CHECK(words(report.findings) == "mta_sts.certificate mta_sts.mx_not_covered mta_sts.mx_unused");
  CHECK(report.findings[0].detail == "mx1.example.org");
  CHECK(report.findings[1].detail == "mx2.example.org");
  CHECK(report.findings[2].detail == "*.example.net");
  CHECK(with_policy(kSound, {{"mx2.example.org", {}}}).covers == StsCovers::none);
  CHECK(with_policy(kSound, {}).covers == StsCovers::unknown);
}

TEST_CASE("a policy in testing loses no mail", "[policy][mta_sts]") {
  const std::string body = policy_with("mode: testing\nmx: mx1.example.org\n");
  const MtaStsReport report =
      with_policy(body, {{"mx1.example.org", Presence::no}, {"b.example", {}}});
  CHECK(words(report.findings) ==
        "mta_sts.testing mta_sts.certificate_testing mta_sts.mx_not_covered_testing");
}

TEST_CASE("a policy that is withdrawn asks nothing of the hosts", "[policy][mta_sts]") {
  const MtaStsReport report = with_policy(policy_with("mode: none\n"), {{"b.example", {}}});
  CHECK(words(report.findings) == "mta_sts.mode_none");
  CHECK(report.covers == StsCovers::unknown);
}

TEST_CASE("a policy that lasts less than a week is noticed", "[policy][mta_sts]") {
  const MtaStsReport report =
      with_policy("version: STSv1\nmode: enforce\nmax_age: 86400\nmx: b.example\n",
                  {{"b.example", Presence::yes}});
  CHECK(words(report.findings) == "mta_sts.max_age_short");
  CHECK(report.findings[0].n == 86'400);
}

TEST_CASE("of a policy with too many patterns coverage is not denied", "[policy][mta_sts]") {
  std::string body = policy_with("mode: enforce\n");
  for (std::size_t i = 0; i <= kStsPatternsMax; ++i)
    body += "mx: mx" + std::to_string(i) + ".example\n";
  CHECK(with_policy(body, {{"mx3.example", {}}}).covers == StsCovers::all);
  const MtaStsReport report = with_policy(body, {{"mx9999.example", {}}});
  CHECK(report.covers == StsCovers::unknown);
  CHECK(find(report.findings, CheckFinding::mta_sts_mx_not_covered) == nullptr);
}

TEST_CASE("a policy that senders cannot fetch has no effect", "[policy][mta_sts]") {
  for (const Outcome outcome : {Outcome::not_found, Outcome::redirect, Outcome::http_status,
                                Outcome::tls, Outcome::too_large}) {
    MtaStsReport report = sts_with({"v=STSv1; id=1"});
    MtaStsFetch fetch;
    fetch.outcome = outcome;
    fetch.status = 301;
    add_fetch(fetch, report);
    CHECK(report.verdict == Verdict::invalid);
    CHECK(words(report.findings) == "mta_sts.unavailable");
    CHECK(report.findings[0].at == "mta-sts.example.org");
    CHECK(report.findings[0].detail == to_string(outcome));
    CHECK(report.findings[0].n == 301);
  }
  for (const Outcome outcome : {Outcome::timeout, Outcome::unreachable}) {
    MtaStsReport report = sts_with({"v=STSv1; id=1"});
    MtaStsFetch fetch;
    fetch.outcome = outcome;
    add_fetch(fetch, report);
    CHECK(report.verdict == Verdict::temperror);
    CHECK(words(report.findings) == "mta_sts.unreachable");
  }
  // Without a record nothing is expected to be there.
  MtaStsReport none = sts_with({"v=spf1 -all"});
  MtaStsFetch missing;
  missing.outcome = Outcome::not_found;
  add_fetch(missing, none);
  missing.outcome = Outcome::timeout;
  add_fetch(missing, none);
  CHECK(none.verdict == Verdict::none);
  CHECK(words(none.findings) == "mta_sts.none");
}

TEST_CASE("a policy needs a record and the right type", "[policy][mta_sts]") {
  MtaStsReport report = sts_with({"other"});
  add_fetch(fetched(kSound), report);
  CHECK(report.verdict == Verdict::none);
  CHECK(words(report.findings) == "mta_sts.none mta_sts.policy_without_record");

  for (const std::string_view type : {"text/html", "", "text/plain2", "application/octet-stream"}) {
    report = sts_with({"v=STSv1; id=1"});
    MtaStsFetch fetch = fetched(kSound);
    fetch.content_type = type;
    add_fetch(fetch, report);
    CHECK(words(report.findings) == "mta_sts.content_type");
    CHECK(report.verdict == Verdict::ok);
  }
  for (const std::string_view type : {"text/plain", "Text/Plain ; charset=\"x\""}) {
    report = sts_with({"v=STSv1; id=1"});
    MtaStsFetch fetch = fetched(kSound);
    fetch.content_type = type;
    add_fetch(fetch, report);
    CHECK(report.findings.empty());
  }
  report = sts_with({"v=STSv1; id=1"});
  MtaStsFetch fetch = fetched("<html>\n");
  fetch.outcome = Outcome::wrong_type;
  add_fetch(fetch, report);
  CHECK(report.verdict == Verdict::invalid);
}

TEST_CASE("MTA-STS is written as JSON", "[policy][mta_sts]") {
  std::string out;
  append_json(with_policy(kSound, {{"mx1.example.org", Presence::yes}}), out);
  CHECK(out ==
        R"({"present":"yes","verdict":"ok","record":"v=STSv1; id=1","id":"1","mode":"enforce",)"
        R"("max_age":604800,"mx":["mx1.example.org","*.example.net"],"covers":"all",)"
        R"("fetch":{"outcome":"ok","status":200,"ms":41.200,"verified":true}})");
  out.clear();
  append_json(sts_with({"x"}), out);
  CHECK(out == R"({"present":"no","verdict":"none"})");
}

}  // namespace mxsweep::policy
