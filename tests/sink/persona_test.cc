// SPDX-License-Identifier: MIT
#include "mxsweep/sink/persona.h"

#include <algorithm>
#include <string>

#include "support/catch.h"

namespace mxsweep::sink {
namespace {

// A fleet of one persona with the given greeting and everything else valid.
std::string with_greeting(const std::string& greeting) {
  return R"({"defaults": {"ehlo": [], "helo": [], "starttls": [], "noop": [], "quit": [],
                          "other": []},
             "personas": [{"name": "p", "weight": 1,
                           "expect": {"outcome": "ok", "phase": "quit", "cause": "none"},
                           "greeting": )" +
         greeting + "}]}";
}

Script greeting_of(const std::string& greeting) {
  const auto read = read_personas(with_greeting(greeting));
  REQUIRE(read.ok());
  return read->at(0).script(Trigger::greeting);
}

std::string error_of(const std::string& json) {
  const auto read = read_personas(json);
  return read.status().sentence();
}

TEST_CASE("the built-in personas are valid, and most of the 1000 parts behave well",
          "[sink][persona]") {
  const auto read = read_personas(builtin_personas());
  REQUIRE(read.ok());
  CHECK(read->size() == 64);
  std::uint32_t sum = 0;
  std::uint32_t decent = 0;
  for (const Persona& persona : *read) {
    sum += persona.weight;
    if (persona.expect.outcome == Outcome::ok) decent += persona.weight;
  }
  CHECK(sum == 1000);
  CHECK(decent == 725);
}

TEST_CASE("the plain persona needs no memory of its own", "[sink][persona]") {
  const auto read = read_personas(builtin_personas());
  REQUIRE(read.ok());
  const Persona& plain = read->at(0);
  REQUIRE(plain.name == "plain");
  for (const Script& script : plain.scripts) {
    for (const Step& step : script) CHECK_FALSE(step.has_fields);
  }
  CHECK(plain.script(Trigger::ehlo).size() == 1);
  CHECK(plain.script(Trigger::ehlo_tls).size() == 1);
  CHECK(plain.script(Trigger::hello).empty());
}

TEST_CASE("a step has a delay, a text, a speed, a number of repetitions and an action",
          "[sink][persona]") {
  const Script script = greeting_of(
      R"([{"after_ms": 1500, "send": "220-{host}\r\n", "octets_per_s": 4},
          {"hex": "00fF41", "after_ms": 1, "do": "reset"}])");
  REQUIRE(script.size() == 2);
  CHECK(script[0].after == std::chrono::milliseconds(1500));
  CHECK(script[0].octets == "220-{host}\r\n");
  CHECK(script[0].octet_interval == std::chrono::milliseconds(250));
  CHECK(script[0].has_fields);
  CHECK(script[0].action == StepAction::none);
  CHECK(script[1].octets == std::string("\0\xff"
                                        "A",
                                        3));
  CHECK(script[1].octet_interval == Duration::zero());
  CHECK_FALSE(script[1].has_fields);
  CHECK(script[1].action == StepAction::reset);
}

TEST_CASE("steps without a wait between them become one", "[sink][persona]") {
  const Script script =
      greeting_of(R"([{"send": "220 "}, {"hex": "fc"}, {"send": "{host}\r\n"}, {"do": "close"}])");
  REQUIRE(script.size() == 1);
  CHECK(script[0].octets == "220 \xfc{host}\r\n");
  CHECK(script[0].has_fields);
  CHECK(script[0].action == StepAction::close);
}

TEST_CASE("repetitions are counted and expanded", "[sink][persona]") {
  const Script script = greeting_of(R"([{"send": "{n}:{n} ", "repeat": 11}])");
  REQUIRE(script.size() == 1);
  CHECK(script[0].octets == "1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8 9:9 10:10 11:11 ");
}

TEST_CASE("an endless text is a chunk of whole repetitions", "[sink][persona]") {
  const Script script = greeting_of(R"([{"send": "220-"}, {"send": "abc", "repeat": "forever"}])");
  REQUIRE(script.size() == 2);
  CHECK(script[1].forever);
  CHECK(script[1].octets.size() % 3 == 0);
  CHECK(script[1].octets.size() <= kFloodChunkOctets);
  CHECK(script[1].octets.size() > kFloodChunkOctets - 3);
}

TEST_CASE("a persona takes missing scripts from the defaults", "[sink][persona]") {
  const auto read = read_personas(R"({
      "personas": [{"name": "p", "weight": 7, "quit": [{"do": "reset"}],
                    "expect": {"outcome": "failed", "phase": "ehlo", "cause": "net.reset"}}],
      "defaults": {"greeting": [{"send": "220\r\n"}], "ehlo": [], "helo": [], "starttls": [],
                   "noop": [], "quit": [{"do": "close"}], "other": []}})");
  REQUIRE(read.ok());
  const Persona& persona = read->at(0);
  CHECK(persona.weight == 7);
  CHECK(persona.expect.outcome == Outcome::failed);
  CHECK(persona.expect.phase == Phase::ehlo);
  CHECK(persona.expect.cause == Cause::net_reset);
  CHECK(persona.script(Trigger::greeting).at(0).octets == "220\r\n");
  CHECK(persona.script(Trigger::quit).at(0).action == StepAction::reset);
}

