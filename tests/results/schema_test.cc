// SPDX-License-Identifier: MIT
#include "mxsweep/results/schema.h"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <vector>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/results/certificate_line.h"
#include "mxsweep/results/json_writer.h"
#include "support/catch.h"
#include "support/sample_records.h"
#include "support/validator.h"

namespace mxsweep::results {
namespace {

template <typename Word>
std::vector<std::string> words(std::size_t count) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < count; ++i) words.emplace_back(to_string(static_cast<Word>(i)));
  return words;
}

std::vector<std::string> strings(simdjson::dom::array array) {
  std::vector<std::string> strings;
  for (const std::string_view text : array) strings.emplace_back(text);
  return strings;
}

std::vector<std::string> keys(simdjson::dom::object object) {
  std::vector<std::string> keys;
  for (const auto member : object) keys.emplace_back(member.key);
  return keys;
}

// Objects of the schema, at any depth, that describe an object and allow additional members.
std::vector<std::string> open_objects(simdjson::dom::element element, const std::string& path) {
  std::vector<std::string> open;
  const auto add = [&](simdjson::dom::element child, const std::string& name) {
    for (std::string& found : open_objects(child, path + '/' + name)) open.push_back(found);
  };
  if (element.is_array()) {
    std::size_t index = 0;
    for (const auto child : simdjson::dom::array(element)) add(child, std::to_string(index++));
  }
  if (!element.is_object()) return open;
  std::string_view type;
  bool additional = true;
  if (!element["type"].get(type) && type == "object") {
    if (element["additionalProperties"].get(additional) || additional) open.push_back(path);
  }
  for (const auto member : simdjson::dom::object(element))
    add(member.value, std::string(member.key));
  return open;
}

}  // namespace

TEST_CASE("the schema lists every word and the keys in their order", "[results][schema]") {
  simdjson::dom::parser parser;
  const simdjson::dom::element schema = parser.parse(schema_json()).value();
  const simdjson::dom::element properties = schema["properties"];
  const simdjson::dom::element definitions = schema["$defs"];
  CHECK(strings(definitions["outcome"]["enum"]) == words<Outcome>(kOutcomeCount));
  CHECK(strings(properties["phase"]["enum"]) == words<Phase>(kPhaseCount));
  CHECK(strings(definitions["cause"]["enum"]) == words<Cause>(kCauseCount));
  CHECK(strings(definitions["dns"]["properties"]["findings"]["items"]["enum"]) ==
        words<Finding>(kFindingCount));
  const simdjson::dom::element software = properties["software"]["properties"];
  CHECK(strings(software["evidence"]["enum"]) == words<EvidencePart>(kEvidencePartCount));
  CHECK(strings(software["confidence"]["enum"]) == words<Confidence>(kConfidenceCount));
  CHECK(strings(definitions["check_findings"]["items"]["properties"]["id"]["enum"]) ==
        words<CheckFinding>(kCheckFindingCount));
  CHECK(strings(properties["anomalies"]["items"]["enum"]) == words<Anomaly>(kAnomalyCount));
  CHECK(strings(properties["tls"]["properties"]["verify_error"]["enum"]) ==
        std::vector<std::string>{"certificate-expired", "certificate-not-trusted",
                                 "certificate-host-mismatch", "validation-failure"});
  CHECK(strings(properties["tls"]["properties"]["version"]["enum"]) ==
        std::vector<std::string>{"TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"});
  CHECK(std::int64_t(properties["v"]["const"]) == kSchemaVersion);
  std::string names;
  for (const std::string& key : keys(properties)) names += (names.empty() ? "" : " ") + key;
  CHECK(names ==
        "v target latin1 line list meta domain mx dns ip port protocol name attempt at shared "
        "outcome phase cause group blame input reply errno greeting ehlo starttls tls "
        "tls_enumeration ehlo_tls mail rcpt relay software checks anomalies bytes ms");
  CHECK(schema_json().find('@') == std::string::npos);
}

