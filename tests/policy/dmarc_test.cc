// SPDX-License-Identifier: MIT
#include "mxsweep/policy/dmarc.h"

#include <algorithm>
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
using samples::find;
using samples::words;

using enum DmarcPolicy;

DmarcReport dmarc_of(AnswersOfTest& answers, std::string_view domain) {
  Dmarc dmarc(domain);
  answers.run(dmarc);
  return dmarc.report();
}

// Of a domain with that record, whose reports are taken.
DmarcReport with_record(const std::string& record) {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {record}).mx("example.org", "mx.example.org");
  return dmarc_of(answers, "example.org");
}

const std::string kStrict = "v=DMARC1; p=reject; rua=mailto:d@example.org";

}  // namespace

TEST_CASE("a walk asks for eight names at most", "[policy][dmarc]") {
  using Names = std::vector<std::string>;
  CHECK(tree_walk("a.b.c.d.e.f.g.h.i.j.mail.example.com") ==
        Names{"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com",
              "h.i.j.mail.example.com", "i.j.mail.example.com", "j.mail.example.com",
              "mail.example.com", "example.com", "com"});
  CHECK(tree_walk("a.mail.example.com") ==
        Names{"a.mail.example.com", "mail.example.com", "example.com", "com"});
  CHECK(tree_walk("a.b.c.d.e.f.example.com").size() == 8);
  CHECK(tree_walk("a.b.c.d.e.example.com").size() == 7);
  CHECK(tree_walk("com") == Names{"com"});
}

TEST_CASE("a domain with a sound DMARC record has no finding", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {kStrict}).mx("example.org", "mx.example.org");
  const DmarcReport report = dmarc_of(answers, "example.org");
  CHECK(report.present == Presence::yes);
  CHECK(report.verdict == Verdict::ok);
  CHECK(report.location == "example.org");
  CHECK(report.organizational == "example.org");
  CHECK(report.policy == reject);
  CHECK(report.subdomains == reject);
  CHECK(report.nonexistent == reject);
  CHECK(report.rfc7489.organizational == "example.org");
  CHECK(report.rfc7489.policy == reject);
  CHECK(report.rfc7489.same == Presence::yes);
  CHECK(words(report.findings).empty());
  std::sort(answers.asked.begin(), answers.asked.end());
  CHECK(answers.asked ==
        std::vector<std::string>{"_dmarc.example.org", "_dmarc.org", "example.org"});
}

TEST_CASE("a domain without any DMARC record has none", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.exists("a.example.org", Type::txt);
  const DmarcReport report = dmarc_of(answers, "a.example.org");
  CHECK(report.present == Presence::no);
  CHECK(report.verdict == Verdict::none);
  CHECK(report.location.empty());
  CHECK(report.organizational == "a.example.org");
  CHECK_FALSE(report.policy);
  CHECK(words(report.findings) == "dmarc.none");
  CHECK(find(report.findings, CheckFinding::dmarc_none)->at == "_dmarc.a.example.org");
  // The organizational domains differ, but nothing follows from that.
  CHECK(report.rfc7489.organizational == "example.org");
  CHECK(report.rfc7489.same == Presence::yes);
}

TEST_CASE("a text for something else at the name is no DMARC record", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {"v=spf1 -all"}).exists("example.org", Type::txt);
  CHECK(words(dmarc_of(answers, "example.org").findings) == "dmarc.none");
}

TEST_CASE("a subdomain inherits sp of the organizational domain", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.mail.example.com", {"v=DMARC1; p=none"})
      .txt("_dmarc.example.com", {"v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@example.com"})
      .mx("example.com", "mx.example.com")
      .exists("a.mail.example.com", Type::txt);
  const DmarcReport report = dmarc_of(answers, "a.mail.example.com");
  CHECK(report.organizational == "example.com");
  CHECK(report.location == "example.com");
  CHECK(report.policy == quarantine);
  CHECK(report.subdomains == quarantine);
  CHECK(report.rfc7489.same == Presence::yes);
  CHECK(words(report.findings) == "dmarc.inherited dmarc.sp_weaker");
  CHECK(find(report.findings, CheckFinding::dmarc_inherited)->detail == "example.com");
  CHECK(find(report.findings, CheckFinding::dmarc_sp_weaker)->at == "_dmarc.example.com");
}

