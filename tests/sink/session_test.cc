// SPDX-License-Identifier: MIT
#include "mxsweep/sink/session.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sink/stage.h"
#include "support/catch.h"

namespace mxsweep::sink {
namespace {

const Persona& builtin(std::string_view name) {
  static const std::vector<Persona> personas = read_personas(builtin_personas()).personas;
  for (const Persona& persona : personas) {
    if (persona.name == name) return persona;
  }
  FAIL("no such persona");
  return personas.front();
}

Persona persona_with(const std::string& scripts) {
  PersonasRead read = read_personas(
      R"({"defaults": {"greeting": [{"send": "220 hi\r\n"}], "ehlo": [{"send": "250 ehlo\r\n"}],
          "helo": [{"send": "250 helo\r\n"}], "starttls": [{"send": "454 tls\r\n"}],
          "noop": [{"send": "250 noop\r\n"}], "other": [{"send": "502 other\r\n"}],
          "quit": [{"send": "221 bye\r\n", "do": "close"}]},
        "personas": [{"name": "p", "weight": 1)" +
      scripts + R"(, "expect": {"outcome": "ok", "phase": "quit", "cause": "none"}}]})");
  REQUIRE(read.error == "");
  return std::move(read.personas.at(0));
}

// One line for each thing that the server did: when, and what (of many lines the first).
class Transcript {
 public:
  void add(const Stage& stage, std::string_view octets) {
    if (!octets.empty()) {
      begin(stage);
      const std::size_t first =
          std::min(octets.find('\n'), std::min<std::size_t>(octets.size(), 80) - 1);
      for (const char c : octets.substr(0, first + 1)) write(c);
      const auto more = std::count(octets.begin(), octets.end(), '\n') - 1;
      if (more > 0) text_ += " and " + std::to_string(more) + " more";
    }
    if (stage.ended() == Reaction::End::no) return;
    begin(stage);
    text_ += stage.ended() == Reaction::End::close ? "CLOSE" : "RESET";
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void begin(const Stage& stage) {
    if (!text_.empty()) text_ += " | ";
    text_ += std::to_string(stage.ms()) + " ";
  }
  void write(char c) {
    if (c == '\r') {
      text_ += "<CR>";
    } else if (c == '\n') {
      text_ += "<LF>";
    } else if (c >= ' ' && c <= '~') {
      text_ += c;
    } else {
      text_ += '#';
    }
  }
  std::string text_;
};

bool is_complete(const std::string& heard) {
  if (!heard.ends_with("\n")) return false;
  const std::size_t before = heard.rfind('\n', heard.size() - 2);
  const std::size_t last = before == std::string::npos ? 0 : before + 1;
  return heard.size() > last + 3 && heard[last + 3] == ' ';
}

bool is_refusal(const std::string& heard) {
  return !heard.empty() && (heard[0] == '4' || heard[0] == '5');
}

// A polite client with patience for 12 s: QUIT after a refusal, HELO after a refused EHLO, nothing
// to what is not SMTP.
std::string converse(std::string_view name) {
  Transcript transcript;
  Stage stage(builtin(name));
  std::string heard = stage.listen(12'000);
  transcript.add(stage, heard);
  // Answers whether there is something to go on with.
  const auto ask = [&](std::string_view command) {
    heard = stage.say(command);
    transcript.add(stage, heard);
    return stage.ended() == Reaction::End::no;
  };
  const bool greeted = is_complete(heard) && (is_refusal(heard) || heard[0] == '2');
  if (stage.ended() != Reaction::End::no || !greeted || stage.wakes()) return transcript.text();
  if (heard[0] == '2') {
    if (!ask("EHLO client.test\r\n")) return transcript.text();
    if (is_refusal(heard) && !ask("HELO client.test\r\n")) return transcript.text();
  }
  ask("QUIT\r\n");
  CHECK(stage.out_of_turn() == 0);
  return transcript.text();
}

struct Expectation {
  std::string_view persona;
  std::string_view transcript;
};

constexpr Expectation kExpectations[] = {
    {"plain",
     "0 220 mail.sink.test ESMTP Postfix<CR><LF> | "
     "0 250-mail.sink.test<CR><LF> and 7 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"exim",
     "0 220 mx-127-1-2-3.sink.test ESMTP Exim 4.96 Sun, 22 Nov 2026 10:15:00 +0000<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test Hello client.sink.test [127.0.0.1]<CR><LF> and 8 more | "
     "0 221 mx-127-1-2-3.sink.test closing connection<CR><LF> | "
     "0 CLOSE"},
    {"exchange",
     "0 220 mx-127-1-2-3.sink.test Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 202 | "
     "0 250-mx-127-1-2-3.sink.test Hello [127.0.0.1]<CR><LF> and 13 more | "
     "0 221 2.0.0 Service closing transmission channel<CR><LF> | "
     "0 CLOSE"},
    {"multi_line_greeting",
     "0 220-mx-127-1-2-3.sink.test ESMTP<CR><LF> and 3 more | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"postscreen",
     "6000 220-mx-127-1-2-3.sink.test ESMTP Postfix<CR><LF> and 1 more | "
     "6000 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "6000 221 2.0.0 Bye<CR><LF> | "
     "6000 CLOSE"},
    {"slow_greeting",
     "3000 220 mx-127-1-2-3.sink.test ESMTP Sendmail 8.17.1<CR><LF> | "
     "3000 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "3000 221 2.0.0 Bye<CR><LF> | "
     "3000 CLOSE"},
    {"silent", ""},
    {"tarpit", "12000 220 mx-127-1-"},
    {"flood",
     "0 220-mx-127-1-2-3.sink.test one more line of an endless greeting<CR><LF> and 64795 more"},
    {"long_line_flood",
     "0 220-a line without an end a line without an end a line without an end a line wit"},
    {"busy_421",
     "0 421 4.3.2 All server ports are busy<CR><LF> | "
     "0 CLOSE"},
    {"blocked_554",
     "0 554 5.7.1 Service unavailable; client [127.0.0.1] blocked using dnsbl.sink.test<CR> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"greeting_521",
     "0 521 mx-127-1-2-3.sink.test does not accept mail<CR><LF> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"ehlo_refused_helo_ok",
     "0 220 mx-127-1-2-3.sink.test SMTP<CR><LF> | "
     "0 502 Command not implemented<CR><LF> | "
     "0 250 mx-127-1-2-3.sink.test<CR><LF> | "
     "0 221 Bye<CR><LF> | "
     "0 CLOSE"},
    {"ehlo_and_helo_refused",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 502 Command not implemented<CR><LF> | "
     "0 502 Command not implemented<CR><LF> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"ehlo_busy_4xx",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 451 Requested action aborted: local error in processing<CR><LF> | "
     "0 250 mx-127-1-2-3.sink.test<CR><LF> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"huge_ehlo",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 299 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"bare_lf",
     "0 220 mx-127-1-2-3.sink.test ESMTP<LF> | "
     "0 250-mx-127-1-2-3.sink.test<LF> and 2 more | "
     "0 221 Bye<LF> | "
     "0 CLOSE"},
    {"eight_bit",
     "0 220 mx-127-1-2-3.sink.test ESMTP Gr## Gott<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test gr##t Sie<CR><LF> and 1 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"not_smtp_http",
     "0 HTTP/1.1 400 Bad Request<CR><LF> and 3 more | "
     "0 CLOSE"},
    {"not_smtp_ssh", "0 SSH-2.0-OpenSSH_9.2p1<CR><LF>"},
    {"tls_first",
     "0 ######P | "
     "0 CLOSE"},
    {"nul_octets", "0 ####220 mx-127-1-2-3.sink.test ESMTP<CR><LF>"},
    {"half_line_close",
     "0 220 mail.sink.te | "
     "0 CLOSE"},
    {"close_at_connect", "0 CLOSE"},
    {"reset_at_greeting", "1000 RESET"},
    {"reset_at_ehlo",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 RESET"},
    {"reset_at_quit",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 RESET"},
    {"never_closes",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 221 2.0.0 Bye<CR><LF>"},
    {"no_221",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 CLOSE"},
};

TEST_CASE("every built-in persona plays its part", "[sink][session]") {
  for (const auto& [persona, transcript] : kExpectations) {
    INFO(persona);
    CHECK(converse(persona) == transcript);
  }
}

TEST_CASE("there is a transcript for every built-in persona", "[sink][session]") {
  const std::vector<Persona> personas = read_personas(builtin_personas()).personas;
  REQUIRE(personas.size() == std::size(kExpectations));
  for (std::size_t i = 0; i < personas.size(); ++i) {
    CHECK(personas[i].name == kExpectations[i].persona);
  }
}

TEST_CASE("a tarpit sends an octet a second", "[sink][session]") {
  Stage stage(builtin("tarpit"));
  CHECK(stage.listen(0) == "2");
  CHECK(stage.listen(999) == "");
  CHECK(stage.listen(1) == "2");
  CHECK(stage.listen(3000) == "0 m");
}

TEST_CASE("a trickled text ends without a last wait", "[sink][session]") {
  const Persona persona =
      persona_with(R"(, "greeting": [{"send": "220\r\n", "octets_per_s": 2, "do": "close"}])");
  Stage stage(persona);
  CHECK(stage.listen(10'000) == "220\r\n");
  CHECK(stage.ms() == 2000);
  CHECK(stage.ended() == Reaction::End::close);
}

TEST_CASE("a flood stops growing at its maximum and then hangs", "[sink][session]") {
  Stage stage(builtin("flood"));
  const std::size_t octets = stage.listen(0).size();
  CHECK(octets >= kFloodOctetsMax);
  CHECK(octets < kFloodOctetsMax + kFloodChunkOctets * 2);
  CHECK(stage.say("QUIT\r\n") == "");
  CHECK(stage.ended() == Reaction::End::no);
  CHECK_FALSE(stage.wakes());
}

TEST_CASE("a flood waits for each chunk to leave before the next", "[sink][session]") {
  Session session(builtin("long_line_flood"), *parse_address("127.0.0.1"));
  Reaction reaction = session.on_start(Instant{});
  CHECK(reaction.send == "220-");
  CHECK(reaction.tell);
  reaction = session.on_bytes("QUIT\r\n", Instant{});
  CHECK(reaction.send.empty());
  reaction = session.on_sent(Instant{});
  CHECK(reaction.send.size() <= kFloodChunkOctets);
  CHECK(reaction.tell);
  CHECK(session.out_of_turn() == 6);
}

TEST_CASE("a long text or one with a name in it asks to be told when it has left",
          "[sink][session]") {
  Session plain(builtin("plain"), *parse_address("127.0.0.1"));
  CHECK_FALSE(plain.on_start(Instant{}).tell);
  Session huge(builtin("huge_ehlo"), *parse_address("127.0.0.1"));
  Reaction greeting = huge.on_start(Instant{});
  CHECK(greeting.tell);
  CHECK(greeting.send == "220 mx-127-0-0-1.sink.test ESMTP\r\n");
  CHECK(huge.on_sent(Instant{}).send.empty());
  CHECK(huge.on_bytes("EHLO x\r\n", Instant{}).tell);
}

TEST_CASE("commands are known in any case and with any line end", "[sink][session]") {
  const Persona persona = persona_with("");
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"EHLO a\r\n", "250 ehlo\r\n"},
      {"ehlo a\n", "250 ehlo\r\n"},
      {"EhLo\r\n", "250 ehlo\r\n"},
      {"HELO a\r\n", "250 helo\r\n"},
      {"NOOP\r\n", "250 noop\r\n"},
      {"RSET\r\n", "250 noop\r\n"},
      {"STARTTLS\n", "454 tls\r\n"},
      {"EHLOX\r\n", "502 other\r\n"},
      {"EHL\r\n", "502 other\r\n"},
      {" QUIT\r\n", "502 other\r\n"},
      {"MAIL FROM:<>\r\n", "502 other\r\n"},
      {"\r\n", "502 other\r\n"},
      {"\n", "502 other\r\n"},
      {"QUIT\r\n", "221 bye\r\n"},
  };
  for (const auto& [command, reply] : cases) {
    INFO(command);
    Stage whole(persona);
    REQUIRE(whole.listen(0) == "220 hi\r\n");
    CHECK(whole.say(command) == reply);

    Stage cut(persona);
    REQUIRE(cut.listen(0) == "220 hi\r\n");
    for (const char& c : command.substr(0, command.size() - 1)) {
      REQUIRE(cut.say({&c, 1}) == "");
    }
    CHECK(cut.say("\n") == reply);
    CHECK(cut.out_of_turn() == 0);
  }
}

TEST_CASE("commands in one breath are answered in turn, and counted", "[sink][session]") {
  const Persona persona = persona_with("");
  Stage stage(persona);
  REQUIRE(stage.listen(0) == "220 hi\r\n");
  CHECK(stage.say("EHLO a\r\nNOOP\r\nQU") == "250 ehlo\r\n250 noop\r\n");
  CHECK(stage.out_of_turn() == 8);
  CHECK(stage.say("IT\r\n") == "221 bye\r\n");
  CHECK(stage.ended() == Reaction::End::close);
  CHECK(stage.out_of_turn() == 8);
}

TEST_CASE("octets before the whole greeting are out of turn, and answered after it",
          "[sink][session]") {
  Stage stage(builtin("postscreen"));
  CHECK(stage.listen(5'000) == "220-mx-127-1-2-3.sink.test ESMTP Postfix\r\n");
  CHECK(stage.say("NOOP\r\n") == "");
  CHECK(stage.out_of_turn() == 6);
  CHECK(stage.listen(1'000) == "220 mx-127-1-2-3.sink.test ESMTP Postfix\r\n250 2.0.0 Ok\r\n");
  CHECK(stage.ms() == 6'000);
  CHECK(stage.say("NOOP\r\n") == "250 2.0.0 Ok\r\n");
  CHECK(stage.out_of_turn() == 6);
}

TEST_CASE("octets to a server that never greets are out of turn", "[sink][session]") {
  Stage stage(builtin("silent"));
  CHECK(stage.say("EHLO client.test\r\n") == "");
  CHECK(stage.out_of_turn() == 18);
}

TEST_CASE("octets after the last of a reply are in turn, although its end is still to come",
          "[sink][session]") {
  const Persona persona =
      persona_with(R"(, "greeting": [{"send": "421 no\r\n"}, {"after_ms": 50, "do": "close"}])");
  Stage stage(persona);
  CHECK(stage.say("QUIT\r\n") == "421 no\r\n");
  CHECK(stage.out_of_turn() == 0);
  CHECK(stage.listen(100) == "");
  CHECK(stage.ms() == 50);
  CHECK(stage.ended() == Reaction::End::close);
}

TEST_CASE("a command without an end is cut at its maximum and is no command", "[sink][session]") {
  const Persona persona = persona_with("");
  Stage stage(persona);
  REQUIRE(stage.listen(0) == "220 hi\r\n");
  CHECK(stage.say(std::string(kCommandOctetsMax - 1, 'x')) == "");
  CHECK(stage.say("xx") == "502 other\r\n");
}

TEST_CASE("a client that goes on and on is closed", "[sink][session]") {
  const Persona persona = persona_with("");
  Stage stage(persona);
  REQUIRE(stage.listen(0) == "220 hi\r\n");
  for (int i = 1; i < kCommandsMax; ++i) REQUIRE(stage.say("NOOP\r\n") == "250 noop\r\n");
  CHECK(stage.say("NOOP\r\n") == "");
  CHECK(stage.ended() == Reaction::End::close);
}

}  // namespace
}  // namespace mxsweep::sink