TEST_CASE("the schema says of each cause, anomaly and finding what it means", "[results][schema]") {
  simdjson::dom::parser parser;
  const simdjson::dom::element schema = parser.parse(schema_json()).value();
  const simdjson::dom::element definitions = schema["$defs"];
  const auto described = [](simdjson::dom::element words) {
    return strings(words["enumDescriptions"]);
  };
  const auto texts = [](const auto& rows, auto text) {
    std::vector<std::string> cells;
    for (const auto& row : rows) cells.emplace_back(row.*text);
    return cells;
  };
  CHECK(described(definitions["cause"]) == texts(cause_rows(), &CauseRow::sentence));
  CHECK(described(schema["properties"]["anomalies"]["items"]) ==
        texts(anomaly_rows(), &AnomalyRow::seen));
  CHECK(described(definitions["dns"]["properties"]["findings"]["items"]) ==
        texts(finding_rows(), &FindingRow::seen));
  CHECK(described(definitions["check_findings"]["items"]["properties"]["id"]) ==
        texts(check_finding_rows(), &CheckFindingRow::seen));
}

TEST_CASE("the schema allows additional members only where servers choose their names",
          "[results][schema]") {
  simdjson::dom::parser parser;
  const simdjson::dom::element schema = parser.parse(schema_json()).value();
  CHECK(open_objects(schema, "") == std::vector<std::string>{"/$defs/ehlo/properties/extensions",
                                                             "/$defs/policy",
                                                             "/$defs/roundtrip_line/properties/"
                                                             "authentication/items/properties/"
                                                             "properties",
                                                             "/$defs/trip_times", "/$defs/standing",
                                                             "/$defs/certificate_facts"});
  // Closed by the definitions that refer to it.
  for (const std::string name :
       {"certificate", "certificate_line", "domain_line", "domain_line/properties/mx/items"}) {
    CHECK_FALSE(bool(schema.at_pointer("/$defs/" + name + "/unevaluatedProperties")));
  }
}

TEST_CASE("records have the schema's keys in the schema's order", "[results][schema]") {
  simdjson::dom::parser schema_parser;
  const simdjson::dom::element schema = schema_parser.parse(schema_json()).value();
  simdjson::dom::parser parser;
  const auto expect_order = [&](simdjson::dom::object object, const char* pointer) {
    const std::vector<std::string> order = keys(schema.at_pointer(pointer));
    auto at = order.begin();
    for (const auto member : object) {
      CAPTURE(pointer, std::string(member.key));
      at = std::find(at, order.end(), member.key);
      REQUIRE(at != order.end());
      ++at;
    }
  };
  for (const Record& record : samples::sample_records()) {
    std::string line;
    append_json(record, line);
    const simdjson::dom::element root = parser.parse(line).value();
    expect_order(root, "/properties");
    simdjson::dom::object object;
    for (const std::string name :
         {"mx", "greeting", "starttls", "tls", "software", "bytes", "ms"}) {
      if (root[name].get(object)) continue;
      expect_order(object, ("/properties/" + name + "/properties").c_str());
    }
    for (const std::string name : {"reply", "mail", "rcpt", "relay"}) {
      if (!root[name].get(object)) expect_order(object, "/$defs/reply/properties");
    }
    if (!root["dns"].get(object)) expect_order(object, "/$defs/dns/properties");
    if (!root["ehlo"].get(object)) expect_order(object, "/$defs/ehlo/properties");
    if (!root["ehlo_tls"].get(object)) expect_order(object, "/$defs/ehlo/properties");
    simdjson::dom::array chain;
    if (root.at_pointer("/tls/chain").get(chain)) continue;
    for (const auto certificate : chain) {
      expect_order(certificate, "/$defs/certificate_facts/properties");
    }
  }
}

TEST_CASE("an independent validator accepts a record of every kind", "[results][schema]") {
  std::vector<std::string> records;
  for (const Record& record : samples::sample_records()) {
    append_json(record, records.emplace_back());
  }
  expect_judged(records, {});
}

