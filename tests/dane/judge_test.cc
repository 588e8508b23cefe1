// SPDX-License-Identifier: MIT
#include "mxsweep/dane/judge.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "dane/chains.h"
#include "support/catch.h"

namespace mxsweep::dane {
namespace {

using samples::certificates;
using samples::kNow;

struct Row {
  std::string_view subject;
  std::string records;
  std::string chain;
  std::string_view verdict;  // With its cause, if it fails.
  std::string_view matches;  // Of each record.
};

const Row kRows[] = {
    // Usage 3: the leaf by every selector and matching type, and nothing but the leaf.
    {"3 0 0", "3 0 0 leaf", "leaf ca root", "pass", "leaf"},
    {"3 0 1", "3 0 1 leaf", "leaf ca root", "pass", "leaf"},
    {"3 0 2", "3 0 2 leaf", "leaf ca root", "pass", "leaf"},
    {"3 1 0", "3 1 0 leaf", "leaf ca root", "pass", "leaf"},
    {"3 1 1", "3 1 1 leaf", "leaf ca root", "pass", "leaf"},
    {"3 1 2", "3 1 2 leaf", "leaf ca root", "pass", "leaf"},
    {"3 0 1 changed", "3 0 1 leaf changed", "leaf ca", "fail tlsa-invalid", "no"},
    {"3 0 2 changed", "3 0 2 leaf changed", "leaf ca", "fail tlsa-invalid", "no"},
    {"3 1 1 changed", "3 1 1 leaf changed", "leaf ca", "fail tlsa-invalid", "no"},
    {"3 1 2 changed", "3 1 2 leaf changed", "leaf ca", "fail tlsa-invalid", "no"},
    {"the whole of another", "3 0 0 next", "leaf ca", "fail tlsa-invalid", "no"},
    {"the key of another", "3 1 0 next", "leaf ca", "fail tlsa-invalid", "no"},
    {"3 of the issuer", "3 1 1 ca", "leaf ca root", "fail tlsa-invalid", "no"},
    {"3 with a wrong name", "3 1 1 wrong", "wrong ca root", "pass", "leaf"},
    {"3 without a name", "3 1 1 nameless", "nameless ca", "pass", "leaf"},
    {"3, expired", "3 1 1 expired", "expired ca", "pass", "leaf"},
    {"3, not valid yet", "3 0 1 future", "future ca", "pass", "leaf"},
    {"3, self-signed", "3 0 1 alone", "alone", "pass", "leaf"},
    {"3, without its issuer", "3 1 1 leaf", "leaf", "pass", "leaf"},
    {"3, with a foreign issuer", "3 1 1 leaf", "leaf other_ca", "pass", "leaf"},
    {"3, with a weak signature", "3 1 1 weak", "weak ca", "pass", "leaf"},

    // Usage 2: one above the leaf, that has been sent.
    {"2 0 0 of the issuer", "2 0 0 ca", "leaf ca root", "pass", "ta"},
    {"2 0 1 of the issuer", "2 0 1 ca", "leaf ca root", "pass", "ta"},
    {"2 0 2 of the issuer", "2 0 2 ca", "leaf ca root", "pass", "ta"},
    {"2 1 0 of the issuer", "2 1 0 ca", "leaf ca root", "pass", "ta"},
    {"2 1 1 of the issuer", "2 1 1 ca", "leaf ca root", "pass", "ta"},
    {"2 1 2 of the issuer", "2 1 2 ca", "leaf ca root", "pass", "ta"},
    {"2 0 0 of the root", "2 0 0 root", "leaf ca root", "pass", "ta"},
    {"2 0 1 of the root", "2 0 1 root", "leaf ca root", "pass", "ta"},
    {"2 0 2 of the root", "2 0 2 root", "leaf ca root", "pass", "ta"},
    {"2 1 0 of the root", "2 1 0 root", "leaf ca root", "pass", "ta"},
    {"2 1 1 of the root", "2 1 1 root", "leaf ca root", "pass", "ta"},
    {"2 1 2 of the root", "2 1 2 root", "leaf ca root", "pass", "ta"},
    {"an anchor that is not self-signed", "2 0 1 ca", "leaf ca", "pass", "ta"},
    {"an anchor just above the leaf", "2 0 1 root", "of_root root", "pass", "ta"},
    {"sent out of order", "2 0 1 root", "leaf root ca", "pass", "ta"},
    {"a foreign one between", "2 0 1 root", "leaf other_root ca root", "pass", "ta"},
    {"sent twice", "2 0 1 ca", "leaf ca ca root", "pass", "ta"},
    {"2 of the leaf", "2 1 1 leaf", "leaf ca root", "fail tlsa-invalid", "no"},
    {"2 of a self-signed leaf", "2 0 1 alone", "alone", "fail tlsa-invalid", "no"},
    {"2 0 1 changed", "2 0 1 ca changed", "leaf ca root", "fail tlsa-invalid", "no"},
    {"2 1 2 changed", "2 1 2 root changed", "leaf ca root", "fail tlsa-invalid", "no"},
    {"an anchor that was not sent", "2 0 1 root", "leaf ca", "fail tlsa-invalid", "no"},
    {"the issuer between is missing", "2 0 1 root", "leaf root", "fail certificate-not-trusted",
     "ta"},
    {"an issuer of the same name", "2 0 1 other_ca", "leaf other_ca",
     "fail certificate-not-trusted", "ta"},
    {"a foreign anchor sent", "2 0 1 other_root", "leaf ca root other_root",
     "fail certificate-not-trusted", "ta"},
    {"by a cross-signature", "2 0 1 other_root", "leaf cross_ca other_root", "pass", "ta"},
    {"both ways", "2 0 1 other_root", "leaf ca cross_ca root other_root", "pass", "ta"},
    {"the key of a cross-signature", "2 1 1 ca", "leaf cross_ca", "pass", "ta"},

    // Usage 2: the record has it whole, and it was not sent.
    {"a whole root from DNS", "2 0 0 root", "leaf ca", "pass", "ta"},
    {"a whole issuer from DNS", "2 0 0 ca", "leaf", "pass", "ta"},
    {"a bare key from DNS, of the issuer", "2 1 0 ca", "leaf", "pass", "ta"},
    {"a bare key from DNS, of the root", "2 1 0 root", "leaf ca", "pass", "ta"},
    {"a foreign root from DNS", "2 0 0 other_root", "leaf ca", "fail tlsa-invalid", "no"},
    {"a foreign key from DNS", "2 1 0 other_root", "leaf ca", "fail tlsa-invalid", "no"},
    {"a name alike from DNS", "2 0 0 other_ca", "leaf", "fail tlsa-invalid", "no"},

    // Usage 2: names, dates and signatures count.
    {"2 with a wrong name", "2 0 1 ca", "wrong ca", "fail certificate-host-mismatch", "ta"},
    {"2 with a wrong name, root", "2 1 1 root", "wrong ca root", "fail certificate-host-mismatch",
     "ta"},
    {"2 without a name", "2 0 1 ca", "nameless ca", "fail certificate-host-mismatch", "ta"},
    {"2 with the domain's name", "2 0 1 ca", "of_domain ca", "pass", "ta"},
    {"2 with a wildcard", "2 0 1 ca", "of_wildcard ca", "pass", "ta"},
    {"2 with a common name alone", "2 0 1 ca", "by_common_name ca", "pass", "ta"},
    {"2, expired", "2 0 1 ca", "expired ca", "fail certificate-expired", "ta"},
    {"2, not valid yet", "2 0 1 ca", "future ca", "fail certificate-expired", "ta"},
    {"2, the anchor expired", "2 0 1 late_ca", "of_late_ca late_ca", "fail certificate-expired",
     "ta"},
    {"2, one between expired", "2 0 1 root", "of_late_ca late_ca root", "fail certificate-expired",
     "ta"},
    {"2, from DNS and expired", "2 0 0 late_ca", "of_late_ca", "fail certificate-expired", "ta"},
    {"2, by a bare key and expired", "2 1 0 ca", "expired", "fail certificate-expired", "ta"},
    {"2, by a weak signature", "2 0 1 ca", "weak ca", "fail validation-failure", "ta"},
    {"2, of a client", "2 0 1 ca", "client ca", "fail validation-failure", "ta"},
    {"2, of a client, by a bare key", "2 1 0 ca", "client", "fail validation-failure", "ta"},
    {"3, of a client", "3 1 1 client", "client ca", "pass", "leaf"},
    {"2, a leaf as issuer", "2 0 1 alone", "leaf alone", "fail certificate-not-trusted", "ta"},

    // Unusable ones.
    {"usage 0", "0 0 1 ca", "leaf ca", "unusable", "unusable"},
    {"usage 1", "1 1 1 leaf", "leaf ca", "unusable", "unusable"},
    {"usage 4", "4 1 1 leaf", "leaf ca", "unusable", "unusable"},
    {"selector 2", "3 2 1 leaf", "leaf ca", "unusable", "unusable"},
    {"matching type 3", "3 1 3 leaf", "leaf ca", "unusable", "unusable"},
    {"matching type 255", "2 0 255 ca", "leaf ca", "unusable", "unusable"},
    {"SHA-256, too short", "3 1 1 leaf short", "leaf ca", "unusable", "unusable"},
    {"SHA-256, too long", "3 1 1 leaf long", "leaf ca", "unusable", "unusable"},
    {"SHA-512, too short", "3 1 2 leaf short", "leaf ca", "unusable", "unusable"},
    {"SHA-512, too long", "2 0 2 ca long", "leaf ca", "unusable", "unusable"},
    {"no digest", "3 1 1 leaf empty", "leaf ca", "unusable", "unusable"},
    {"half a certificate", "3 0 0 leaf short", "leaf ca", "unusable", "unusable"},
    {"more than a certificate", "2 0 0 ca long", "leaf ca", "unusable", "unusable"},
    {"half a key", "3 1 0 leaf short", "leaf ca", "unusable", "unusable"},
    {"two unusable ones", "0 0 1 ca,1 1 1 leaf", "leaf ca", "unusable", "unusable unusable"},

    // Several records: any match passes.
    {"an unusable one beside", "1 1 1 leaf,3 1 1 leaf", "leaf ca", "pass", "unusable leaf"},
    {"an unusable one does not save", "1 1 1 leaf,3 1 1 next", "leaf ca", "fail tlsa-invalid",
     "unusable no"},
    {"the next key", "3 1 1 next,3 1 1 leaf", "leaf ca", "pass", "no leaf"},
    {"leaf and anchor", "3 1 1 leaf,2 1 1 ca", "leaf ca", "pass", "leaf ta"},
    {"a leaf saves a wrong name", "2 1 1 ca,3 1 1 wrong", "wrong ca", "pass", "ta leaf"},
    {"an anchor saves a new leaf", "3 1 1 next,2 1 1 ca", "leaf ca", "pass", "no ta"},
    {"one of two anchors", "2 0 1 other_root,2 0 1 ca", "leaf ca", "pass", "no ta"},
    {"both digests", "3 1 1 leaf,3 1 2 leaf", "leaf ca", "pass", "leaf leaf"},
    {"a digest that is wrong beside one that is right", "3 1 2 leaf changed,3 1 1 leaf", "leaf ca",
     "pass", "no leaf"},
    {"the nearest fault is reported", "2 0 1 other_root,2 0 1 ca", "wrong ca other_root",
     "fail certificate-host-mismatch", "ta ta"},
};

std::string verdict_of(const Report& report) {
  std::string text(to_string(report.verdict));
  if (report.verdict == Verdict::fail) text.append(" ").append(report.cause);
  return text;
}

std::string matches_of(const Report& report) {
  std::string text;
  for (const JudgedRecord& one : report.records) {
    if (!text.empty()) text += ' ';
    text += to_string(one.match);
  }
  return text;
}

Report judged(const std::string& records, const std::string& names,
              Presence starttls = Presence::yes, bool keep_der = true) {
  const auto chain = certificates().chain(names, keep_der);
  return judge(certificates().host(records), {chain.get(), starttls, kNow});
}

bool has(const Report& report, CheckFinding finding) {
  return std::ranges::any_of(report.findings, [&](const FindingReport& one) {
    return one.finding == finding && one.at == "_25._tcp.mx1.example.net";
  });
}

}  // namespace

TEST_CASE("TLSA records match a chain by their usage, selector and matching type", "[dane]") {
  STATIC_REQUIRE(std::size(kRows) >= 50);
  for (const Row& row : kRows) {
    INFO(row.subject << ": " << row.records << " of " << row.chain);
    const Report report = judged(row.records, row.chain);
    CHECK(verdict_of(report) == row.verdict);
    CHECK(matches_of(report) == row.matches);
  }
}

TEST_CASE("without the octets of certificates no record is said not to match", "[dane]") {
  for (const Row& row : kRows) {
    INFO(row.subject << ": " << row.records << " of " << row.chain);
    const Report whole = judged(row.records, row.chain);
    const Report without = judged(row.records, row.chain, Presence::yes, false);
    const bool same = without.verdict == whole.verdict && without.cause == whole.cause;
    CHECK((same || without.verdict == Verdict::unknown));
    for (std::size_t i = 0; i < whole.records.size(); ++i) {
      const Match match = without.records[i].match;
      CHECK((match == whole.records[i].match || match == Match::unknown));
    }
  }
  CHECK(judged("3 1 1 leaf", "leaf ca", Presence::yes, false).verdict == Verdict::pass);
  CHECK(judged("3 1 2 leaf", "leaf ca", Presence::yes, false).verdict == Verdict::unknown);
  CHECK(judged("2 1 1 ca", "leaf ca", Presence::yes, false).verdict == Verdict::unknown);
}

TEST_CASE("a match does not depend on the order of the records", "[dane]") {
  for (const Row& row : kRows) {
    HostReport host = certificates().host(row.records);
    std::ranges::reverse(host.records);
    const auto chain = certificates().chain(row.chain);
    INFO(row.subject);
    CHECK(verdict_of(judge(host, {chain.get(), Presence::yes, kNow})) == row.verdict);
  }
}

TEST_CASE("a server that does not offer STARTTLS fails whatever its records are", "[dane]") {
  for (const std::string records : {"3 1 1 leaf", "1 1 1 leaf", "2 0 1 ca,0 0 1 root"}) {
    const Report report = judge(certificates().host(records), {nullptr, Presence::no, kNow});
    CHECK(verdict_of(report) == "fail starttls-not-supported");
    CHECK(has(report, CheckFinding::dane_no_starttls));
  }
}

TEST_CASE("a server that was not reached, or whose handshake failed, is unknown", "[dane]") {
  const tls::Chain empty;
  for (const tls::Chain* const chain : {static_cast<const tls::Chain*>(nullptr), &empty}) {
    for (const Presence starttls : {Presence::unknown, Presence::yes}) {
      const Report report =
          judge(certificates().host("3 1 1 leaf,1 1 1 leaf"), {chain, starttls, kNow});
      CHECK(report.verdict == Verdict::unknown);
      CHECK(report.cause.empty());
      CHECK(matches_of(report) == "unknown unusable");
    }
  }
  // What no certificate can change is known all the same.
  CHECK(judge(certificates().host("1 1 1 leaf"), {}).verdict == Verdict::unusable);
}

TEST_CASE("an anchor may be among the certificates that were not looked at", "[dane]") {
  std::string names = "leaf";
  for (std::size_t i = 0; i < tls::kChainCertificatesMax; ++i) names += " other_ca";
  CHECK(judged("2 0 1 ca", names + " ca").verdict == Verdict::unknown);
  CHECK(judged("3 1 1 next", names + " ca").verdict == Verdict::fail);
}

TEST_CASE("where more records exist than were read, none is missed", "[dane]") {
  HostReport host = certificates().host("3 1 1 next");
  host.cut = true;
  const auto chain = certificates().chain("leaf ca");
  CHECK(judge(host, {chain.get(), Presence::yes, kNow}).verdict == Verdict::unknown);
}

TEST_CASE("without a secure MX only the host's own name counts", "[dane]") {
  HostReport host = certificates().host("2 0 1 ca");
  host.names.pop_back();
  const auto chain = certificates().chain("of_domain ca");
  const Report report = judge(host, {chain.get(), Presence::yes, kNow});
  CHECK(verdict_of(report) == "fail certificate-host-mismatch");
  CHECK(has(report, CheckFinding::dane_host_mismatch));
}

TEST_CASE("a record of another key beside one that matches is a rollover", "[dane]") {
  CHECK(judged("3 1 1 leaf,3 1 1 next", "leaf ca").rollover);
  CHECK(judged("3 1 1 leaf,2 1 1 ca", "leaf ca").rollover);
  CHECK_FALSE(judged("3 1 1 leaf", "leaf ca").rollover);
  // Neither a double, nor another digest of the same key, nor an unusable one is a second key.
  CHECK_FALSE(judged("3 1 1 leaf,3 1 1 leaf", "leaf ca").rollover);
  CHECK_FALSE(judged("3 1 1 leaf,3 1 2 leaf", "leaf ca").rollover);
  CHECK_FALSE(judged("3 1 1 leaf,1 1 1 next", "leaf ca").rollover);
  CHECK_FALSE(judged("3 1 1 next,3 0 1 next", "leaf ca").rollover);
}

TEST_CASE("a failure has its finding, at the name of the records", "[dane]") {
  CHECK(has(judged("3 1 1 next", "leaf ca"), CheckFinding::dane_mismatch));
  CHECK(has(judged("2 0 1 ca", "wrong ca"), CheckFinding::dane_host_mismatch));
  CHECK(has(judged("2 0 1 ca", "expired ca"), CheckFinding::dane_expired));
  CHECK(has(judged("2 0 1 root", "leaf root"), CheckFinding::dane_path));
  CHECK(has(judged("0 0 1 ca", "leaf ca"), CheckFinding::dane_unusable));
  const Report beside = judged("1 1 1 leaf,1 1 1 leaf,3 1 1 leaf", "leaf ca");
  REQUIRE(beside.findings.size() == 1);
  CHECK(beside.findings[0].finding == CheckFinding::dane_record_unusable);
  CHECK(beside.findings[0].detail == text_of(certificates().record("1 1 1 leaf")));
  CHECK(judged("3 1 1 leaf", "leaf ca").findings.empty());
}

TEST_CASE("a record of a certificate that ends soon is noticed, if nothing follows it", "[dane]") {
  const Report report = judged("3 0 1 ending", "ending ca");
  CHECK(report.verdict == Verdict::pass);
  REQUIRE(has(report, CheckFinding::dane_expires_with_cert));
  CHECK(report.findings[0].n == 10U);
  CHECK(judged("3 1 1 ending", "ending ca").findings.empty());
  CHECK(judged("3 0 1 ending,2 1 1 ca", "ending ca").findings.empty());
  CHECK(judged("3 0 1 ending,3 1 1 ending", "ending ca").findings.empty());
  CHECK(judged("3 0 1 ending,3 0 1 next", "ending ca").findings.empty());
  CHECK(judged("3 0 1 leaf", "leaf ca").findings.empty());        // Thirty-seven days.
  CHECK(judged("3 0 1 expired", "expired ca").findings.empty());  // As dates do not count.
}

TEST_CASE("a lookup without records is its own verdict", "[dane]") {
  const auto chain = certificates().chain("leaf ca");
  const auto of = [&](Lookup lookup) {
    HostReport host;
    host.lookup = lookup;
    const Report report = judge(host, {chain.get(), Presence::no, kNow});
    return std::string(to_string(report.verdict)) + " " + std::string(report.cause);
  };
  CHECK(of(Lookup::none) == "none dane-required");
  CHECK(of(Lookup::insecure) == "insecure dane-required");
  CHECK(of(Lookup::unavailable) == "unavailable dnssec-invalid");
  CHECK(of(Lookup::unknown) == "unknown ");
}

TEST_CASE("a report is an object of JSON", "[dane][json]") {
  std::string out;
  append_json(judged("3 1 1 leaf,3 0 0 next", "leaf ca"), out);
  const std::string first = text_of(certificates().record("3 1 1 leaf"));
  const std::string second = text_of(certificates().record("3 0 0 next"));
  CHECK(first.size() == 6 + 64);
  CHECK(second.size() == 6 + 128 + 3);
  CHECK(out == R"({"verdict":"pass","base":"mx1.example.net","records":[{"tlsa":")" + first +
                   R"(","matches":"leaf"},{"tlsa":")" + second +
                   R"(","matches":"no"}],"rollover":true})");
  out.clear();
  append_json(judge({}, {}), out);
  CHECK(out == R"({"verdict":"unknown"})");
}

}  // namespace mxsweep::dane
