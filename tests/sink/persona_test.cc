// SPDX-License-Identifier: MIT
#include "mxsweep/sink/persona.h"

#include <algorithm>
#include <string>

#include "support/catch.h"

namespace mxsweep::sink {
namespace {

// A fleet of one whose greeting is `greeting`, with everything else in order.
std::string with_greeting(const std::string& greeting) {
  return R"({"defaults": {"ehlo": [], "helo": [], "starttls": [], "noop": [], "quit": [],
                          "other": []},
             "personas": [{"name": "p", "weight": 1,
                           "expect": {"outcome": "ok", "phase": "quit", "cause": "none"},
                           "greeting": )" +
         greeting + "}]}";
}

Script greeting_of(const std::string& greeting) {
  const PersonasRead read = read_personas(with_greeting(greeting));
  REQUIRE(read.error == "");
  return read.personas.at(0).script(Part::greeting);
}

std::string error_of(const std::string& json) {
  const PersonasRead read = read_personas(json);
  CHECK(read.personas.empty());
  return read.error;
}

TEST_CASE("the built-in personas are read, and 600 parts of 1000 are decent servers",
          "[sink][persona]") {
  const PersonasRead read = read_personas(builtin_personas());
  REQUIRE(read.error == "");
  CHECK(read.personas.size() == 30);
  std::uint32_t sum = 0;
  std::uint32_t decent = 0;
  for (const Persona& persona : read.personas) {
    sum += persona.weight;
    const bool plain_like =
        persona.name == "plain" || persona.name == "exim" || persona.name == "exchange";
    if (plain_like) decent += persona.weight;
  }
  CHECK(sum == 1000);
  CHECK(decent == 600);
}

TEST_CASE("the plain persona needs no memory of its own", "[sink][persona]") {
  const PersonasRead read = read_personas(builtin_personas());
  REQUIRE(read.error == "");
  const Persona& plain = read.personas.at(0);
  REQUIRE(plain.name == "plain");
  for (const Script& script : plain.scripts) {
    REQUIRE(script.size() == 1);
    CHECK_FALSE(script[0].names_host);
  }
}

TEST_CASE("a step says when, what, how fast, how often and what then", "[sink][persona]") {
  const Script script = greeting_of(
      R"([{"after_ms": 1500, "send": "220-{host}\r\n", "octets_per_s": 4},
          {"hex": "00fF41", "after_ms": 1, "do": "reset"}])");
  REQUIRE(script.size() == 2);
  CHECK(script[0].after == std::chrono::milliseconds(1500));
  CHECK(script[0].octets == "220-{host}\r\n");
  CHECK(script[0].octet_interval == std::chrono::milliseconds(250));
  CHECK(script[0].names_host);
  CHECK(script[0].deed == Deed::none);
  CHECK(script[1].octets == std::string("\0\xff"
                                        "A",
                                        3));
  CHECK(script[1].octet_interval == Duration::zero());
  CHECK_FALSE(script[1].names_host);
  CHECK(script[1].deed == Deed::reset);
}

TEST_CASE("steps without a wait between them become one", "[sink][persona]") {
  const Script script =
      greeting_of(R"([{"send": "220 "}, {"hex": "fc"}, {"send": "{host}\r\n"}, {"do": "close"}])");
  REQUIRE(script.size() == 1);
  CHECK(script[0].octets == "220 \xfc{host}\r\n");
  CHECK(script[0].names_host);
  CHECK(script[0].deed == Deed::close);
}

TEST_CASE("repetitions are counted and written out", "[sink][persona]") {
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

TEST_CASE("a persona takes from the defaults what it lacks", "[sink][persona]") {
  const PersonasRead read = read_personas(R"({
      "personas": [{"name": "p", "weight": 7, "quit": [{"do": "reset"}],
                    "expect": {"outcome": "failed", "phase": "ehlo", "cause": "net.reset"}}],
      "defaults": {"greeting": [{"send": "220\r\n"}], "ehlo": [], "helo": [], "starttls": [],
                   "noop": [], "quit": [{"do": "close"}], "other": []}})");
  REQUIRE(read.error == "");
  const Persona& persona = read.personas.at(0);
  CHECK(persona.weight == 7);
  CHECK(persona.expect.outcome == Outcome::failed);
  CHECK(persona.expect.phase == Phase::ehlo);
  CHECK(persona.expect.cause == Cause::net_reset);
  CHECK(persona.script(Part::greeting).at(0).octets == "220\r\n");
  CHECK(persona.script(Part::quit).at(0).deed == Deed::reset);
}

TEST_CASE("a mistake in a step is named with its place", "[sink][persona]") {
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
        at + ": more than 65536 octets written out; \"forever\" has no such limit");
  CHECK(step_error(R"({"send": ")" + std::string(65537, 'x') + R"("})") ==
        at + ": too many octets");
  CHECK(step_error(R"({"do": "explode"})") == at + ".do: must be \"close\", \"reset\" or \"hang\"");
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

TEST_CASE("a mistake around the personas is named with its place", "[sink][persona]") {
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
  CHECK(error_of(R"({"defaults": {"mail": []}})") == "defaults.mail: unknown key");
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
  CHECK(persona_error(R"("name": "a", "mail": [])") == "personas[0] (a).mail: unknown key");
}

TEST_CASE("a text that is not JSON is told where it stops being JSON", "[sink][persona]") {
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

TEST_CASE("two personas can't share a name", "[sink][persona]") {
  const std::string p = R"({"name": "p", "weight": 1, "greeting": [], "ehlo": [], "helo": [],
      "starttls": [], "noop": [], "quit": [], "other": [],
      "expect": {"outcome": "ok", "phase": "quit", "cause": "none"}})";
  CHECK(error_of(R"({"personas": [)" + p + "," + p + "]}") ==
        "personas[1] (p).name: stands for two personas");
}

