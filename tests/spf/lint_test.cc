// SPDX-License-Identifier: MIT
#include "mxsweep/spf/lint.h"

#include <algorithm>
#include <string>
#include <vector>

#include "spf/zone.h"
#include "support/catch.h"

namespace mxsweep::spf {
namespace {

using Words = std::vector<std::string>;

SpfReport linted(const Zone& zone, const LintOptions& options = {}) {
  Lint machine("example.org", options);
  settle(machine, zone);
  return machine.report();
}

SpfReport linted_record(std::string_view record) {
  Zone zone;
  zone.txt("example.org", record);
  return linted(zone);
}

// "spf.ptr example.org ptr", with n and the greatest allowed behind it if they are there.
Words findings_of(const SpfReport& report) {
  Words words;
  for (const FindingReport& finding : report.findings) {
    std::string word = std::string(to_string(finding.finding)) + " " + finding.at;
    if (!finding.detail.empty()) word += " " + finding.detail;
    if (finding.n) word += " " + std::to_string(*finding.n);
    if (finding.most) word += " of " + std::to_string(*finding.most);
    words.push_back(word);
  }
  return words;
}

Words terms_of(const SpfReport& report) {
  Words words;
  for (const CountedTerm& term : report.terms) {
    words.push_back(term.at + " " + term.term + " " + std::to_string(term.lookups) + " " +
                    std::to_string(term.voids) + (term.depends_on_sender ? " sender" : ""));
  }
  return words;
}

TEST_CASE("the terms that count are listed in order, those of includes behind the include",
          "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:a.org a mx -all");
  zone.txt("a.org", "v=spf1 ip4:192.175.48.1 include:b.org exists:%{i}.x.org ~all a");
  zone.txt("b.org", "v=spf1 a:void.org redirect=c.org");
  zone.txt("c.org", "v=spf1 ptr ?all");
  zone.address("example.org", "192.175.48.1");
  zone.mx("example.org", 10, "mx1.example.org");
  zone.mx("example.org", 20, "mx2.example.org");
  zone.address("mx1.example.org", "2620:4f:8000::1");
  const SpfReport report = linted(zone);
  CHECK(report.present == Presence::yes);
  CHECK(report.verdict == LintVerdict::ok);
  CHECK(report.record == "v=spf1 include:a.org a mx -all");
  CHECK(report.lookups == 8);
  CHECK(report.voids == 2);
  CHECK_FALSE(report.partial);
  CHECK(report.depends_on_sender);
  CHECK(terms_of(report) == Words{"example.org include:a.org 6 1", "a.org include:b.org 4 1",
                                  "b.org a:void.org 1 1", "b.org redirect=c.org 2 0",
                                  "c.org ptr 1 0 sender", "a.org exists:%{i}.x.org 1 0 sender",
                                  "example.org a 1 0", "example.org mx 1 1"});
  CHECK(findings_of(report) == Words{"spf.exists_macro a.org exists:%{i}.x.org",
                                     "spf.after_all a.org a", "spf.ptr c.org ptr"});
}

TEST_CASE("a domain without a record has none, and a failure is not none", "[spf][lint]") {
  Zone zone;
  SpfReport report = linted(zone);
  CHECK(report.present == Presence::no);
  CHECK(report.verdict == LintVerdict::none);
  CHECK(findings_of(report) == Words{"spf.none example.org"});
  zone.texts("example.org", kTypeSpf, "v=spf1 -all");
  CHECK(findings_of(linted(zone)) == Words{"spf.none example.org", "spf.type99 example.org"});
  zone.txt("example.org", " v=spf1 -all");
  zone.fails("example.org", kTypeSpf, dns::LookupStatus::refused);
  CHECK(findings_of(linted(zone)) ==
        Words{"spf.leading_space example.org", "spf.none example.org"});
  zone = {};
  zone.fails("example.org", dns::Type::txt, dns::LookupStatus::servfail);
  report = linted(zone);
  CHECK(report.present == Presence::unknown);
  CHECK(report.verdict == LintVerdict::temperror);
  CHECK(report.partial);
  CHECK(findings_of(report) == Words{"spf.dns_failed example.org servfail"});
}

TEST_CASE("several records, and a syntax error, are permanent errors", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 -all");
  zone.txt("example.org", "v=spf1 ~all");
  SpfReport report = linted(zone);
  CHECK(report.present == Presence::yes);
  CHECK(report.verdict == LintVerdict::permerror);
  CHECK(report.record.empty());
  CHECK(findings_of(report) == Words{"spf.multiple example.org"});
  report = linted_record("v=spf1 a ip4:1.2.3.4/33 -all");
  CHECK(report.verdict == LintVerdict::permerror);
  CHECK(report.record == "v=spf1 a ip4:1.2.3.4/33 -all");
  CHECK(findings_of(report) ==
        Words{"spf.syntax example.org ip4:1.2.3.4/33: not a prefix length 21"});
}

TEST_CASE("more than ten lookups are an error, nine and ten are near it", "[spf][lint]") {
  const auto record = [](int count) {
    std::string text = "v=spf1";
    for (int i = 0; i < count; ++i) text += " exists:%{i}.org";
    return text + " -all";
  };
  const std::string macro = "spf.exists_macro example.org exists:%{i}.org";
  CHECK(findings_of(linted_record(record(8))) == Words{macro});
  CHECK(findings_of(linted_record(record(9))) ==
        Words{macro, "spf.lookups_near example.org 9 of 10"});
  CHECK(linted_record(record(10)).verdict == LintVerdict::ok);
  const SpfReport over = linted_record(record(11));
  CHECK(over.verdict == LintVerdict::permerror);
  CHECK(over.terms.size() == 11);
  CHECK(findings_of(over) == Words{macro, "spf.lookups_over example.org 11 of 10"});
}

TEST_CASE("a tree beyond our cap is cut, and still an error with its terms", "[spf][lint]") {
  Zone zone;
  std::string record = "v=spf1";
  for (int i = 0; i < 9; ++i) record += " include:n" + std::to_string(i) + ".org";
  zone.txt("example.org", record);
  for (int i = 0; i < 9; ++i) {
    std::string inner = "v=spf1";
    for (int k = 0; k < 15; ++k) {
      inner += " include:n" + std::to_string(i) + "x" + std::to_string(k) + ".org";
      zone.txt("n" + std::to_string(i) + "x" + std::to_string(k) + ".org", "v=spf1 -all");
    }
    zone.txt("n" + std::to_string(i) + ".org", inner);
  }
  const SpfReport report = linted(zone);
  CHECK(report.partial);
  CHECK(report.verdict == LintVerdict::permerror);
  CHECK(report.terms.size() == kTermsMax);
  CHECK(report.lookups == kTermsMax);
  CHECK(findings_of(report) ==
        Words{"spf.all_missing example.org", "spf.lookups_over example.org 100 of 10"});
}

TEST_CASE("lookups that find nothing for any sender are counted", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 a mx:x.org exists:y.org a:six.org -all");
  zone.address("six.org", "2620:4f:8000::1");
  const SpfReport report = linted(zone);
  CHECK(report.voids == 3);
  CHECK(report.verdict == LintVerdict::permerror);
  CHECK(findings_of(report) == Words{"spf.voids_over example.org 3 of 2"});
}

TEST_CASE("mx of a name with more than ten hosts is an error", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 mx/24 -all");
  for (int i = 0; i < 11; ++i) {
    const std::string host = "m" + std::to_string(i) + ".org";
    zone.mx("example.org", 10, host);
    zone.address(host, "192.175.48.1");
  }
  const SpfReport report = linted(zone);
  CHECK(report.verdict == LintVerdict::permerror);
  CHECK(findings_of(report) == Words{"spf.mx_over example.org mx/24 11 of 10"});
}

TEST_CASE("what an include or a redirect leads to must have a record", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:a.org include:b.org include:x..org redirect=c.org");
  zone.txt("b.org", "some text");
  zone.address("c.org", "192.175.48.1");
  const SpfReport report = linted(zone);
  CHECK(report.verdict == LintVerdict::permerror);
  CHECK(report.lookups == 4);
  CHECK(report.voids == 2);
  CHECK(findings_of(report) ==
        Words{"spf.include_none example.org a.org", "spf.include_none example.org b.org",
              "spf.include_none example.org x..org", "spf.redirect_none example.org c.org"});
}

TEST_CASE("faults of an included record are reported at its name", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:a.org include:b.org include:c.org -all");
  zone.txt("a.org", "v=spf1 moo");
  zone.txt("b.org", "v=spf1 -all");
  zone.txt("b.org", "v=spf1 +all");
  zone.txt("c.org", "v=spf1 +all");
  const SpfReport report = linted(zone);
  CHECK(report.verdict == LintVerdict::permerror);
  CHECK(findings_of(report) == Words{"spf.syntax a.org moo: no mechanism of SPF 7",
                                     "spf.multiple b.org", "spf.all_pass c.org"});
}

TEST_CASE("a record that leads back to itself is a loop", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:a.org -all");
  zone.txt("a.org", "v=spf1 include:b.org ?all");
  zone.txt("b.org", "v=spf1 redirect=a.org");
  const SpfReport report = linted(zone);
  CHECK(report.verdict == LintVerdict::permerror);
  CHECK(report.lookups == 3);
  CHECK(findings_of(report) == Words{"spf.include_loop b.org a.org"});
}

// The same include twice is no loop, and counts twice.
TEST_CASE("a record that is included twice counts twice", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:a.org include:b.org -all");
  zone.txt("a.org", "v=spf1 include:b.org -all");
  zone.txt("b.org", "v=spf1 ptr -all");
  const SpfReport report = linted(zone);
  CHECK(report.verdict == LintVerdict::ok);
  CHECK(report.lookups == 5);
  CHECK(findings_of(report) == Words{"spf.ptr b.org ptr"});
}

TEST_CASE("the end of the record decides about all other senders", "[spf][lint]") {
  CHECK(findings_of(linted_record("v=spf1")) == Words{"spf.all_missing example.org"});
  CHECK(findings_of(linted_record("v=spf1 ALL")) == Words{"spf.all_pass example.org"});
  CHECK(findings_of(linted_record("v=spf1 ?all")) == Words{"spf.all_neutral example.org"});
  CHECK(findings_of(linted_record("v=spf1 ~all")).empty());
  CHECK(findings_of(linted_record("v=spf1 redirect=a.org -all mx ptr")) ==
        Words{"spf.after_all example.org mx", "spf.redirect_ignored example.org redirect=a.org"});
  Zone zone;
  zone.txt("example.org", "v=spf1 redirect=a.org");
  zone.txt("a.org", "v=spf1 ?all");
  CHECK(findings_of(linted(zone)) == Words{"spf.all_neutral a.org"});
}

TEST_CASE("wide and private networks, and long records, are noted", "[spf][lint]") {
  CHECK(findings_of(linted_record("v=spf1 ip4:35.0.0.0/15 ip6:2620::/31 ?ip4:35.0.0.0/8 "
                                  "ip4:35.190.0.0/16 ip6:2620::/32 -all")) ==
        Words{"spf.cidr_wide example.org ip4:35.0.0.0/15",
              "spf.cidr_wide example.org ip6:2620::/31"});
  CHECK(findings_of(linted_record("v=spf1 ip4:10.1.2.3 ip6:fe80::1 -all")) ==
        Words{"spf.ip_private example.org ip4:10.1.2.3", "spf.ip_private example.org ip6:fe80::1"});
  std::string record = "v=spf1";
  while (record.size() <= 450) record += " ip4:192.175.48.1";
  CHECK(findings_of(linted_record(record + " -all")) ==
        Words{"spf.too_long example.org " + std::to_string(record.size() + 5) + " of 450"});
}

TEST_CASE("macros of the domain alone are followed", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:_spf.%{d} include:%{o1}.%{d2} a:%{h} -all");
  zone.txt("_spf.example.org", "v=spf1 exists:%{d}.x.org -all");
  zone.txt("org.example.org", "v=spf1 -all");
  zone.address("_spf.example.org.x.org", "127.0.0.2");
  const SpfReport report = linted(zone);
  CHECK(report.verdict == LintVerdict::ok);
  CHECK(report.depends_on_sender);
  CHECK(report.voids == 0);
  CHECK(terms_of(report) ==
        Words{"example.org include:_spf.%{d} 2 0", "_spf.example.org exists:%{d}.x.org 1 0",
              "example.org include:%{o1}.%{d2} 1 0", "example.org a:%{h} 1 0 sender"});
  CHECK(report.findings.empty());
}

TEST_CASE("a failed lookup cuts the tree, and what is known stays", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:a.org mx a:b.org exists:c.org -all");
  zone.fails("a.org", dns::Type::txt, dns::LookupStatus::timeout);
  zone.fails("example.org", dns::Type::mx, dns::LookupStatus::refused);
  zone.fails("b.org", dns::Type::aaaa, dns::LookupStatus::servfail);
  zone.fails("c.org", dns::Type::a, dns::LookupStatus::alias_loop);
  SpfReport report = linted(zone);
  CHECK(report.verdict == LintVerdict::temperror);
  CHECK(report.partial);
  CHECK(report.lookups == 4);
  CHECK(report.voids == 0);
  CHECK(findings_of(report) ==
        Words{"spf.dns_failed a.org timeout", "spf.dns_failed example.org refused",
              "spf.dns_failed b.org servfail", "spf.dns_failed c.org alias_loop"});
  zone.txt("example.org", "v=spf1 -all");
  CHECK(linted(zone).verdict == LintVerdict::permerror);
}

TEST_CASE("addresses that send are checked on the same answers", "[spf][lint]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:a.org -all exp=why.org");
  zone.txt("a.org", "v=spf1 ip4:192.0.2.0/24 -all");
  zone.txt("why.org", "%{i} is not ours");
  const SpfReport report =
      linted(zone, {.from = {*parse_address("192.0.2.1"), *parse_address("2001:db8::1")}});
  std::string json;
  append_json(report, json);
  CHECK(json ==
        R"({"present":"yes","verdict":"ok","record":"v=spf1 include:a.org -all exp=why.org",)"
        R"("lookups":1,"voids":0,"partial":false,"depends_on_sender":false,)"
        R"("terms":[{"term":"include:a.org","at":"example.org","lookups":1,"voids":0}],)"
        R"("from":[{"ip":"192.0.2.1","result":"pass","by":"ip4:192.0.2.0/24","at":"a.org"},)"
        R"({"ip":"2001:db8::1","result":"fail","by":"-all","at":"example.org","explanation":)"
        R"("2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1 is not ours"}]})");
}

TEST_CASE("a domain without a record has a short object", "[spf][lint]") {
  std::string json;
  append_json(linted(Zone{}), json);
  CHECK(json == R"({"present":"no","verdict":"none"})");
}

// Every row of the table's section is raised above; here none of them is forgotten.
TEST_CASE("the findings of SPF have the severities of what sends and what receives",
          "[spf][lint]") {
  std::size_t count = 0;
  for (const CheckFindingRow& row : check_finding_rows()) {
    if (!row.word.starts_with("spf.")) continue;
    ++count;
    CHECK(row.out >= row.in);
    CHECK(row.reference.starts_with("RFC 7208, "));
  }
  CHECK(count == 23);
}

}  // namespace
}  // namespace mxsweep::spf
