// SPDX-License-Identifier: MIT
#include "mxsweep/policy/dkim.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "policy/answers.h"
#include "support/catch.h"
#include "support/public_keys.h"

namespace mxsweep::policy {
namespace {

using dns::LookupStatus;
using dns::Type;
using samples::AnswersOfTest;
using samples::find;
using samples::words;

std::string record_of(std::string_view key, std::string_view tags = "v=DKIM1; k=rsa;") {
  return std::string(tags) + " p=" + std::string(key);
}

struct Judged {
  DkimKey key;
  FindingReports findings;
};

Judged judged(const std::string& text) {
  Judged result;
  result.key = judge_dkim_record(text, "s1._domainkey.example.org", result.findings);
  return result;
}

std::string faults_of_key(const std::string& text) { return words(judged(text).findings); }

DkimReport dkim_of(AnswersOfTest& answers, const DkimOptions& options) {
  Dkim dkim("example.org", options);
  answers.run(dkim);
  return dkim.report();
}

}  // namespace

TEST_CASE("a sound DKIM key has no finding", "[policy][dkim]") {
  const Judged rsa = judged(record_of(public_keys::kRsa2048));
  CHECK(rsa.key.verdict == DkimVerdict::ok);
  CHECK(rsa.key.words == "RSA 2048");
  CHECK(rsa.findings.empty());
  CHECK(judged(record_of(public_keys::kRsa2048, "")).findings.empty());
  CHECK(judged(record_of(public_keys::kRsa2048, "h=sha1:sha256; s=email; t=s; n=note;"))
            .findings.empty());
  const Judged ed25519 = judged(record_of(public_keys::kRfc8463Ed25519, "v=DKIM1; k=ed25519;"));
  CHECK(ed25519.key.verdict == DkimVerdict::ok);
  CHECK(ed25519.key.words == "Ed25519");
  CHECK(ed25519.findings.empty());
}

TEST_CASE("the examples of the RFCs are keys", "[policy][dkim]") {
  for (const std::string_view key : {public_keys::kRfc8463Rsa, public_keys::kRfc6376Rsa}) {
    const Judged read = judged(record_of(key));
    CHECK(read.key.verdict == DkimVerdict::ok);
    CHECK(read.key.words == "RSA 1024");
    CHECK(words(read.findings) == "dkim.weak_key");
    CHECK(read.findings[0].n == 1024);
    CHECK(read.findings[0].most == 2048);
  }
}

TEST_CASE("a DKIM key may be folded", "[policy][dkim]") {
  std::string folded(public_keys::kRsa2048);
  for (std::size_t i = 40; i < folded.size(); i += 40) folded.insert(i, "\r\n\t ");
  CHECK(judged(record_of(folded)).findings.empty());
}

TEST_CASE("an empty DKIM key is revoked", "[policy][dkim]") {
  CHECK(judged("v=DKIM1; p=").key.verdict == DkimVerdict::revoked);
  CHECK(judged("v=DKIM1; k=rsa; p=;").key.verdict == DkimVerdict::revoked);
  CHECK(faults_of_key("p=") == "dkim.revoked");
  CHECK(faults_of_key("v=DKIM1; t=y; p=") == "dkim.revoked");
}

TEST_CASE("the length of a DKIM key is judged", "[policy][dkim]") {
  const Judged shorter = judged(record_of(public_keys::kRsa768));
  CHECK(shorter.key.verdict == DkimVerdict::invalid);
  CHECK(shorter.key.words == "RSA 768");
  CHECK(words(shorter.findings) == "dkim.short_key");
  CHECK(faults_of_key(record_of(public_keys::kRsa1023)) == "dkim.short_key");
  const Judged longer = judged(record_of(public_keys::kRsa8192));
  CHECK(longer.key.verdict == DkimVerdict::ok);
  CHECK(words(longer.findings) == "dkim.long_key");
}

TEST_CASE("a bare RSA key is accepted, and noticed", "[policy][dkim]") {
  const Judged bare = judged(record_of(public_keys::kRsa2048Bare));
  CHECK(bare.key.verdict == DkimVerdict::ok);
  CHECK(words(bare.findings) == "dkim.pkcs1");
}

TEST_CASE("a DKIM key must be of the kind that its record names", "[policy][dkim]") {
  const auto fault = [](std::string_view key, std::string_view tags) {
    return faults_of_key(record_of(key, tags));
  };
  CHECK(fault(public_keys::kRsa2048, "k=ed25519;") == "dkim.key_unreadable");
  CHECK(fault(public_keys::kRfc8463Ed25519, "k=rsa;") == "dkim.key_unreadable");
  CHECK(fault(public_keys::kEd25519Info, "k=ed25519;") == "dkim.key_unreadable");
  CHECK(fault(public_keys::kP256, "k=rsa;") == "dkim.key_unreadable");
  CHECK(fault(public_keys::kRsa2048, "k=RSA;") == "dkim.key_type");
  CHECK(fault(public_keys::kP256, "k=ecdsa;") == "dkim.key_type");
  CHECK(faults_of_key("v=DKIM1; p=not-base64") == "dkim.key_unreadable");
  CHECK(faults_of_key("v=DKIM1; p=AAAAA") == "dkim.key_unreadable");
  CHECK(faults_of_key("v=DKIM1; p===") == "dkim.key_unreadable");
}

TEST_CASE("a DKIM key must allow SHA-256 and mail", "[policy][dkim]") {
  CHECK(faults_of_key(record_of(public_keys::kRsa2048, "h=sha1;")) == "dkim.sha1_only");
  CHECK(faults_of_key(record_of(public_keys::kRsa2048, "h=;")) == "dkim.sha1_only");
  CHECK(faults_of_key(record_of(public_keys::kRsa2048, "s=other:tlsrpt;")) == "dkim.service");
  CHECK(judged(record_of(public_keys::kRsa2048, "s=other;")).key.verdict == DkimVerdict::invalid);
  CHECK(faults_of_key(record_of(public_keys::kRsa2048, "s=other : email;")).empty());
}

TEST_CASE("a DKIM key in testing has no effect yet", "[policy][dkim]") {
  const Judged testing = judged(record_of(public_keys::kRsa2048, "v=DKIM1; t=s:y;"));
  CHECK(testing.key.testing);
  CHECK(testing.key.verdict == DkimVerdict::ok);
  CHECK(words(testing.findings) == "dkim.testing");
}

TEST_CASE("a DKIM record must be a list of tags with its version first", "[policy][dkim]") {
  CHECK(faults_of_key("") == "dkim.syntax");
  CHECK(faults_of_key("v=DKIM1; k=rsa") == "dkim.syntax");
  CHECK(faults_of_key("v=DKIM1; p") == "dkim.syntax");
  CHECK(faults_of_key("v=DKIM1; p=; p=") == "dkim.syntax");
  CHECK(faults_of_key("=x; p=") == "dkim.syntax");
  CHECK(faults_of_key("p=; v=DKIM1") == "dkim.version");
  CHECK(faults_of_key("v=dkim1; p=") == "dkim.version");
  CHECK(faults_of_key("v=spf1 -all") == "dkim.version");
  CHECK(judged("v=spf1 -all").key.record == "v=spf1 -all");
  CHECK(faults_of_key(record_of(public_keys::kRsa2048, "v=DKIM1; g=*; x=1;")) ==
        "dkim.unknown_tag dkim.granularity");
}

TEST_CASE("a DKIM record cut anywhere is read without a fault of ours", "[policy][dkim]") {
  const std::string whole =
      record_of(public_keys::kRsa2048, "v=DKIM1; h=sha256; s=email; t=y; k=rsa; g=*; x=y;");
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const Judged part = judged(whole.substr(0, cut));
    // The shortest part that holds the whole key ends where its last numbers do.
    if (cut + 8 < whole.size()) CHECK(part.key.verdict != DkimVerdict::ok);
    CHECK(part.key.present == Presence::yes);
  }
}