TEST_CASE("what a persona expects is said in the record's words", "[sink][persona]") {
  const auto expect_error = [](const std::string& expect) {
    return error_of(R"({"personas": [{"name": "a", "expect": )" + expect + "}]}");
  };
  const std::string at = "personas[0] (a).expect";
  CHECK(expect_error("1") == at + ": must be an object");
  CHECK(expect_error(R"({"outcome": "fine"})") == at + ".outcome: there is no outcome \"fine\"");
  CHECK(expect_error(R"({"phase": "data"})") == at + ".phase: there is no phase \"data\"");
  CHECK(expect_error(R"({"cause": "bad.luck"})") == at + ".cause: there is no cause \"bad.luck\"");
  CHECK(expect_error(R"({"why": "x"})") == at + ".why: unknown key");
  CHECK(expect_error(R"({"outcome": "ok", "phase": "quit"})") ==
        at + ": needs outcome, phase and cause");
  CHECK(expect_error(R"({"outcome": "ok", "phase": "quit", "cause": "net.reset"})") ==
        at + ": outcome \"ok\" and cause \"none\" belong together");
}

TEST_CASE("a server's name is made from its address", "[sink][persona]") {
  CHECK(host_name(*parse_address("127.1.2.3")) == "mx-127-1-2-3.sink.test");
  CHECK(host_name(*parse_address("::1")) == "mx---1.sink.test");
}

TEST_CASE("only the personas that are named are kept", "[sink][persona]") {
  std::vector<Persona> personas = read_personas(builtin_personas()).personas;
  CHECK(keep_only(personas, {"silent", "nobody"}) == "nobody");
  CHECK(personas.size() == 30);
  CHECK(keep_only(personas, {"silent", "plain"}) == "");
  REQUIRE(personas.size() == 2);
  CHECK(personas[0].name == "silent");
  CHECK(personas[1].name == "plain");
}

TEST_CASE("a delay comes before whatever a greeting did first", "[sink][persona]") {
  std::vector<Persona> personas = read_personas(builtin_personas()).personas;
  REQUIRE(keep_only(personas, {"plain", "slow_greeting"}) == "");
  delay_greetings(personas, std::chrono::milliseconds(200));
  CHECK(personas[0].script(Part::greeting).at(0).after == std::chrono::milliseconds(200));
  CHECK(personas[1].script(Part::greeting).at(0).after == std::chrono::milliseconds(3200));
}

}  // namespace
}  // namespace mxsweep::sink