TEST_CASE("a mistake in a step is reported with its place", "[sink][persona]") {
  const auto step_error = [](const std::string& step) {
    return error_of(with_greeting("[" + step + "]"));
  };
  const std::string at = "personas[0] (p).greeting[0]";
  CHECK(step_error("7") == at + ": must be an object");
  CHECK(step_error("{}") == at + ": an empty step");
  CHECK(step_error(R"({"say": "x"})") == at + ".say: unknown key");
  CHECK(step_error(R"({"send": 7})") == at + ".send: must be a string");
  CHECK(step_error(R"({"send": "x", "hex": "00"})") == at + ".hex: \"send\" or \"hex\", not both");
  CHECK(step_error(R"({"hex": "0"})") == at + ".hex: must be pairs of hexadecimal digits");
  CHECK(step_error(R"({"hex": "0g"})") == at + ".hex: must be pairs of hexadecimal digits");
  CHECK(step_error(R"({"hex": "-1"})") == at + ".hex: must be pairs of hexadecimal digits");
  CHECK(step_error(R"({"after_ms": -1})") ==
        at + ".after_ms: must be a whole number from 0 to 3600000");
  CHECK(step_error(R"({"after_ms": 1.5})") ==
        at + ".after_ms: must be a whole number from 0 to 3600000");
  CHECK(step_error(R"({"send": "x", "octets_per_s": 0})") ==
        at + ".octets_per_s: must be a whole number from 1 to 1000");
  CHECK(step_error(R"({"octets_per_s": 1})") == at + ": nothing to send");
  CHECK(step_error(R"({"repeat": "forever"})") == at + ": nothing to send");
  CHECK(step_error(R"({"send": "x", "repeat": "often"})") ==
        at + ".repeat: must be a number or \"forever\"");
  CHECK(step_error(R"({"send": "x", "repeat": 0})") ==
        at + ".repeat: must be a whole number from 1 to 65536");
  CHECK(step_error(R"({"send": "xy", "repeat": 65536})") ==
        at + ": more than 65536 octets when expanded; \"forever\" has no such limit");
  CHECK(step_error(R"({"send": ")" + std::string(65537, 'x') + R"("})") ==
        at + ": too many octets");
  CHECK(step_error(R"({"do": "explode"})") ==
        at + ".do: must be \"close\", \"reset\", \"hang\", \"tls\" or \"cut\"");
  CHECK(step_error(R"({"do": "tls"})") == at + ".do: \"tls\" is allowed only in \"starttls\"");
  CHECK(step_error(R"({"do": "cut"})") == at + ".do: \"cut\" is allowed only in \"hello\"");
  CHECK(step_error(R"({"send": "x", "repeat": "forever", "do": "close"})") ==
        at + ": \"do\" is never reached");
}

TEST_CASE("a script with steps that are never reached is a mistake", "[sink][persona]") {
  CHECK(error_of(with_greeting(R"([{"do": "hang"}, {"send": "x"}])")) ==
        "personas[0] (p).greeting[1]: is never reached");
  CHECK(error_of(with_greeting(R"([{"send": "x", "repeat": "forever"}, {"do": "close"}])")) ==
        "personas[0] (p).greeting[1]: is never reached");
  CHECK(error_of(with_greeting("7")) == "personas[0] (p).greeting: must be an array");
  std::string many = R"([{"send": "x"})";
  for (std::size_t i = 0; i < kStepsMax; ++i) many += R"(,{"send": "x"})";
  CHECK(error_of(with_greeting(many + "]")) == "personas[0] (p).greeting: more than 64 steps");
}