TEST_CASE("a domain that does not exist has np", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.com", {"v=DMARC1; p=none; np=reject; rua=mailto:d@example.com"})
      .mx("example.com", "mx.example.com");
  const DmarcReport report = dmarc_of(answers, "ghost.example.com");
  CHECK(report.policy == reject);
  CHECK(report.rfc7489.policy == none);
  CHECK(report.rfc7489.same == Presence::no);
  CHECK(find(report.findings, CheckFinding::dmarc_rfc7489_differs)->detail ==
        "RFC 9989: example.com, reject; RFC 7489: example.com, none");
  // A failure to find out whether it exists is no reason to choose.
  answers.fails("ghost.example.com", Type::txt, LookupStatus::servfail);
  const DmarcReport unknown = dmarc_of(answers, "ghost.example.com");
  CHECK(unknown.verdict == Verdict::temperror);
  CHECK(unknown.present == Presence::yes);
  CHECK_FALSE(unknown.policy);
  CHECK(unknown.rfc7489.same == Presence::unknown);
}

TEST_CASE("below a public suffix with a record its domain is organizational", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.com", {"v=DMARC1; p=reject; psd=y"}).exists("a.mail.example.com", Type::txt);
  DmarcReport report = dmarc_of(answers, "a.mail.example.com");
  CHECK(report.organizational == "example.com");
  CHECK(report.location == "com");
  CHECK(report.policy == reject);
  CHECK(report.rfc7489.policy == std::nullopt);
  // The suffix speaks only for domains without a record of their own.
  answers.txt("_dmarc.example.com", {"v=DMARC1; p=none"});
  report = dmarc_of(answers, "a.mail.example.com");
  CHECK(report.organizational == "example.com");
  CHECK(report.location == "example.com");
  CHECK(report.policy == none);
  CHECK(report.rfc7489.same == Presence::yes);
  // The suffix itself.
  report = dmarc_of(answers, "com");
  CHECK(report.organizational == "com");
  CHECK(report.location == "com");
  CHECK(report.policy == reject);
}

TEST_CASE("psd=n ends the walk there", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.unit.example.com", {"v=DMARC1; p=quarantine; psd=n"})
      .txt("_dmarc.example.com", {"v=DMARC1; p=reject"})
      .exists("a.unit.example.com", Type::txt)
      .fails("_dmarc.com", Type::txt, LookupStatus::timeout);
  const DmarcReport report = dmarc_of(answers, "a.unit.example.com");
  CHECK(report.organizational == "unit.example.com");
  CHECK(report.policy == quarantine);
  CHECK(report.rfc7489.organizational == "example.com");
  CHECK(report.rfc7489.policy == reject);
  CHECK(report.rfc7489.same == Presence::no);
  CHECK(find(report.findings, CheckFinding::dmarc_rfc7489_differs) != nullptr);
}

TEST_CASE("without psd the highest record is that of the organization", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.a.example.com", {kStrict + "; sp=none"})
      .txt("_dmarc.com", {"v=DMARC1; p=none"})
      .mx("example.org", "mx.example.org")
      .txt("a.example.com._report._dmarc.example.org", {"v=DMARC1"});
  const DmarcReport report = dmarc_of(answers, "a.example.com");
  CHECK(report.organizational == "com");
  CHECK(report.location == "a.example.com");
  CHECK(report.policy == reject);
  CHECK(report.subdomains == none);  // That of com.
  CHECK(words(report.findings) == "dmarc.sp_ignored dmarc.rfc7489_differs");
}

TEST_CASE("sp of a subdomain has no effect", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.a.example.com", {"v=DMARC1; p=none; sp=reject"})
      .txt("_dmarc.example.com", {"v=DMARC1; p=reject; sp=quarantine"});
  const DmarcReport report = dmarc_of(answers, "a.example.com");
  CHECK(report.policy == none);
  CHECK(report.subdomains == quarantine);
  CHECK(find(report.findings, CheckFinding::dmarc_sp_ignored)->at == "_dmarc.a.example.com");
}

TEST_CASE("several DMARC records at one name count as none, and the walk goes on",
          "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.a.example.com", {"v=DMARC1; p=none", "v=DMARC1; p=reject"})
      .txt("_dmarc.example.com", {"v=DMARC1; p=quarantine"})
      .exists("a.example.com", Type::txt);
  const DmarcReport report = dmarc_of(answers, "a.example.com");
  CHECK(report.verdict == Verdict::ok);
  CHECK(report.location == "example.com");
  CHECK(report.policy == quarantine);
  CHECK(find(report.findings, CheckFinding::dmarc_multiple)->at == "_dmarc.a.example.com");
  CHECK(find(report.findings, CheckFinding::dmarc_multiple)->n == 2);
  // RFC 7489 ends there.
  CHECK(report.rfc7489.policy == std::nullopt);
  CHECK(report.rfc7489.same == Presence::no);

  answers.txt("_dmarc.example.com", {"v=DMARC1; p=none", "v=DMARC1; p=reject"});
  const DmarcReport nothing = dmarc_of(answers, "example.com");
  CHECK(nothing.verdict == Verdict::invalid);
  CHECK(nothing.present == Presence::yes);
}