TEST_CASE("the validator accepts every field of the schema at once", "[results][schema]") {
  const std::string sha256(64, 'a');
  const std::string ehlo =
      R"({"verb":"EHLO","code":250,"host":"mx","extensions":{"SIZE":"1"},"latin1":true})";
  const std::string record =
      R"({"v":1,"target":"mx","latin1":true,"line":17,"list":"a.txt","meta":null,)"
      R"("domain":"example.net",)"
      R"("mx":{"host":"mx","preference":10},)"
      R"("dns":{"unicode":"b\u00fc","authentic":true,"findings":["mx_is_alias"]},)"
      R"("ip":"192.0.2.10","port":25,"name":"mx","attempt":1,)"
      R"("at":"2026-11-22T10:15:00.123456Z","shared":true,"outcome":"degraded","phase":"quit",)"
      R"("cause":"config.tls_unavailable","group":"configuration","blame":"target",)"
      R"("reply":{"code":454,"enhanced":"4.7.0","text":["no"],"latin1":true},"errno":"EPIPE",)"
      R"("greeting":{"code":220,"text":["mx"],"latin1":true,"host":"mx","esmtp":false},"ehlo":)" +
      ehlo +
      R"(,"starttls":{"offered":"yes","code":220},)"
      R"("tls":{"version":"TLSv1.2","cipher":"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",)"
      R"("group":"X25519","signature":"rsa_pss_rsae_sha256","extended_master_secret":true,)"
      R"("secure_renegotiation":true,"verified":false,"verify_error":"certificate-expired",)"
      R"("name_match":false,"cn_match":true,"domain_match":false,"days_left":-3,"days_left_of":")" +
      sha256 +
      R"(",)"
      R"("client_cert_requested":false,"alert":"unknown_ca",)"
      R"("chain":[{"sha256":")" +
      sha256 + R"(","spki_sha256":")" + sha256 +
      R"(","subject":"CN=mx","issuer":"CN=ca","serial":"01","san":["mx"],)"
      R"("not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z",)"
      R"("key":"EC P-256","signature":"ecdsa-with-SHA256","self_signed":false,)"
      R"("cut":["serial","subject","issuer","san"],"latin1":true}],"chain_cut":true},)"
      R"("ehlo_tls":)" +
      ehlo +
      R"(,"mail":{"code":250,"enhanced":"2.1.0","text":["Ok"]},"rcpt":{"code":250,"text":["Ok"]},)"
      R"("relay":{"code":554,"enhanced":"5.7.1","text":["no"],"latin1":true},)"
      R"("anomalies":["plaintext_after_starttls"],"bytes":{"in":812,"out":97},)"
      R"("ms":{"dns":1.204,"connect":12.010,"greeting":1,"ehlo":1,"starttls":1,"tls":26.400,)"
      R"("ehlo_tls":1,"mail":1,"rcpt":1,"relay":1,"quit":1,"total":101.342}})"
      "\n";
  expect_judged({record}, {});
}

TEST_CASE("an independent validator accepts every line of certificates", "[results][schema]") {
  std::string lines;
  for (tls::Certificate certificate :
       {samples::leaf_certificate(), samples::hostile_certificate(),
        samples::intermediate_certificate(), samples::cut_certificate(), tls::Certificate{}}) {
    append_certificate(certificate, lines);
    certificate.der.assign(1000, 'x');
    append_certificate(certificate, lines);
  }
  const std::vector<std::string> right = split_lines(lines);
  CHECK(right.size() == 10);
  std::string wrong = right.back();
  wrong.insert(wrong.size() - 1, R"(,"more":1)");
  expect_judged(right, {wrong}, schema_of("certificate_line"));
}