TEST_CASE("a mistake outside the personas is reported with its place", "[sink][persona]") {
  const std::string expect = R"("expect": {"outcome": "ok", "phase": "quit", "cause": "none"})";
  const auto persona_error = [](const std::string& members) {
    return error_of(R"({"personas": [{)" + members + "}]}");
  };
  CHECK(error_of("[]") == "top level: must be an object");
  CHECK(error_of("{}") == "top level: \"personas\" is missing");
  CHECK(error_of(R"({"people": []})") == "top level: unknown key \"people\"");
  CHECK(error_of(R"({"personas": []})") == "personas: must be 1 to 1000");
  CHECK(error_of(R"({"personas": 1})") == "personas: must be an array");
  CHECK(error_of(R"({"personas": [1]})") == "personas[0]: must be an object");
  CHECK(error_of(R"({"defaults": 1})") == "defaults: must be an object");
  CHECK(error_of(R"({"defaults": {"data": []}})") == "defaults.data: unknown key");
  CHECK(error_of(R"({"defaults": {"quit": 1}})") == "defaults.quit: must be an array");
  CHECK(persona_error("") == "personas[0]: \"name\" is missing");
  CHECK(persona_error(R"("name": "a b")") ==
        "personas[0] (a b).name: must be letters, digits, \"_\" and \"-\"");
  CHECK(persona_error(R"("name": "a")") == "personas[0] (a): \"weight\" is missing");
  CHECK(persona_error(R"("name": "a", "weight": 0)") ==
        "personas[0] (a).weight: must be a whole number from 1 to 1000000");
  CHECK(persona_error(R"("name": "a", "weight": 1)") == "personas[0] (a): \"expect\" is missing");
  CHECK(persona_error(R"("name": "a", "weight": 1, )" + expect) ==
        "personas[0] (a): no \"greeting\", here or in \"defaults\"");
  CHECK(persona_error(R"("name": "a", "data": [])") == "personas[0] (a).data: unknown key");
}

TEST_CASE("the error about a text that is not JSON has the place of the mistake",
          "[sink][persona]") {
  const auto begins = [](const std::string& json, const std::string& words) {
    const std::string error = error_of(json);
    INFO(error);
    CHECK(error.rfind(words, 0) == 0);
  };
  begins("{", "not JSON, line 1: ");
  begins("{\n\"personas\": [\n{}\n{}\n]}", "not JSON, line 4: ");
  begins("{\"personas\": [],\n}", "not JSON, line 2: ");
  begins("{\"personas\":\n[\"\\q\"]}", "not JSON, line 2: ");
  begins("{\"personas\": [tru]}", "not JSON, line 1: ");
  begins("{\"personas\": [1.]}", "not JSON, line 1: ");
  begins("", "not JSON: ");
  begins("{\"personas", "not JSON: ");
}

TEST_CASE("two personas cannot have the same name", "[sink][persona]") {
  const std::string p = R"({"name": "p", "weight": 1, "greeting": [], "ehlo": [], "helo": [],
      "starttls": [], "noop": [], "quit": [], "other": [],
      "expect": {"outcome": "ok", "phase": "quit", "cause": "none"}})";
  CHECK(error_of(R"({"personas": [)" + p + "," + p + "]}") ==
        "personas[1] (p).name: is the name of two personas");
}

TEST_CASE("a persona's expectation is in the record's words", "[sink][persona]") {
  const auto expect_error = [](const std::string& expect) {
    return error_of(R"({"personas": [{"name": "a", "expect": )" + expect + "}]}");
  };
  const std::string at = "personas[0] (a).expect";
  CHECK(expect_error("1") == at + ": must be an object");
  CHECK(expect_error(R"({"outcome": "fine"})") == at + ".outcome: there is no outcome \"fine\"");
  CHECK(expect_error(R"({"phase": "data"})") == at + ".phase: there is no phase \"data\"");
  CHECK(expect_error(R"({"cause": "bad.luck"})") == at + ".cause: there is no cause \"bad.luck\"");
  CHECK(expect_error(R"({"why": "x"})") == at + ".why: unknown key");
  CHECK(expect_error(R"({"tls": 1})") == at + ".tls: must be an object");
  CHECK(expect_error(R"({"tls": {"cipher": "x"}})") == at + ".tls.cipher: unknown key");
  CHECK(expect_error(R"({"tls": {"version": 1.3}})") == at + ".tls.version: must be a string");
  CHECK(expect_error(R"({"tls": {"version": "1.3"}})") ==
        at + ".tls.version: there is no version \"1.3\"");
  CHECK(expect_error(R"({"tls": {"verified": "yes"}})") ==
        at + ".tls.verified: must be true or false");
  CHECK(expect_error(R"({"tls": {"name_match": 1}})") ==
        at + ".tls.name_match: must be true or false");
  CHECK(expect_error(R"({"tls": {"verify_error": "none"}})") ==
        at + ".tls.verify_error: there is no verify_error \"none\"");
  CHECK(expect_error(R"({"tls": {"offered": "maybe"}})") ==
        at + ".tls.offered: there is no offered \"maybe\"");
  CHECK(expect_error(R"({"anomalies": "x"})") == at + ".anomalies: must be an array");
  CHECK(expect_error(R"({"anomalies": [1]})") == at + ".anomalies: must be a string");
  CHECK(expect_error(R"({"anomalies": ["odd"]})") ==
        at + ".anomalies: there is no anomaly \"odd\"");
  CHECK(expect_error(R"({"outcome": "ok", "phase": "quit"})") ==
        at + ": needs outcome, phase and cause");
  CHECK(expect_error(R"({"outcome": "ok", "phase": "quit", "cause": "net.reset"})") ==
        at + ": outcome \"ok\" and cause \"none\" belong together");
}