TEST_CASE("a DMARC record beside other texts is the only one", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {"some=thing", kStrict, "v=spf1 -all"})
      .mx("example.org", "mx.example.org");
  CHECK(words(dmarc_of(answers, "example.org").findings).empty());
}

TEST_CASE("what is meant as a DMARC record, but is none, is found", "[policy][dmarc]") {
  DmarcReport report = with_record("v=dmarc1; p=reject");
  CHECK(words(report.findings) == "dmarc.version_case");
  CHECK(report.verdict == Verdict::invalid);
  report = with_record(" v=DMARC1; p=reject");
  CHECK(words(report.findings) == "dmarc.not_first");
  CHECK(report.findings[0].detail == " v=DMARC1; p=reject");
  CHECK(report.findings[0].at == "_dmarc.example.org");
}

TEST_CASE("faults of names that belong to others are not reported", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.org", {"v=dmarc1", "v=DMARC1", "v=DMARC1;"}).exists("example.org", Type::txt);
  CHECK(words(dmarc_of(answers, "example.org").findings) == "dmarc.none");
}

TEST_CASE("a DMARC record of the domain itself is in the wrong place", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("example.org", {"v=spf1 -all", "v=DMARC1; p=reject"});
  const DmarcReport report = dmarc_of(answers, "example.org");
  CHECK(words(report.findings) == "dmarc.at_apex dmarc.none");
  CHECK(report.findings[0].at == "example.org");
}

TEST_CASE("the policy of a DMARC record may be weak", "[policy][dmarc]") {
  const std::string rua = "; rua=mailto:d@example.org";
  const auto found = [&](const std::string& tags) {
    return words(with_record("v=DMARC1; " + tags + rua).findings);
  };
  CHECK(found("p=none") == "dmarc.p_none");
  CHECK(found("x=1") == "dmarc.p_missing dmarc.unknown_tag");
  CHECK(found("p=quarantine; sp=none") == "dmarc.sp_weaker");
  CHECK(found("p=quarantine; np=none") == "dmarc.np_weaker");
  CHECK(found("p=quarantine; sp=none; np=reject") == "dmarc.sp_weaker");
  CHECK(found("p=quarantine; t=y") == "dmarc.test_mode");
  CHECK(found("p=none; t=y") == "dmarc.p_none");
  CHECK(found("p=reject; pct=100; rf=afrf; ri=86400") ==
        "dmarc.obsolete dmarc.obsolete dmarc.obsolete");
  CHECK(found("p=reject; pct=20") == "dmarc.pct");
  CHECK(found("p=reject; adkim=x") == "dmarc.tag");
  CHECK(found("p=reject; p=reject") == "dmarc.tag");
}

TEST_CASE("a DMARC record without policy and reports has no effect", "[policy][dmarc]") {
  const DmarcReport report = with_record("v=DMARC1; p=block");
  CHECK(report.verdict == Verdict::invalid);
  CHECK(report.present == Presence::yes);
  CHECK_FALSE(report.policy);
  CHECK(words(report.findings) == "dmarc.no_effect dmarc.tag dmarc.rua_none");
  CHECK(find(report.findings, CheckFinding::dmarc_tag)->detail == "p");
}

TEST_CASE("addresses of reports must be URIs", "[policy][dmarc]") {
  CHECK(words(with_record("v=DMARC1; p=reject").findings) == "dmarc.rua_none");
  const DmarcReport report = with_record("v=DMARC1; p=reject; rua=d@example.org");
  CHECK(words(report.findings) == "dmarc.rua_syntax");
  CHECK(report.findings[0].detail == "d@example.org");
  CHECK(words(with_record("v=DMARC1; p=reject; rua=mailto:d@example.org!10m").findings) ==
        "dmarc.obsolete");
}

