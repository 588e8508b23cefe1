// SPDX-License-Identifier: MIT
#include "mxsweep/results/zgrab_writer.h"

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mxsweep/core/cause.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/issue.h"
#include "results/zgrab_status.h"
#include "support/catch.h"
#include "support/sample_records.h"
#include "support/zgrab_table.h"
#include "tls/certificates.h"

namespace mxsweep::results {
namespace {

std::string zgrab_of(const Record& record) {
  std::string out;
  append_zgrab(record, out);
  return out;
}

std::string status_of(const Record& record) {
  return Parsed(zgrab_of(record)).text("/data/smtp/status");
}

// A chain as a client keeps it for these records: parsed, judged and with its DER.
std::shared_ptr<const tls::Chain> chain_of(const tls::CertificateSpec& spec) {
  tls::Client client;
  REQUIRE(client.open({.keep_der = true}).ok());
  const tls::IssuedCertificate root = tls::issue(tls::samples::authority("Example Root"));
  const std::string leaf = tls::samples::der_of(tls::issue(spec, &root).certificate_pem);
  const std::string authority = tls::samples::der_of(root.certificate_pem);
  const std::array<std::string_view, 2> der = {leaf, authority};
  auto chain = client.chain(der, tls::samples::kNow);
  REQUIRE(chain != nullptr);
  return chain;
}

Record secured_by(const tls::Chain& chain) {
  tls::Facts facts = samples::untrusted(chain);
  facts.session = samples::session_1_2();
  facts.session.cipher_id = 0xc030;
  Record record = samples::secured(facts);
  record.replies[Phase::starttls].octets = "220 2.0.0 Ready to start TLS\r\n";
  record.replies[Phase::quit] = {221, "221 2.0.0 Bye\r\n"};
  return record;
}

}  // namespace

TEST_CASE("a conversation is written as zgrab2 writes it", "[results][zgrab]") {
  Record record = samples::typical();
  record.name = "mx1.example.net";
  record.replies[Phase::ehlo] = {250, "250-mx1.example.net\r\n250 8BITMIME\r\n"};
  record.replies[Phase::quit] = {221, "221 2.0.0 Bye\r\n"};
  CHECK(zgrab_of(record) ==
        R"({"ip":"192.0.2.10","domain":"mx1.example.net","data":{"smtp":{"status":"success",)"
        R"("protocol":"smtp","result":{"banner":"220 mx1.example.net ESMTP Postfix\r\n",)"
        R"("ehlo":"250-mx1.example.net\r\n250 8BITMIME\r\n","quit":"221 2.0.0 Bye\r\n"},)"
        R"("timestamp":"2026-11-22T10:15:00Z"}}})"
        "\n");
}

TEST_CASE("a refusal is an application error, with its reply as the banner", "[results][zgrab]") {
  CHECK(
      zgrab_of(samples::blocked()) ==
      R"({"ip":"192.0.2.10","data":{"smtp":{"status":"application-error","protocol":"smtp",)"
      R"("result":{"banner":"554-mx1.example.net\r\n554 Your access to this mail system has been )"
      R"(rejected (#5.7.1)\r\n"},"timestamp":"2026-11-22T10:15:00Z",)"
      R"("error":"greeting: blocked.scanner_ip"}}})"
      "\n");
}

TEST_CASE("every kind of record is valid by zgrab2's schema", "[results][zgrab]") {
  std::vector<std::string> lines;
  for (Record record : samples::sample_records()) {
    record.at = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};
    lines.push_back(zgrab_of(record));
  }
  expect_zgrab(lines, {});
}

TEST_CASE("the table of zgrab2's fields accepts no other key, type or word", "[results][zgrab]") {
  const std::string begin = R"({"ip":"192.0.2.1","data":{"smtp":{"protocol":"smtp",)";
  const std::string end = R"("timestamp":"2026-11-22T10:15:00Z"}}})";
  expect_zgrab({begin + R"("status":"success",)" + end},
               {begin + end, begin + R"("status":"handshake-error",)" + end,
                begin + R"("status":"success","port":25,)" + end,
                begin + R"("status":"success","result":{"banner":220},)" + end,
                begin +
                    R"("status":"success","result":{"tls":{"handshake_log":)"
                    R"({"server_hello":{"compression_method":256}}}},)" +
                    end,
                begin +
                    R"("status":"success","result":{"tls":{"handshake_log":)"
                    R"({"server_certificates":{"certificate":{"raw":"?"}}}}},)" +
                    end});
}

