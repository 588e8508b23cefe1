// SPDX-License-Identifier: MIT
#include "results/json_tls.h"

#include <algorithm>
#include <climits>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/parsed_record.h"
#include "support/sample_chain_records.h"
#include "support/sample_tls_records.h"

namespace mxsweep::results {
namespace {

using Keys = std::vector<std::string>;

constexpr const char* kLeafJson =
    R"({"sha256":"00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9",)"
    R"("spki_sha256":"10171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9",)"
    R"("subject":"CN=mx1.example.net","issuer":"CN=Example Intermediate,O=Example Trust,C=NL",)"
    R"("serial":"04d2a1b2c3d4e5f60718293a4b5c6d7e8f90",)"
    R"("san":["mx1.example.net","mail.example.net"],"not_before":"2026-10-01T10:15:00Z",)"
    R"("not_after":"2026-12-30T10:14:59Z","key":"EC P-256","signature":"ecdsa-with-SHA256",)"
    R"("self_signed":false})";

Parsed with_facts(const tls::Facts& facts) { return Parsed(samples::secured(facts)); }

// The JSON of a chain with only this certificate.
std::string json_of(const tls::Certificate& certificate) {
  const tls::Chain chain = samples::chain_of({certificate});
  const tls::Facts facts = samples::untrusted(chain);
  return with_facts(facts).json("/tls/chain/0");
}

Parsed parsed(const tls::Certificate& certificate) { return Parsed(json_of(certificate) + '\n'); }

}  // namespace

TEST_CASE("a successful handshake is written in full", "[results][tls]") {
  const std::string line = json_of(samples::typical_tls());
  const std::string begin =
      R"("starttls":{"offered":"yes","code":220},)"
      R"("tls":{"version":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384","group":"X25519",)"
      R"("signature":"ecdsa_secp256r1_sha256","verified":true,"name_match":true,"days_left":37,)"
      R"("days_left_of":"00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9",)"
      R"("client_cert_requested":false,"chain":[)";
  const std::string end =
      R"(]},"ehlo_tls":{"verb":"EHLO","code":250,"host":"mx1.example.net",)"
      R"("extensions":{"PIPELINING":"","AUTH":"PLAIN LOGIN"}},"bytes":{"in":237,"out":25},)";
  CHECK(line.find(begin + kLeafJson + ",{") != line.npos);
  CHECK(line.find(end) != line.npos);
  CHECK(Parsed(line).keys("/tls/chain/1") == Parsed(line).keys("/tls/chain/0"));
  CHECK(Parsed(line).json("/tls/chain/1/san") == "[]");
}

TEST_CASE("a chain is written whole, or its leaf, or its digests", "[results][tls]") {
  const std::string full = Parsed(samples::typical_tls()).json("/tls/chain");
  const Parsed leaf(samples::typical_tls(ChainDetail::leaf));
  const Parsed digest(samples::typical_tls(ChainDetail::digest));
  CHECK(leaf.json("/tls/chain") == std::string("[") + kLeafJson + "]");
  CHECK(full.starts_with(std::string("[") + kLeafJson + ",{"));
  CHECK_FALSE(digest.has("/tls/chain/2"));
  for (const std::string at : {"/tls/chain/0", "/tls/chain/1"}) {
    CHECK(digest.keys(at.c_str()) == Keys{"sha256", "spki_sha256"});
    CHECK(full.find(digest.text((at + "/sha256").c_str())) != full.npos);
    CHECK(full.find(digest.text((at + "/spki_sha256").c_str())) != full.npos);
  }
}

TEST_CASE("a chain without certificates is empty in every detail", "[results][tls]") {
  const tls::Chain chain;
  const tls::Facts facts = samples::untrusted(chain);
  for (const ChainDetail detail : {ChainDetail::full, ChainDetail::leaf, ChainDetail::digest}) {
    CHECK(Parsed(samples::secured(facts, detail)).json("/tls/chain") == "[]");
  }
}

TEST_CASE("domain_match follows name_match", "[results][tls]") {
  tls::Facts facts = samples::trusted();
  for (const bool match : {false, true}) {
    facts.domain_match = match;
    const std::string line = json_of(samples::secured(facts));
    const std::string words = match ? "true" : "false";
    CHECK(line.find(R"("name_match":true,"domain_match":)" + words + R"(,"days_left":37,)") !=
          line.npos);
  }
  facts.chain = nullptr;
  CHECK_FALSE(with_facts(facts).has("/tls/domain_match"));
}

TEST_CASE("a matching common name is reported only if it matches", "[results][tls]") {
  CHECK_FALSE(with_facts(samples::trusted()).has("/tls/cn_match"));
  const std::string line = json_of(samples::common_name_only());
  CHECK(line.find(R"("name_match":false,"cn_match":true,"days_left":37,)") != line.npos);
}