TEST_CASE("another organization must agree to reports", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {"v=DMARC1; p=reject; rua=mailto:r@in.reports.example"})
      .mx("in.reports.example", "mx.reports.example");
  const std::string name = "example.org._report._dmarc.in.reports.example";
  DmarcReport report = dmarc_of(answers, "example.org");
  CHECK(words(report.findings) == "dmarc.rua_unauthorised");
  CHECK(report.findings[0].detail == "in.reports.example");
  for (const std::string_view text :
       {"v=DMARC1", "v=DMARC1;", "v=DMARC1; rua=mailto:x@y.example"}) {
    answers.txt(name, {"other", std::string(text)});
    CHECK(words(dmarc_of(answers, "example.org").findings).empty());
  }
  // Several are as good as one there: a wildcard may stand beside it.
  answers.txt(name, {"v=DMARC1", "v=DMARC1;"});
  CHECK(words(dmarc_of(answers, "example.org").findings).empty());
  answers.txt(name, {"v=spf1 -all"});
  CHECK(words(dmarc_of(answers, "example.org").findings) == "dmarc.rua_unauthorised");
  for (const LookupStatus trouble : {LookupStatus::servfail, LookupStatus::timeout}) {
    answers.fails(name, Type::txt, trouble);
    CHECK(words(dmarc_of(answers, "example.org").findings).empty());
  }
}

TEST_CASE("reports within an organization need no consent", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers
      .txt("_dmarc.example.org",
           {"v=DMARC1; p=reject; rua=mailto:r@reports.example.org,mailto:s@example.org"})
      .mx("reports.example.org", "mx.example.org")
      .mx("example.org", "mx.example.org");
  CHECK(words(dmarc_of(answers, "example.org").findings).empty());
  // For RFC 7489 these two are one organization.
  answers.txt("_dmarc.mail.example.net", {"v=DMARC1; p=reject; rua=mailto:r@example.net"})
      .mx("example.net", "mx.example.net");
  CHECK(find(dmarc_of(answers, "mail.example.net").findings,
             CheckFinding::dmarc_rua_unauthorised) == nullptr);
}

TEST_CASE("a name of consent that is too long cannot give it", "[policy][dmarc]") {
  const std::string label(60, 'a');
  const std::string domain = label + "." + label + "." + label + ".example.org";
  AnswersOfTest answers;
  answers
      .txt("_dmarc." + domain, {"v=DMARC1; p=reject; rua=mailto:r@reports." + label + ".example"})
      .mx("reports." + label + ".example", "mx.example.org");
  const DmarcReport report = dmarc_of(answers, domain);
  CHECK(find(report.findings, CheckFinding::dmarc_rua_unauthorised) != nullptr);
}

TEST_CASE("the host of a report address must take mail", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {kStrict});
  CHECK(words(dmarc_of(answers, "example.org").findings) == "dmarc.rua_host_no_mx");
  answers.mx("example.org", "");
  CHECK(words(dmarc_of(answers, "example.org").findings) == "dmarc.rua_host_no_mx");
  // An address stands in for an MX record.
  answers.exists("example.org", Type::mx).address("example.org", "192.0.2.1");
  CHECK(words(dmarc_of(answers, "example.org").findings).empty());
  answers.address("example.org", "2001:db8::1");
  CHECK(words(dmarc_of(answers, "example.org").findings).empty());
  answers.exists("example.org", Type::aaaa);
  CHECK(words(dmarc_of(answers, "example.org").findings) == "dmarc.rua_host_no_mx");
  answers.fails("example.org", Type::a, LookupStatus::timeout);
  CHECK(words(dmarc_of(answers, "example.org").findings).empty());
  answers.fails("example.org", Type::mx, LookupStatus::servfail);
  CHECK(words(dmarc_of(answers, "example.org").findings).empty());
}

TEST_CASE("hosts of reports are bounded, and each is asked once", "[policy][dmarc]") {
  std::string record = "v=DMARC1; p=reject; rua=mailto:a@one.example,mailto:b@one.example";
  for (char c = 'a'; c < 'p'; ++c) record += ",mailto:r@" + std::string(1, c) + ".example";
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {record});
  const DmarcReport report = dmarc_of(answers, "example.org");
  CHECK(samples::count(report.findings, CheckFinding::dmarc_rua_host_no_mx) == kReportHostsMax);
  CHECK(std::count(answers.asked.begin(), answers.asked.end(), "one.example") == 1);
}