TEST_CASE("keys are asked for by selector", "[policy][dkim]") {
  AnswersOfTest answers;
  answers.txt("s1._domainkey.example.org", {record_of(public_keys::kRsa2048)})
      .txt("s2._domainkey.example.org", {"v=DKIM1; p=", record_of(public_keys::kRsa2048)})
      .fails("s3._domainkey.example.org", Type::txt, LookupStatus::timeout)
      .exists("s4._domainkey.example.org", Type::txt);
  const DkimReport report =
      dkim_of(answers, {.selectors = {"S1", "s2", "s3", "s4", "s4", "a.b", "bad..name"}});
  REQUIRE(report.keys.size() == 6);
  CHECK(report.keys[0].selector == "S1");
  CHECK(report.keys[0].verdict == DkimVerdict::ok);
  CHECK(report.keys[1].verdict == DkimVerdict::invalid);
  CHECK(report.keys[2].present == Presence::unknown);
  CHECK(report.keys[2].verdict == DkimVerdict::temperror);
  CHECK(report.keys[3].present == Presence::no);
  CHECK(report.keys[3].verdict == DkimVerdict::none);
  CHECK(report.keys[4].verdict == DkimVerdict::none);
  CHECK(report.keys[5].verdict == DkimVerdict::none);
  CHECK(words(report.findings) == "dkim.multiple dkim.missing dkim.missing dkim.missing");
  CHECK(report.findings[0].at == "s2._domainkey.example.org");
  CHECK(report.findings[0].n == 2);
  CHECK(answers.asked.size() == 5);
}