TEST_CASE("before TLS 1.3 a session has its protections against old attacks", "[results][tls]") {
  tls::Facts facts = samples::trusted();
  facts.session = samples::session_1_2();
  facts.session.secure_renegotiation = false;
  const Parsed record = with_facts(facts);
  CHECK(record.keys("/tls") == Keys{"version", "cipher", "group", "signature",
                                    "extended_master_secret", "secure_renegotiation", "verified",
                                    "name_match", "days_left", "days_left_of",
                                    "client_cert_requested", "chain"});
  CHECK(record.json("/tls/extended_master_secret") == "true");
  CHECK(record.json("/tls/secure_renegotiation") == "false");
}

TEST_CASE("a session without group or signature does not have these keys", "[results][tls]") {
  const Parsed record(samples::expired_and_old());
  CHECK(record.text("/tls/version") == "TLSv1.0");
  CHECK_FALSE(record.has("/tls/group"));
  CHECK_FALSE(record.has("/tls/signature"));
}

TEST_CASE("a handshake that was not completed has only what was received", "[results][tls]") {
  CHECK(Parsed(samples::handshake_refused()).json("/tls") == R"({"alert":"handshake_failure"})");
  const tls::Facts nothing;
  CHECK(with_facts(nothing).json("/tls") == "{}");
  const Parsed asked(samples::client_certificate_required());
  CHECK(asked.keys("/tls") == Keys{"version", "verified", "name_match", "days_left", "days_left_of",
                                   "client_cert_requested", "alert", "chain"});
  CHECK(asked.json("/tls/client_cert_requested") == "true");
  CHECK_FALSE(asked.has("/ehlo_tls"));
}

TEST_CASE("a handshake without a certificate has no result of verification", "[results][tls]") {
  tls::Facts facts = samples::trusted();
  facts.chain = nullptr;
  CHECK(with_facts(facts).keys("/tls") ==
        Keys{"version", "cipher", "group", "signature", "client_cert_requested"});
}

TEST_CASE("a chain that is not trusted has the reason", "[results][tls]") {
  tls::Facts facts = samples::trusted();
  facts.verified = false;
  for (const auto error :
       {tls::VerifyError::certificate_expired, tls::VerifyError::certificate_not_trusted,
        tls::VerifyError::certificate_host_mismatch, tls::VerifyError::validation_failure}) {
    facts.verify_error = error;
    const Parsed record = with_facts(facts);
    CHECK(record.json("/tls/verified") == "false");
    CHECK(record.text("/tls/verify_error") == to_string(error));
  }
}

TEST_CASE("days left become negative after the expiry, and are absent if unknown",
          "[results][tls]") {
  tls::Facts facts = samples::trusted();
  for (const int days : {0, 1, -1, 3650, INT_MAX, INT_MIN}) {
    facts.days_left = days;
    CHECK(with_facts(facts).json("/tls/days_left") == std::to_string(days));
  }
  facts.days_left.reset();
  facts.name_match.reset();
  CHECK_FALSE(with_facts(facts).has("/tls/days_left"));
  CHECK_FALSE(with_facts(facts).has("/tls/days_left_of"));
  CHECK_FALSE(with_facts(facts).has("/tls/name_match"));
}

TEST_CASE("a certificate that cannot be parsed has only its digest", "[results][tls]") {
  tls::Certificate certificate;
  certificate.sha256 = samples::digest(1);
  CHECK(parsed(certificate).keys() == Keys{"sha256"});
  const Parsed record(samples::odd_chain());
  CHECK(record.keys("/tls/chain/1") == Keys{"sha256"});
  Record digests = samples::odd_chain();
  digests.chain_detail = ChainDetail::digest;
  CHECK(Parsed(digests).keys("/tls/chain/1") == Keys{"sha256"});
  // Any one of its parts shows that it was parsed.
  for (std::string tls::Certificate::*const part :
       {&tls::Certificate::subject, &tls::Certificate::issuer, &tls::Certificate::serial,
        &tls::Certificate::key}) {
    tls::Certificate partial = certificate;
    partial.*part = "0f";
    CHECK(parsed(partial).has("/spki_sha256"));
  }
}

TEST_CASE("a certificate without a subject has an empty one", "[results][tls]") {
  const Parsed record(samples::odd_chain());
  CHECK(record.text("/tls/chain/3/subject").empty());
  CHECK(record.json("/tls/chain/3/san") == "[]");
}

