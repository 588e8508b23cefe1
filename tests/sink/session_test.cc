// SPDX-License-Identifier: MIT
#include "mxsweep/sink/session.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sink/stage.h"
#include "sink/tls_client.h"
#include "support/catch.h"

namespace mxsweep::sink {
namespace {

Persona persona_with(const std::string& scripts) {
  auto read = read_personas(
      R"({"defaults": {"greeting": [{"send": "220 hi\r\n"}], "ehlo": [{"send": "250 ehlo\r\n"}],
          "helo": [{"send": "250 helo\r\n"}], "starttls": [{"send": "454 tls\r\n"}],
          "noop": [{"send": "250 noop\r\n"}], "other": [{"send": "502 other\r\n"}],
          "quit": [{"send": "221 bye\r\n", "do": "close"}]},
        "personas": [{"name": "p", "weight": 1)" +
      scripts + R"(, "expect": {"outcome": "ok", "phase": "quit", "cause": "none"}}]})");
  REQUIRE(read.ok());
  return std::move(read->at(0));
}

TEST_CASE("a tarpit sends one octet per second", "[sink][session]") {
  Stage stage(builtin("tarpit"));
  CHECK(stage.receive(0) == "2");
  CHECK(stage.receive(999) == "");
  CHECK(stage.receive(1) == "2");
  CHECK(stage.receive(3000) == "0 m");
}

TEST_CASE("a trickled text ends without a last wait", "[sink][session]") {
  const Persona persona =
      persona_with(R"(, "greeting": [{"send": "220\r\n", "octets_per_s": 2, "do": "close"}])");
  Stage stage(persona);
  CHECK(stage.receive(10'000) == "220\r\n");
  CHECK(stage.ms() == 2000);
  CHECK(stage.ended() == Reaction::End::close);
}

TEST_CASE("a flood stops growing at its maximum and then hangs", "[sink][session]") {
  Stage stage(builtin("flood"));
  const std::size_t octets = stage.receive(0).size();
  CHECK(octets >= kFloodOctetsMax);
  CHECK(octets < kFloodOctetsMax + kFloodChunkOctets * 2);
  CHECK(stage.send("QUIT\r\n") == "");
  CHECK(stage.ended() == Reaction::End::no);
  CHECK_FALSE(stage.wakes());
}

TEST_CASE("a flood sends each chunk after the previous one was sent", "[sink][session]") {
  Session session(builtin("long_line_flood"), *parse_address("127.0.0.1"));
  Reaction reaction = session.on_start(Instant{});
  CHECK(reaction.send == "220-");
  CHECK(reaction.report_sent);
  reaction = session.on_bytes("QUIT\r\n", Instant{});
  CHECK(reaction.send.empty());
  reaction = session.on_sent(Instant{});
  CHECK(reaction.send.size() <= kFloodChunkOctets);
  CHECK(reaction.report_sent);
  CHECK(session.out_of_turn() == 6);
}

TEST_CASE("a long text, or one with a name in it, must be confirmed when it has been sent",
          "[sink][session]") {
  Session plain(builtin("plain"), *parse_address("127.0.0.1"));
  CHECK_FALSE(plain.on_start(Instant{}).report_sent);
  Session huge(builtin("huge_ehlo"), *parse_address("127.0.0.1"));
  Reaction greeting = huge.on_start(Instant{});
  CHECK(greeting.report_sent);
  CHECK(greeting.send == "220 mx-127-0-0-1.sink.test ESMTP\r\n");
  CHECK(huge.on_sent(Instant{}).send.empty());
  CHECK(huge.on_bytes("EHLO x\r\n", Instant{}).report_sent);
}

TEST_CASE("a second recipient of a transaction is answered as a foreign one", "[sink][session]") {
  const Persona persona = persona_with(
      R"(, "mail": [{"send": "250 mail\r\n"}], "rcpt": [{"send": "250 rcpt\r\n"}],
          "relay": [{"send": "554 relay\r\n"}])");
  Stage stage(persona);
  REQUIRE(stage.receive(0) == "220 hi\r\n");
  for (int transaction = 0; transaction < 2; ++transaction) {
    CHECK(stage.send("MAIL FROM:<> SIZE=1\r\n") == "250 mail\r\n");
    CHECK(stage.send("RCPT TO:<a@b.test>\r\n") == "250 rcpt\r\n");
    CHECK(stage.send("rcpt to:<a@c.test>\r\n") == "554 relay\r\n");
    CHECK(stage.send("RSET\r\n") == "250 noop\r\n");
  }
}

TEST_CASE("commands are recognised in any case and with any line end", "[sink][session]") {
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
    REQUIRE(whole.receive(0) == "220 hi\r\n");
    CHECK(whole.send(command) == reply);

    Stage cut(persona);
    REQUIRE(cut.receive(0) == "220 hi\r\n");
    for (const char& c : command.substr(0, command.size() - 1)) {
      REQUIRE(cut.send({&c, 1}) == "");
    }
    CHECK(cut.send("\n") == reply);
    CHECK(cut.out_of_turn() == 0);
  }
}

TEST_CASE("commands sent at once are answered in order, and counted", "[sink][session]") {
  const Persona persona = persona_with("");
  Stage stage(persona);
  REQUIRE(stage.receive(0) == "220 hi\r\n");
  CHECK(stage.send("EHLO a\r\nNOOP\r\nQU") == "250 ehlo\r\n250 noop\r\n");
  CHECK(stage.out_of_turn() == 8);
  CHECK(stage.send("IT\r\n") == "221 bye\r\n");
  CHECK(stage.ended() == Reaction::End::close);
  CHECK(stage.out_of_turn() == 8);
}

TEST_CASE("octets before the end of the greeting are out of turn, and answered after it",
          "[sink][session]") {
  Stage stage(builtin("postscreen"));
  CHECK(stage.receive(5'000) == "220-mx-127-1-2-3.sink.test ESMTP Postfix\r\n");
  CHECK(stage.send("NOOP\r\n") == "");
  CHECK(stage.out_of_turn() == 6);
  CHECK(stage.receive(1'000) == "220 mx-127-1-2-3.sink.test ESMTP Postfix\r\n250 2.0.0 Ok\r\n");
  CHECK(stage.ms() == 6'000);
  CHECK(stage.send("NOOP\r\n") == "250 2.0.0 Ok\r\n");
  CHECK(stage.out_of_turn() == 6);
}

TEST_CASE("octets to a server that never greets are out of turn", "[sink][session]") {
  Stage stage(builtin("silent"));
  CHECK(stage.send("EHLO client.test\r\n") == "");
  CHECK(stage.out_of_turn() == 18);
}

TEST_CASE("octets after the last of a reply are in turn, although its script has not ended",
          "[sink][session]") {
  const Persona persona =
      persona_with(R"(, "greeting": [{"send": "421 no\r\n"}, {"after_ms": 50, "do": "close"}])");
  Stage stage(persona);
  CHECK(stage.send("QUIT\r\n") == "421 no\r\n");
  CHECK(stage.out_of_turn() == 0);
  CHECK(stage.receive(100) == "");
  CHECK(stage.ms() == 50);
  CHECK(stage.ended() == Reaction::End::close);
}

TEST_CASE("a command without an end is cut at its limit and is unknown", "[sink][session]") {
  const Persona persona = persona_with("");
  Stage stage(persona);
  REQUIRE(stage.receive(0) == "220 hi\r\n");
  CHECK(stage.send(std::string(kCommandOctetsMax - 1, 'x')) == "");
  CHECK(stage.send("xx") == "502 other\r\n");
}

TEST_CASE("a client that sends too many commands is closed", "[sink][session]") {
  const Persona persona = persona_with("");
  Stage stage(persona);
  REQUIRE(stage.receive(0) == "220 hi\r\n");
  for (int i = 1; i < kCommandsMax; ++i) REQUIRE(stage.send("NOOP\r\n") == "250 noop\r\n");
  CHECK(stage.send("NOOP\r\n") == "");
  CHECK(stage.ended() == Reaction::End::close);
}

}  // namespace
}  // namespace mxsweep::sink
