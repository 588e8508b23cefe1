// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/pop3_transaction.h"

#include <string>

#include "mxsweep/message/token.h"
#include "probe/transcript.h"
#include "support/catch.h"

namespace mxsweep::roundtrip {
namespace {

constexpr const char* kPop3Key = "0123456789abcdef";
constexpr std::chrono::sys_seconds kPop3Now{std::chrono::seconds{1'800'000'000}};

std::string pop3_token(std::chrono::hours age, const char* key = kPop3Key) {
  return message::write_token(key, {.at = kPop3Now - age});
}

struct Pop3Reader {
  MailboxOrder order{.credentials = {.user = "probe", .secret = Secret("sesame")},
                     .allow_in_clear = true,
                     .nonce = "rOprNGfwEbeRWgbNEkqO",
                     .token = pop3_token(std::chrono::hours{0}),
                     .key = kPop3Key,
                     .wall_at_begin = kPop3Now};
  Pop3Seen seen{};

  // The same, however the octets are cut.
  MailboxResult play(const std::string& text) {
    MailboxResult result;
    Pop3Seen now_seen;
    for (const std::size_t piece : {100'000U, 1U, 2U, 7U}) {
      CAPTURE(piece);
      result = {};
      now_seen = seen;
      const Signals signals;
      Pop3Transaction transaction(order, signals, now_seen, result);
      probe::Plan plan("scanner.test");
      plan.protocol = Protocol::pop3;
      plan.transaction = &transaction;
      plan.session_octets_max = kMailboxSessionOctetsMax;
      probe::Transcript(plan, piece).play(text);
    }
    seen = now_seen;
    return result;
  }
};

constexpr const char* kOpening = R"(
    S: +OK ready
    C: CAPA
    S: +OK
    S: TOP
    S: UIDL
    S: SASL PLAIN LOGIN
    S: .
    C: AUTH PLAIN
    S: +
    C: AHByb2JlAHNlc2FtZQ==
    S: +OK welcome
)";
constexpr const char* kEnding = R"(
    C: QUIT
    S: +OK bye
    [close]
    = ok quit none)";

std::string top(int number, const std::string& header) {
  return "    C: TOP " + std::to_string(number) + " 0\n    S: +OK\n    S: " + header +
         "\n    S:\n    S: .\n";
}

std::string token_line(const std::string& token) { return "X-Mxsweep-Token: " + token; }

TEST_CASE("new messages are read, the newest first, and ours is deleted", "[pop3]") {
  Pop3Reader reader;
  const MailboxResult result = reader.play(
      std::string(kOpening) +
      "    C: UIDL\n    S: +OK\n    S: 1 a\n    S: 2 b\n    S: 3 c\n    S: .\n" +
      top(3, "Subject: " + reader.order.token) + top(2, token_line(reader.order.token)) +
      top(1, token_line(pop3_token(std::chrono::hours{0}, "another key of ours"))) +
      "    C: DELE 2\n    S: +OK\n" + kEnding);
  CHECK(result.fault.empty());
  CHECK(result.notice == Notice::look);
  CHECK(result.seen_at == result.selected_at);
  CHECK(result.header == token_line(reader.order.token) + "\r\n\r\n");
  CHECK(result.copies == 1);
  CHECK(result.removed == 1);
  CHECK(result.until == Phase::logout);
}

TEST_CASE("the next look reads only what has come since", "[pop3]") {
  Pop3Reader reader;
  CHECK_FALSE(reader
                  .play(std::string(kOpening) + "    C: UIDL\n    S: +OK\n    S: 1 a\n    S: .\n" +
                        top(1, "Subject: x") + kEnding)
                  .seen());
  const MailboxResult result =
      reader.play(std::string(kOpening) +
                  "    C: UIDL\n    S: +OK\n    S: 1 a\n    S: 2 b\n    S: 3 c\n    S: .\n" +
                  top(3, token_line(reader.order.token)) + top(2, token_line(reader.order.token)) +
                  "    C: DELE 2\n    S: +OK\n    C: DELE 3\n    S: -ERR locked\n" + kEnding);
  CHECK(result.notice == Notice::poll);
  CHECK(result.copies == 2);
  CHECK(result.removed == 1);
  CHECK(result.kept == "the server does not delete them: locked");
}

TEST_CASE("messages of ours that are stale are swept", "[pop3]") {
  Pop3Reader reader;
  const MailboxResult result = reader.play(
      std::string(kOpening) + "    C: UIDL\n    S: +OK\n    S: 1 a\n    S: 2 b\n    S: .\n" +
      top(2, token_line(pop3_token(std::chrono::hours{23}))) +
      top(1, token_line(pop3_token(std::chrono::hours{25}))) + "    C: DELE 1\n    S: +OK\n" +
      kEnding);
  CHECK_FALSE(result.seen());
  CHECK(result.swept == 1);
}

TEST_CASE("nothing is deleted from a mailbox that is only to be looked at", "[pop3]") {
  Pop3Reader reader;
  reader.order.remove = false;
  const MailboxResult result =
      reader.play(std::string(kOpening) + "    C: UIDL\n    S: +OK\n    S: 1 a\n    S: .\n" +
                  top(1, token_line(reader.order.token)) + kEnding);
  CHECK(result.seen());
  CHECK(result.removed == 0);
}

TEST_CASE("a server without UIDL or mechanisms will do", "[pop3]") {
  Pop3Reader reader;
  const MailboxResult result = reader.play(R"(
    S: +OK ready
    C: CAPA
    S: -ERR what
    C: USER probe
    S: +OK
    C: PASS sesame
    S: +OK
    C: UIDL
    S: -ERR what
    C: STAT
    S: +OK 1 400
)" + top(1, token_line(reader.order.token)) +
                                           "    C: DELE 1\n    S: +OK\n" + kEnding);
  CHECK(result.removed == 1);
}

TEST_CASE("a report of non-delivery is read as far as it is needed", "[pop3]") {
  Pop3Reader reader;
  reader.order.reports = true;
  const MailboxResult result = reader.play(std::string(kOpening) + R"(
    C: UIDL
    S: +OK
    S: 1 a
    S: .
    C: TOP 1 0
    S: +OK
    S: Content-Type: multipart/report
    S:
    S: .
    C: TOP 1 200
    S: +OK
    S: Content-Type: multipart/report
    S:
    S: Action: failed
    S: Status: 5.7.1
    S:
)" + "    S: " + token_line(reader.order.token) +
                                           "\n    S: .\n" + kEnding);
  CHECK(result.report == NonDelivery{true, "5.7.1", ""});
  CHECK_FALSE(result.seen());
}

TEST_CASE("a refusal is told without the password", "[pop3]") {
  Pop3Reader reader;
  CHECK(reader
            .play(R"(
    S: +OK ready
    C: CAPA
    S: -ERR what
    C: USER probe
    S: +OK
    C: PASS sesame
    S: -ERR [AUTH] not sesame
)" + std::string(kEnding))
            .fault == "the login is refused: [AUTH] not ***");
  CHECK(reader
            .play(R"(
    S: +OK ready
    C: CAPA
    S: +OK
    S: SASL SCRAM-SHA-256
    S: .
    C: AUTH SCRAM-SHA-256
    S: +
    C: biwsbj1wcm9iZSxyPXJPcHJOR2Z3RWJlUldnYk5Fa3FP
    S: +OK welcome
)" + std::string(kEnding))
            .fault == "the server reports success without having proved what it knows");
}

TEST_CASE("no password leaves by POP3 in clear text unless that is allowed", "[pop3]") {
  Pop3Reader reader;
  reader.order.allow_in_clear = false;
  const MailboxResult result = reader.play(R"(
    S: +OK ready
    C: CAPA
    S: -ERR what
)" + std::string(kEnding));
  CHECK(result.until == Phase::login);
  CHECK_FALSE(result.fault.empty());
}

TEST_CASE("what is not POP3 ends the look", "[pop3]") {
  Pop3Reader reader;
  CHECK(reader.play(std::string(kOpening) + "    C: UIDL\n    S| *\n" + kEnding).fault ==
        "what the server sends is not POP3");
  CHECK(reader.play(std::string(kOpening) + "    C: UIDL\n    S: +OK\n    [wait 60s]\n" + kEnding)
            .fault == "the server does not answer");
  CHECK(reader
            .play(std::string(kOpening) +
                  "    C: UIDL\n    S: +OK\n    S: 1 a\n    S: .\n    C: TOP 1 0\n"
                  "    S: -ERR gone\n" +
                  kEnding)
            .fault == "a header cannot be read: gone");
}

}  // namespace
}  // namespace mxsweep::roundtrip