TEST_CASE("validity is written over the whole range of certificates", "[results][tls]") {
  const Parsed record(samples::odd_chain());
  CHECK(record.text("/tls/chain/0/not_before") == "1970-01-01T00:00:00Z");
  CHECK(record.text("/tls/chain/3/not_before") == "1950-01-01T00:00:00Z");
  CHECK(record.text("/tls/chain/3/not_after") == "9999-12-31T23:59:59Z");
  tls::Certificate certificate = samples::leaf_certificate();
  certificate.not_before = WallTime::min();
  certificate.not_after = WallTime::max();
  CHECK_FALSE(parsed(certificate).has("/not_before"));
  CHECK_FALSE(parsed(certificate).has("/not_after"));
}

TEST_CASE("every octet of a certificate's texts can be restored", "[results][tls]") {
  std::string all;
  for (int value = 0; value < 256; ++value) all += static_cast<char>(value);
  tls::Certificate certificate = samples::leaf_certificate();
  certificate.subject = all;
  certificate.issuer = all + '"';
  certificate.names = {all, "\\", all};
  const Parsed record = parsed(certificate);
  CHECK(latin1_octets(record.text("/subject")) == all);
  CHECK(latin1_octets(record.text("/issuer")) == all + '"');
  CHECK(latin1_octets(record.text("/san/0")) == all);
  CHECK(record.text("/san/1") == "\\");
  CHECK(latin1_octets(record.text("/san/2")) == all);
  CHECK(record.keys().back() == "latin1");
}

TEST_CASE("one text of a certificate that is not UTF-8 makes all of them Latin-1",
          "[results][tls]") {
  const Parsed record(samples::odd_chain());
  CHECK(record.text("/tls/chain/0/subject") == "CN=b\xc3\xbc\x63her.example");
  CHECK_FALSE(record.has("/tls/chain/0/latin1"));
  CHECK_FALSE(record.has("/tls/chain/3/latin1"));
  CHECK(record.json("/tls/chain/2/latin1") == "true");
  CHECK(latin1_octets(record.text("/tls/chain/2/san/2")) == "m\xc3\xbc");
  const std::string text = "\xfc";
  for (int place = 0; place < 3; ++place) {
    tls::Certificate certificate = samples::leaf_certificate();
    (place == 0   ? certificate.subject
     : place == 1 ? certificate.issuer
                  : certificate.names.back()) = text;
    CHECK(parsed(certificate).json("/latin1") == "true");
  }
}

TEST_CASE("only what was cut in a certificate or a chain is reported", "[results][tls]") {
  const Parsed record(samples::cut_chain());
  CHECK(record.json("/tls/chain/0/cut") == R"(["serial","subject","issuer","san"])");
  CHECK(record.json("/tls/chain/1/cut") == R"(["san"])");
  CHECK(record.keys("/tls/chain/1").back() == "cut");
  CHECK(record.json("/tls/chain_cut") == "true");
  CHECK_FALSE(Parsed(samples::typical_tls()).has("/tls/chain_cut"));
  CHECK_FALSE(Parsed(samples::typical_tls()).has("/tls/chain/0/cut"));
  for (const ChainDetail detail : {ChainDetail::leaf, ChainDetail::digest}) {
    Record less = samples::cut_chain();
    less.chain_detail = detail;
    CHECK(Parsed(less).json("/tls/chain_cut") == "true");
    CHECK(Parsed(less).has("/tls/chain/0/cut") == (detail == ChainDetail::leaf));
  }
}

TEST_CASE("a chain of any length is written completely", "[results][tls]") {
  const Parsed record(samples::huge_chain());
  CHECK(record.has("/tls/chain/19/san/99"));
  CHECK_FALSE(record.has("/tls/chain/20"));
  CHECK(latin1_octets(record.text("/tls/chain/19/san/99")) == std::string(253, '\x80'));
}

TEST_CASE("the reply to STARTTLS has its code, and no code if there was none", "[results][tls]") {
  CHECK(Parsed(samples::starttls_refused()).json("/starttls") == R"({"offered":"yes","code":454})");
  CHECK_FALSE(Parsed(samples::starttls_refused()).has("/tls"));
  CHECK(Parsed(samples::typical()).json("/starttls") == R"({"offered":"yes"})");
}

TEST_CASE("replies under TLS are distinguished from those in clear text", "[results][tls]") {
  const Parsed record(samples::typical_tls());
  CHECK(record.has("/ehlo/extensions/STARTTLS"));
  CHECK_FALSE(record.has("/ehlo_tls/extensions/STARTTLS"));
  CHECK(record.text("/ehlo_tls/extensions/AUTH") == "PLAIN LOGIN");
  CHECK(Parsed(samples::expired_and_old()).json("/ehlo_tls") ==
        R"({"verb":"HELO","code":250,"host":"mx1.example.net","extensions":{}})");
  CHECK_FALSE(Parsed(samples::implicit_tls()).has("/ehlo_tls"));
  CHECK_FALSE(Parsed(samples::implicit_tls()).has("/starttls"));
}

}  // namespace mxsweep::results