TEST_CASE("a persona's expectation of TLS is kept word for word", "[sink][persona]") {
  const auto read = read_personas(builtin_personas());
  REQUIRE(read.ok());
  const auto expected_of = [&](std::string_view name) {
    const auto found = std::find_if(read->begin(), read->end(),
                                    [&](const Persona& persona) { return persona.name == name; });
    REQUIRE(found != read->end());
    return found->expect;
  };
  const Expected wrong_name = expected_of("certificate_wrong_name");
  CHECK(wrong_name.tls.offered == "yes");
  CHECK(wrong_name.tls.version == "TLSv1.3");
  CHECK(wrong_name.tls.verified == false);
  CHECK(wrong_name.tls.verify_error == "certificate-host-mismatch");
  CHECK(wrong_name.tls.name_match == false);
  CHECK_FALSE(wrong_name.anomalies.has_value());
  const Expected injected = expected_of("plaintext_after_220");
  AnomalySet anomalies;
  anomalies.add(Anomaly::plaintext_after_starttls);
  CHECK(injected.anomalies == anomalies);
  CHECK_FALSE(expected_of("silent").tls.verified.has_value());
}

std::string with_more(const std::string& members) {
  std::string json = with_greeting("[]");
  json.insert(json.rfind("}]}"), ", " + members);
  return json;
}

TEST_CASE("a persona's TLS is as in its object, otherwise the default", "[sink][persona]") {
  const auto manners_of = [](const std::string& tls) {
    const auto read = read_personas(with_more("\"tls\": " + tls));
    REQUIRE(read.ok());
    return read->at(0).tls;
  };
  CHECK(manners_of("{}") == TlsBehaviour{});
  TlsBehaviour behaviour;
  behaviour.certificate = CertificateKind::wrong_name;
  behaviour.rsa = true;
  behaviour.version_min = tls::Version::tls1_1;
  behaviour.version_max = tls::Version::tls1_2;
  behaviour.client_certificate = tls::ClientCertificate::required;
  behaviour.ciphers = "NORMAL";
  CHECK(manners_of(R"({"certificate": "wrong_name", "key": "rsa", "versions": ["1.1", "1.2"],
                       "client_certificate": "required", "ciphers": "NORMAL"})") == behaviour);
}

TEST_CASE("a mistake in a persona's TLS is reported with its place", "[sink][persona]") {
  const auto tls_error = [](const std::string& tls) {
    return error_of(with_more("\"tls\": " + tls));
  };
  const std::string at = "personas[0] (p).tls";
  CHECK(tls_error("1") == at + ": must be an object");
  CHECK(tls_error(R"({"cipher": ""})") == at + ".cipher: unknown key");
  CHECK(tls_error(R"({"ciphers": []})") == at + ".ciphers: must be a string");
  CHECK(tls_error(R"({"identity": "x"})").starts_with(at + ".identity: "));
  CHECK(tls_error(R"({"key": "dsa"})") == at + ".key: must be one of ec, rsa");
  CHECK(tls_error(R"({"certificate": 1})") == at + ".certificate: must be a string");
  CHECK(tls_error(R"({"certificate": "bad"})") ==
        at + ".certificate: must be one of good, expired, not_yet_valid, self_signed, wrong_name, "
             "long_chain, weak_key, sha1, untrusted, no_intermediate");
  CHECK(tls_error(R"({"client_certificate": "maybe"})") ==
        at + ".client_certificate: must be one of not_asked, requested, required");
  CHECK(tls_error(R"({"versions": "1.2"})") == at + ".versions: must be an array");
  CHECK(tls_error(R"({"versions": ["1.2"]})") ==
        at + ".versions: must be the lowest and the highest version");
  CHECK(tls_error(R"({"versions": ["1.3", "1.2"]})") ==
        at + ".versions: the lowest version must come first");
  CHECK(tls_error(R"({"versions": ["1.2", "1.4"]})") ==
        at + ".versions: must be one of 1.0, 1.1, 1.2, 1.3");
}