TEST_CASE("the validator refuses what the contract forbids of TLS", "[results][schema]") {
  const auto record = [](const std::string& more) {
    return R"({"v":1,"target":"x","attempt":1,"outcome":"ok","phase":"quit","cause":"none",)" +
           more + "}\n";
  };
  const std::string ehlo = R"("ehlo":{"verb":"EHLO","code":250,"extensions":{}})";
  const std::string starttls = ehlo + R"(,"starttls":{"offered":"yes","code":220},)";
  const std::string session =
      R"("version":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384","client_cert_requested":false)";
  const auto certificate = [](const std::string& more) {
    return R"("tls":{"verified":true,"chain":[{"sha256":")" + std::string(64, 'a') + '"' + more +
           "}]}";
  };
  std::vector<std::string> right = {
      starttls + R"("tls":{)" + session + R"(},"ehlo_tls":{"verb":"EHLO","code":250})",
      starttls + R"("tls":{})",
      R"("tls":{"version":"TLSv1.2","verified":false,"client_cert_requested":true,"chain":[]})",
      R"("tls":{"version":"TLSv1.2","cipher":"TLS_DH_anon_WITH_AES_128_CBC_SHA",)"
      R"("extended_master_secret":true,"secure_renegotiation":true,"verified":false,)"
      R"("client_cert_requested":false,"chain":[]})",
      certificate(""),
      certificate(R"(,"spki_sha256":")" + std::string(64, 'b') + '"'),
  };
  std::vector<std::string> wrong = {
      ehlo + R"(,"starttls":{"offered":"no","code":220})",
      R"("starttls":{"offered":"unknown","code":220})",
      starttls + R"("ehlo_tls":{"verb":"EHLO","code":250})",
      R"("tls":{},"ehlo_tls":{"verb":"EHLO","code":250})",
      R"("tls":{"version":"TLSv1.4","cipher":"X","client_cert_requested":false})",
      R"("tls":{"version":"TLSv1.3","client_cert_requested":false})",
      R"("tls":{"version":"TLSv1.2","group":"X25519","client_cert_requested":false,)"
      R"("verified":false,"chain":[]})",
      R"("tls":{"version":"TLSv1.2","verified":false,"chain":[]})",
      R"("tls":{"cipher":"TLS_AES_256_GCM_SHA384"})",
      R"("tls":{"group":"X25519"})",
      R"("tls":{)" + session + R"(,"extended_master_secret":true,"secure_renegotiation":true})",
      R"("tls":{"version":"TLSv1.2","cipher":"X","client_cert_requested":false})",
      R"("tls":{"verified":true})",
      R"("tls":{"chain":[]})",
      R"("tls":{"verified":true,"verify_error":"certificate-expired","chain":[]})",
      R"("tls":{"verified":false,"verify_error":"none","chain":[]})",
      R"("tls":{"verified":false,"days_left":1.5,"chain":[]})",
      R"("tls":{"name_match":true})",
      R"("tls":{"domain_match":true})",
      R"("tls":{"verified":false,"cn_match":true,"chain":[]})",
      R"("tls":{"verified":false,"name_match":false,"cn_match":false,"chain":[]})",
      R"("tls":{"alert":"Handshake failure"})",
      certificate(R"(,"more":1)"),
      certificate(R"(,"subject":"CN=x")"),
      certificate(R"(,"serial":"01")"),
      certificate(R"(,"pem":"x")"),
      certificate(R"(,"cut":["san"])"),
      R"("tls":{"verified":false,"days_left":1,"chain":[]})",
      R"("tls":{"verified":false,"chain":[],"chain_cut":false})",
      R"("tls":{"chain_cut":true})",
      R"("tls":{"verified":true,"chain":[{"sha256":"aa"}]})",
  };
  for (std::string& more : right) more = record(more);
  for (std::string& more : wrong) more = record(more);
  expect_judged(right, wrong);
}

