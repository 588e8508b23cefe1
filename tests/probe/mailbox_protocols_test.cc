// SPDX-License-Identifier: MIT
// Conversations in IMAP and POP3.
#include <memory>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/results/json_writer.h"
#include "probe/transcript.h"
#include "support/catch.h"

namespace mxsweep::probe {
namespace {

Plan plan_in(Protocol protocol, Depth depth = Depth::tls) {
  Plan plan("scanner.test");
  plan.protocol = protocol;
  plan.depth = depth;
  return plan;
}

// In whole lines, in pieces of every small size, and ahead of our commands.
void play_in(Protocol protocol, const std::string& text, Depth depth = Depth::tls) {
  const Plan plan = plan_in(protocol, depth);
  for (const int piece : {100'000, 1, 2, 3, 7, 64}) {
    CAPTURE(piece);
    Transcript(plan, static_cast<std::size_t>(piece)).play(text);
  }
  bool more = true;
  for (std::size_t cut = 0; more; ++cut) {
    CAPTURE(cut);
    more = Transcript(plan, 1).play_ahead(text, cut);
  }
}

std::string json_in(Protocol protocol, const std::string& text) {
  const Plan plan = plan_in(protocol);
  Transcript transcript(plan, 100'000);
  transcript.play(text);
  std::string json;
  results::append_json(transcript.record(), json);
  return json;
}

bool has(const std::string& json, std::string_view part) { return json.find(part) != json.npos; }

TEST_CASE("IMAP: greeting, CAPABILITY, LOGOUT, and the server's close", "[probe]") {
  play_in(Protocol::imap, R"(
    S: * OK ready
    C: a1 CAPABILITY
    S: * CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN
    S: a1 OK done
    C: a4 LOGOUT
    S: * BYE logging out
    S: a4 OK done
    [close]
    = ok quit none)");
}

TEST_CASE("IMAP: CAPABILITY is not sent where the greeting answers it", "[probe]") {
  constexpr auto kText = R"(
    S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS] ready
    C: a4 LOGOUT
    S: * BYE logging out
    S: a4 OK done
    [close]
    = ok quit none)";
  play_in(Protocol::imap, kText);
  const std::string json = json_in(Protocol::imap, kText);
  CHECK(has(json, R"("protocol":"imap")"));
  CHECK(has(json, R"("ehlo":{"verb":"CAPABILITY","status":"OK","extensions":{"IMAP4REV1":"")"));
  CHECK(has(json, R"("starttls":{"offered":"yes"})"));
  CHECK_FALSE(has(json, R"("code")"));
}

TEST_CASE("IMAP: parameters of one keyword are listed together", "[probe]") {
  const std::string json = json_in(Protocol::imap, R"(
    S: * OK ready
    C: a1 CAPABILITY
    S: * CAPABILITY AUTH=PLAIN IMAP4rev1 AUTH=LOGIN
    S: a1 OK done
    C: a4 LOGOUT
    S: a4 OK done
    [close]
    = ok quit none)");
  CHECK(has(json, R"("extensions":{"AUTH":"PLAIN LOGIN","IMAP4REV1":""}})"));
  CHECK(has(json, R"("greeting":{"status":"OK","text":["ready"]})"));
  CHECK(has(json, R"("offered":"no")"));
}

TEST_CASE("IMAP: at depth greeting nothing but LOGOUT is sent", "[probe]") {
  play_in(Protocol::imap, R"(
    S: * OK ready
    C: a4 LOGOUT
    S: * BYE bye
    S: a4 OK done
    [close]
    = ok quit none)",
          Depth::greeting);
}

TEST_CASE("IMAP: BYE in the greeting is a refusal, by its code or its words", "[probe]") {
  play_in(Protocol::imap, R"(
    S: * BYE [UNAVAILABLE] not now
    [close]
    = refused greeting tempfail.unspecified)");
  play_in(Protocol::imap, R"(
    S: * BYE Too many connections from your address
    [close]
    = refused greeting throttled.connections)");
}

TEST_CASE("IMAP: the reply to another command is stray, and its own is awaited", "[probe]") {
  play_in(Protocol::imap, R"(
    S: * OK ready
    C: a1 CAPABILITY
    S: a9 OK done
    S: * CAPABILITY IMAP4rev1
    S: a1 OK done
    C: a4 LOGOUT
    S: a4 OK done
    [close]
    = ok quit none stray_reply)");
}

TEST_CASE("IMAP: a literal that never ends is a tarpit, a huge one a flood", "[probe]") {
  play_in(Protocol::imap, R"(
    S: * OK ready
    C: a1 CAPABILITY
    S: * X {500}
    S: a1 OK done
    [wait 40]
    = failed ehlo protocol.tarpit)");
  play_in(Protocol::imap, R"(
    S: * OK ready
    C: a1 CAPABILITY
    S: * X {500000}
    = failed ehlo protocol.flood)");
}

TEST_CASE("IMAP: a server of another protocol is not one of IMAP", "[probe]") {
  play_in(Protocol::imap, R"(
    S: 220 mx.test ESMTP
    = failed greeting protocol.not_smtp)");
}

TEST_CASE("POP3: greeting, CAPA, QUIT, and the server's close", "[probe]") {
  constexpr auto kText = R"(
    S: +OK ready <1.2@mx.test>
    C: CAPA
    S: +OK
    S: SASL PLAIN LOGIN
    S: STLS
    S: .
    C: QUIT
    S: +OK bye
    [close]
    = ok quit none)";
  play_in(Protocol::pop3, kText);
  const std::string json = json_in(Protocol::pop3, kText);
  CHECK(has(json, R"("protocol":"pop3")"));
  CHECK(
      has(json, R"("verb":"CAPA","status":"+OK","extensions":{"SASL":"PLAIN LOGIN","STLS":""}})"));
  CHECK(has(json, R"("starttls":{"offered":"yes"})"));
}

TEST_CASE("POP3: a server without CAPA declines nothing", "[probe]") {
  constexpr auto kText = R"(
    S: +OK ready
    C: CAPA
    S: -ERR unknown command
    C: QUIT
    S: +OK bye
    [close]
    = ok quit none)";
  play_in(Protocol::pop3, kText);
  CHECK(has(json_in(Protocol::pop3, kText), R"("starttls":{"offered":"unknown"})"));
}

TEST_CASE("POP3: -ERR in the greeting is a refusal, by its code or as such", "[probe]") {
  play_in(Protocol::pop3, R"(
    S: -ERR [SYS/PERM] broken
    C: QUIT
    S: +OK bye
    [close]
    = refused greeting config.server_error)");
  play_in(Protocol::pop3, R"(
    S: -ERR no
    C: QUIT
    S: +OK bye
    [close]
    = refused greeting reject.unspecified)");
}

TEST_CASE("the protocol is that of the target, of the plan or of the port", "[probe]") {
  const Plan plan("scanner.test");
  targets::Target target;
  target.port = 993;
  CHECK(protocol_of(plan, target) == Protocol::imap);
  target.port = 110;
  CHECK(protocol_of(plan, target) == Protocol::pop3);
  CHECK(protocol_of(plan_in(Protocol::smtp), target) == Protocol::smtp);
  target.protocol = Protocol::imap;
  CHECK(protocol_of(plan_in(Protocol::smtp), target) == Protocol::imap);
}

}  // namespace
}  // namespace mxsweep::probe