TEST_CASE("a failure to find a DMARC record is never its absence", "[policy][dmarc]") {
  for (const LookupStatus trouble :
       {LookupStatus::servfail, LookupStatus::timeout, LookupStatus::refused,
        LookupStatus::malformed, LookupStatus::unreachable, LookupStatus::alias_loop}) {
    AnswersOfTest answers;
    answers.fails("_dmarc.a.example.org", Type::txt, trouble).txt("_dmarc.example.org", {kStrict});
    DmarcReport report = dmarc_of(answers, "a.example.org");
    CHECK(report.present == Presence::unknown);
    CHECK(report.verdict == Verdict::temperror);
    CHECK(report.organizational.empty());
    CHECK(words(report.findings).empty());
    // Above a record of its own it hides only the organizational domain.
    AnswersOfTest above;
    above.fails("_dmarc.org", Type::txt, trouble).txt("_dmarc.example.org", {"v=DMARC1; p=reject"});
    report = dmarc_of(above, "example.org");
    CHECK(report.verdict == Verdict::ok);
    CHECK(report.policy == reject);
    CHECK(report.organizational.empty());
    CHECK_FALSE(report.subdomains);
    CHECK(report.rfc7489.same == Presence::unknown);
  }
}

TEST_CASE("a domain too long for a DMARC record has none of its own", "[policy][dmarc]") {
  const std::string label(61, 'a');
  const std::string domain = label + "." + label + "." + label + "." + label + ".org";
  AnswersOfTest answers;
  answers.exists(domain, Type::txt);
  CHECK(dmarc_of(answers, domain).verdict == Verdict::none);
}

TEST_CASE("DMARC is written as JSON", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {"v=DMARC1; p=reject; t=y; rua=mailto:d@example.org; \"x=\xff"})
      .mx("example.org", "mx.example.org");
  std::string out;
  append_json(dmarc_of(answers, "example.org"), out);
  CHECK(out == R"({"present":"yes","verdict":"ok",)"
               R"("record":"v=DMARC1; p=reject; t=y; rua=mailto:d@example.org; \"x=\u00ff",)"
               R"("location":"example.org","organizational":"example.org","policy":"reject",)"
               R"("subdomains":"reject","nonexistent":"reject","test":true,"applied":"quarantine",)"
               R"("tags":{"v":"DMARC1","p":"reject","t":"y","rua":["mailto:d@example.org"],)"
               R"("\"x":"\u00ff"},)"
               R"("rfc7489":{"organizational":"example.org","policy":"reject","same":true}})");
  out.clear();
  answers.fails("_dmarc.example.org", Type::txt, LookupStatus::timeout);
  append_json(dmarc_of(answers, "example.org"), out);
  CHECK(
      out ==
      R"({"present":"unknown","verdict":"temperror","rfc7489":{"organizational":"example.org"}})");
}

TEST_CASE("late, lost and failing answers never change a DMARC verdict", "[policy][dmarc]") {
  AnswersOfTest answers;
  answers.txt("_dmarc.example.org", {kStrict + ",mailto:x@reports.example; sp=none"})
      .txt("_dmarc.unit.example.org", {"v=DMARC1; p=quarantine; psd=n; np=reject"})
      .txt("_dmarc.two.example.org", {"v=DMARC1; p=none", "v=DMARC1"})
      .txt("_dmarc.net", {"v=DMARC1; psd=y; p=reject; np=none; rua=mailto:r@net"})
      .txt("_dmarc.old.example.com", {"v=dmarc1"})
      .mx("example.org", "mx.example.org")
      .exists("reports.example", Type::mx)
      .exists("a.example.org", Type::txt)
      .exists("a.example.net", Type::txt)
      .txt("example.com", {"v=DMARC1; p=reject"});
  Random random(20'261'127);
  for (const std::string_view domain :
       {"example.org", "a.example.org", "ghost.example.org", "a.unit.example.org",
        "ghost.unit.example.org", "two.example.org", "a.example.net", "example.net", "net",
        "old.example.com", "example.com"}) {
    const DmarcReport whole = dmarc_of(answers, domain);
    for (int run = 0; run < 400; ++run) {
      Dmarc machine(domain);
      answers.run_badly(machine, random, 4);
      const DmarcReport& report = machine.report();
      INFO(domain);
      REQUIRE((report.verdict == whole.verdict || report.verdict == Verdict::temperror));
      REQUIRE((report.present == whole.present || report.present == Presence::unknown));
      REQUIRE((report.policy == whole.policy || !report.policy));
      REQUIRE((report.subdomains == whole.subdomains || !report.subdomains));
      REQUIRE((report.organizational == whole.organizational || report.organizational.empty()));
      REQUIRE(
          (report.rfc7489.same == whole.rfc7489.same || report.rfc7489.same == Presence::unknown));
      for (const FindingReport& finding : report.findings) {
        INFO(to_string(finding.finding));
        REQUIRE(std::count(whole.findings.begin(), whole.findings.end(), finding) == 1);
      }
    }
  }
}

}  // namespace mxsweep::policy