TEST_CASE("the validator refuses what the contract forbids of names", "[results][schema]") {
  const auto record = [](const std::string& more) {
    return R"({"v":1,"target":"x","outcome":"ok","phase":"quit","cause":"none",)" + more + "}\n";
  };
  std::vector<std::string> right = {
      R"("domain":"x","mx":{"host":"y","preference":0})",
      R"("domain":"x","dns":{"authentic":true})",
      R"("name":"x","dns":{"unicode":"b\u00fc"})",
      R"("attempt":1,"shared":true)",
  };
  std::vector<std::string> wrong = {
      R"("mx":{"host":"y","preference":0})",
      R"("domain":"")",
      R"("domain":"x","mx":{"host":"y"})",
      R"("domain":"x","mx":{"host":"","preference":0})",
      R"("domain":"x","mx":{"host":"y","preference":65536})",
      R"("domain":"x","mx":{"host":"y","preference":0,"more":1})",
      R"("dns":{"authentic":true})",
      R"("domain":"x","dns":{})",
      R"("domain":"x","dns":{"authentic":false})",
      R"("domain":"x","dns":{"unicode":""})",
      R"("domain":"x","dns":{"findings":[]})",
      R"("domain":"x","dns":{"findings":["mx_is_alias","mx_is_alias"]})",
      R"("domain":"x","dns":{"findings":["bare_lf"]})",
      R"("domain":"x","dns":{"authentic":true,"more":1})",
      R"("shared":true)",
      R"("attempt":1,"shared":false)",
  };
  for (std::string& more : right) more = record(more);
  for (std::string& more : wrong) more = record(more);
  expect_judged(right, wrong);
}

TEST_CASE("the validator refuses what the contract forbids", "[results][schema]") {
  const std::vector<std::string> right = {
      R"({"v":1,"target":"x","outcome":"ok","phase":"quit","cause":"none"})",
  };
  const std::vector<std::string> wrong = {
      R"({"v":1,"target":"x","outcome":"ok","phase":"quit","cause":"none","line":1,)"
      R"("input":{"key":"port"}})",
      R"({"v":1,"target":"x","line":1,"outcome":"invalid","phase":"input",)"
      R"("cause":"input.json","group":"scanner","blame":"scanner","input":{}})",
      R"({"v":2,"target":"x","outcome":"ok","phase":"quit","cause":"none"})",
      R"({"v":1,"target":"x","outcome":"ok","phase":"quit"})",
      R"({"v":1,"target":"x","outcome":"ok","phase":"quit","cause":"net.reset",)"
      R"("group":"connectivity","blame":"unknown"})",
      R"({"v":1,"target":"x","outcome":"failed","phase":"quit","cause":"none"})",
      R"({"v":1,"target":"x","outcome":"failed","phase":"quit","cause":"bad.luck",)"
      R"("group":"connectivity","blame":"unknown"})",
      R"({"v":1,"target":"x","outcome":"failed","phase":"quit","cause":"net.reset"})",
      R"({"v":1,"target":"x","outcome":"ok","phase":"quit","cause":"none","blame":"path"})",
      R"({"v":1,"target":"x","attempt":1,"outcome":"ok","phase":"quit","cause":"none",)"
      R"("mail":{"code":250,"text":["Ok"]}})",
      R"({"v":1,"target":"x","outcome":"invalid","phase":"input","cause":"input.port",)"
      R"("group":"scanner","blame":"scanner"})",
      R"({"v":1,"target":"","line":1,"outcome":"invalid","phase":"ehlo",)"
      R"("cause":"input.port","group":"scanner","blame":"scanner"})",
      R"({"v":1,"target":"x","outcome":"ok","phase":"quit","cause":"none","more":1})",
      R"({"v":1,"target":"x","name":null,"outcome":"ok","phase":"quit","cause":"none"})",
      R"({"v":1,"target":"x","target":"x","outcome":"ok","phase":"quit","cause":"none"})",
      R"({"v":1,"target":"x","outcome":"ok","phase":"quit","cause":"none","starttls":)"
      R"({"offered":"no"}})",
  };
  expect_judged(right, wrong);
}

}  // namespace mxsweep::results