TEST_CASE("a handshake is logged with what is known of it", "[results][zgrab][tls]") {
  tls::CertificateSpec spec = tls::samples::leaf();
  spec.addresses = {"192.0.2.10", "2001:db8::5"};
  spec.serial = 0x8000000000000001;
  const auto chain = chain_of(spec);
  const std::string line = zgrab_of(secured_by(*chain));
  expect_zgrab({line}, {});
  const Parsed parsed(line);
  const std::string log = "/data/smtp/result/tls/handshake_log";
  const auto json = [&](const std::string& at) { return parsed.json((log + at).c_str()); };
  CHECK(json("/server_hello") ==
        R"({"version":{"name":"TLSv1.2","value":771},"cipher_suite":{"hex":"0xC030",)"
        R"("name":"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384","value":49200},"compression_method":0,)"
        R"("secure_renegotiation":true,"extended_master_secret":true})");
  CHECK(json("/server_key_exchange") ==
        R"({"ecdh_params":{"curve_id":{"name":"secp256r1","id":23}}})");
  const std::string leaf = "/server_certificates/certificate/parsed";
  CHECK(json(leaf + "/version") == "3");
  CHECK(json(leaf + "/serial_number") == R"("9223372036854775809")");
  CHECK(json(leaf + "/subject") == R"({"common_name":["mx1.example.net"]})");
  CHECK(json(leaf + "/issuer_dn") == R"("CN=Example Root")");
  CHECK(json(leaf + "/validity") ==
        R"({"start":"2026-10-01T00:00:00Z","end":"2026-12-30T00:00:00Z","length":7776000})");
  CHECK(json(leaf + "/subject_key_info/ecdsa_public_key/length") == "256");
  CHECK(json(leaf + "/extensions/subject_alt_name") ==
        R"({"dns_names":["mx1.example.net"],"ip_addresses":["192.0.2.10","2001:db8::5"]})");
  CHECK(json(leaf + "/names") == R"(["192.0.2.10","2001:db8::5","mx1.example.net"])");
  CHECK(json("/server_certificates/validation") ==
        R"({"browser_trusted":false,"browser_error":"certificate-not-trusted",)"
        R"("matches_domain":false})");
  CHECK(json("/server_certificates/chain/0/parsed/signature/self_signed") == "true");
}

TEST_CASE("TLS 1.3 is logged as its ServerHello has it", "[results][zgrab][tls]") {
  const Parsed parsed(zgrab_of(samples::typical_tls()));
  const std::string log = "/data/smtp/result/tls/handshake_log";
  CHECK(parsed.json((log + "/server_hello/version").c_str()) ==
        R"({"name":"TLSv1.2","value":771})");
  CHECK_FALSE(parsed.has((log + "/server_key_exchange").c_str()));
}

TEST_CASE("with --chain leaf a record has the server's own certificate only",
          "[results][zgrab][tls]") {
  const Parsed parsed(zgrab_of(samples::typical_tls(ChainDetail::leaf)));
  const std::string at = "/data/smtp/result/tls/handshake_log/server_certificates";
  CHECK(parsed.has((at + "/certificate").c_str()));
  CHECK_FALSE(parsed.has((at + "/chain").c_str()));
}

TEST_CASE("octets that are not UTF-8 become U+FFFD, each for itself", "[results][zgrab]") {
  const auto banner = [](std::string_view octets) {
    Record record = samples::typical();
    record.replies[Phase::greeting] = {220, octets};
    return Parsed(zgrab_of(record)).text("/data/smtp/result/banner");
  };
  CHECK(banner("220 m\xc3\xbc\r\n") == "220 m\xc3\xbc\r\n");
  CHECK(banner("220 m\xfc\r\n") == "220 m\xef\xbf\xbd\r\n");
  CHECK(banner("220 \xc3\xbc\xe2\x82 \xff\xfe\r\n") ==
        "220 \xc3\xbc\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\r\n");
}

TEST_CASE("a target without a conversation keeps its place", "[results][zgrab]") {
  Record record;
  record.target = "no such line";
  record.outcome = Outcome::invalid;
  record.phase = Phase::input;
  record.cause = Cause::input_syntax;
  record.at = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};
  CHECK(zgrab_of(record) ==
        R"({"domain":"no such line","data":{"smtp":{"status":"unknown-error","protocol":"smtp",)"
        R"("timestamp":"2026-11-25T00:00:00Z","error":"input: input.syntax"}}})"
        "\n");
}

TEST_CASE("the octets before a conversation broke are those of its phase", "[results][zgrab]") {
  Record record = samples::typical();
  record.phase = Phase::ehlo;
  record.cause = Cause::net_closed_early;
  record.replies[Phase::ehlo] = {};
  record.reply = {0, "250-mx1.exa"};
  const Parsed parsed(zgrab_of(record));
  CHECK(parsed.text("/data/smtp/result/ehlo") == "250-mx1.exa");
  CHECK(parsed.text("/data/smtp/status") == "connection-closed");
}

TEST_CASE("every cause has a status in zgrab2's words", "[results][zgrab]") {
  const std::set<std::string_view> words = {
      "success",    "connection-refused", "connection-timeout", "connection-closed",
      "io-timeout", "protocol-error",     "application-error",  "unknown-error"};
  std::set<std::string_view> used;
  for (const CauseRow& row : cause_rows()) {
    for (const Phase phase : {Phase::connect, Phase::greeting, Phase::tls}) {
      const std::string_view status = zgrab_status(phase, row.cause);
      CAPTURE(row.word);
      CHECK(words.contains(status));
      used.insert(status);
    }
    // Nothing that kept us from the server, or that it declined, is a success.
    const Outcome outcome = outcome_of(row.section);
    if (outcome != Outcome::ok && outcome != Outcome::degraded) {
      CHECK(zgrab_status(Phase::greeting, row.cause) != kZgrabSuccess);
    }
  }
  CHECK(used == words);
}

TEST_CASE("where a timeout happened decides its word", "[results][zgrab]") {
  CHECK(zgrab_status(Phase::connect, Cause::net_timeout) == "connection-timeout");
  CHECK(zgrab_status(Phase::ehlo, Cause::net_timeout) == "io-timeout");
  CHECK(zgrab_status(Phase::greeting, Cause::protocol_silent) == "io-timeout");
  CHECK(zgrab_status(Phase::connect, Cause::net_refused) == "connection-refused");
  CHECK(zgrab_status(Phase::greeting, Cause::net_reset) == "connection-closed");
  CHECK(status_of(samples::too_busy()) == "application-error");
}

}  // namespace mxsweep::results