TEST_CASE("a selector's alias that leads nowhere is named", "[policy][dkim]") {
  Dkim dkim("example.org", {.selectors = {"s1"}});
  dns::Question question;
  REQUIRE(dkim.take_question(question));
  dns::Answer answer;
  answer.status = LookupStatus::nxdomain;
  answer.aliases = {"s1.dkim.service.example"};
  dkim.on_answer(question.number, answer);
  CHECK(dkim.report().findings[0].detail == "s1.dkim.service.example");
}

TEST_CASE("without selectors nothing is asked", "[policy][dkim]") {
  const Dkim dkim("example.org", {});
  CHECK(dkim.done());
  CHECK(dkim.report().keys.empty());
}

TEST_CASE("common selectors are tried where not every name has an answer", "[policy][dkim]") {
  AnswersOfTest answers;
  answers.txt("google._domainkey.example.org", {record_of(public_keys::kRsa2048)})
      .txt("selector1-example-org._domainkey.example.org", {record_of(public_keys::kRsa2048)})
      .fails("k1._domainkey.example.org", Type::txt, LookupStatus::servfail);
  const DkimReport report = dkim_of(answers, {.selectors = {"google"}, .common = true, .seed = 7});
  CHECK(report.wildcard == Presence::no);
  REQUIRE(report.keys.size() == 2);
  CHECK(report.keys[0].selector == "google");
  CHECK(report.keys[1].selector == "selector1-example-org");
  CHECK(report.findings.empty());  // No guess is missing.
  CHECK(answers.asked.size() == common_selectors("example.org").size() + 1);
}

TEST_CASE("where every name has an answer a guess is worth nothing", "[policy][dkim]") {
  Dkim dkim("example.org", {.common = true, .seed = 7});
  dns::Question question;
  REQUIRE(dkim.take_question(question));
  CHECK_FALSE(dkim.take_question(question));
  dns::Answer answer;
  answer.status = LookupStatus::found;
  answer.data = {samples::txt_rdata("v=spf1 -all")};
  dkim.on_answer(question.number, answer);
  REQUIRE(dkim.done());
  CHECK(dkim.report().wildcard == Presence::yes);
  CHECK(dkim.report().keys.empty());
  CHECK(words(dkim.report().findings) == "dkim.wildcard");
}

TEST_CASE("the selector that cannot exist depends on the seed alone", "[policy][dkim]") {
  const auto name = [](std::uint64_t seed) {
    Dkim dkim("example.org", {.common = true, .seed = seed});
    dns::Question question;
    REQUIRE(dkim.take_question(question));
    return question.name;
  };
  CHECK(name(1) == name(1));
  CHECK(name(1) != name(2));
}

TEST_CASE("DKIM keys are written as JSON", "[policy][dkim]") {
  AnswersOfTest answers;
  answers.txt("s1._domainkey.example.org", {record_of(public_keys::kRsa2048, "t=y;")})
      .txt("s2._domainkey.example.org", {"v=\"1"});
  std::string out;
  append_json(dkim_of(answers, {.selectors = {"s1", "s2", "s3"}}), out);
  CHECK(out ==
        R"([{"selector":"s1","present":"yes","verdict":"ok","key":"RSA 2048","testing":true},)"
        R"({"selector":"s2","present":"yes","verdict":"invalid","record":"v=\"1"},)"
        R"({"selector":"s3","present":"no","verdict":"none"}])");
  out.clear();
  append_json({}, out);
  CHECK(out == "[]");
}

TEST_CASE("late, lost and failing answers never change the verdict on a DKIM key",
          "[policy][dkim]") {
  AnswersOfTest answers;
  answers.txt("s1._domainkey.example.org", {record_of(public_keys::kRsa2048)})
      .txt("s2._domainkey.example.org", {"v=DKIM1; p="})
      .txt("google._domainkey.example.org", {record_of(public_keys::kRsa768), "v=spf1"});
  const DkimOptions options{.selectors = {"s1", "s2", "s3"}, .common = true, .seed = 3};
  const DkimReport whole = dkim_of(answers, options);
  Random random(15);
  for (int run = 0; run < 1000; ++run) {
    Dkim machine("example.org", options);
    answers.run_badly(machine, random, 3);
    const DkimReport& report = machine.report();
    REQUIRE((report.wildcard == whole.wildcard || report.wildcard == Presence::unknown));
    for (const DkimKey& key : report.keys) {
      const auto same = std::find_if(whole.keys.begin(), whole.keys.end(),
                                     [&](const DkimKey& k) { return k.selector == key.selector; });
      REQUIRE(same != whole.keys.end());
      REQUIRE((key.verdict == same->verdict || key.verdict == DkimVerdict::temperror));
      REQUIRE((key.present == same->present || key.present == Presence::unknown));
    }
    for (const FindingReport& finding : report.findings) {
      REQUIRE(std::count(whole.findings.begin(), whole.findings.end(), finding) == 1);
    }
  }
}

}  // namespace mxsweep::policy