TEST_CASE("under TLS a server does not offer STARTTLS again", "[sink][persona]") {
  const auto under_tls = [](const std::string& ehlo, const std::string& more = "") {
    std::string json = with_greeting("[]");
    const std::string defaults = "\"ehlo\": []";
    json.replace(json.find(defaults), defaults.size(), "\"ehlo\": [{\"send\": \"" + ehlo + "\"}]");
    json.insert(json.rfind("}]}"), more);
    const auto read = read_personas(json);
    REQUIRE(read.ok());
    return read->at(0).script(Trigger::ehlo_tls).at(0).octets;
  };
  CHECK(under_tls(R"(250-a\r\n250-STARTTLS\r\n250 B\r\n)") == "250-a\r\n250 B\r\n");
  CHECK(under_tls(R"(250-a\n250-STARTTLS\n250 B\n)") == "250-a\n250 B\n");
  CHECK(under_tls(R"(250-a\r\n250 STARTTLS\r\n)") == "250-a\r\n250 HELP\r\n");
  CHECK(under_tls(R"(250 a\r\n)") == "250 a\r\n");
  CHECK(under_tls(R"(250-STARTTLS)") == "");
  CHECK(under_tls("250 a", R"(, "ehlo_tls": [{"send": "250 STARTTLS"}])") == "250 STARTTLS");
  CHECK(under_tls("250 a", R"(, "ehlo": [{"send": "250 b"}])") == "250 b");
}

TEST_CASE("with implicit TLS a fleet no longer expects anything from before STARTTLS",
          "[sink][persona]") {
  std::vector<Persona> personas = *read_personas(builtin_personas());
  REQUIRE(keep_only(personas, {"busy_421", "starttls_454", "alert_internal_error", "plain",
                               "plaintext_after_220"}) == std::nullopt);
  CHECK_FALSE(speaks_tls(personas[1]));
  begin_with_tls(personas);
  for (const Persona& persona : personas) {
    CHECK(persona.implicit_tls);
    CHECK(speaks_tls(persona));
    CHECK(persona.expect.tls.offered == "");
  }
  CHECK(personas[0].expect.outcome == Outcome::refused);
  CHECK(personas[0].expect.phase == Phase::greeting);
  CHECK(personas[1].expect.outcome == Outcome::ok);
  CHECK(personas[1].expect.phase == Phase::quit);
  CHECK(personas[1].expect.cause == Cause::none);
  CHECK(personas[2].expect.outcome == Outcome::failed);
  CHECK(personas[2].expect.phase == Phase::tls);
  CHECK(personas[2].expect.cause == Cause::tls_alert);
  CHECK(personas[3].expect.tls.version == "TLSv1.3");
  CHECK_FALSE(personas[4].expect.anomalies.has_value());
}

TEST_CASE("a server's name is made from its address", "[sink][persona]") {
  CHECK(host_name(*parse_address("127.1.2.3")) == "mx-127-1-2-3.sink.test");
  CHECK(host_name(*parse_address("::1")) == "mx---1.sink.test");
}

TEST_CASE("only named personas are kept", "[sink][persona]") {
  std::vector<Persona> personas = *read_personas(builtin_personas());
  CHECK(keep_only(personas, {"silent", "nobody"}) == "nobody");
  CHECK(personas.size() == 64);
  CHECK(keep_only(personas, {"silent", "plain"}) == std::nullopt);
  REQUIRE(personas.size() == 2);
  CHECK(personas[0].name == "silent");
  CHECK(personas[1].name == "plain");
}

TEST_CASE("a delay comes before the first step of a greeting", "[sink][persona]") {
  std::vector<Persona> personas = *read_personas(builtin_personas());
  REQUIRE(keep_only(personas, {"plain", "slow_greeting"}) == std::nullopt);
  delay_greetings(personas, std::chrono::milliseconds(200));
  CHECK(personas[0].script(Trigger::greeting).at(0).after == std::chrono::milliseconds(200));
  CHECK(personas[1].script(Trigger::greeting).at(0).after == std::chrono::milliseconds(3200));
}

}  // namespace
}  // namespace mxsweep::sink
