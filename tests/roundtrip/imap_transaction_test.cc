// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/imap_transaction.h"

#include <string>

#include "mxsweep/message/token.h"
#include "probe/transcript.h"
#include "roundtrip/imap_dialogue.h"
#include "support/catch.h"

namespace mxsweep::roundtrip {
namespace {

constexpr const char* kReaderKey = "0123456789abcdef";
const std::string kReaderToken = message::write_token(
    kReaderKey, {.at = std::chrono::sys_seconds{std::chrono::seconds{1'800'000'000}}});

struct Reader {
  MailboxOrder order{.credentials = {.user = "probe", .secret = Secret("sesame")},
                     .allow_in_clear = true,
                     .nonce = "rOprNGfwEbeRWgbNEkqO",
                     .token = kReaderToken,
                     .key = kReaderKey,
                     .wall_at_begin = std::chrono::sys_seconds{std::chrono::seconds{1'800'000'000}},
                     .remove = false};

  // The same, however the octets are cut.
  MailboxResult play(const std::string& text) {
    MailboxResult result;
    for (const std::size_t piece : {100'000U, 1U, 2U, 7U}) {
      CAPTURE(piece);
      result = {};
      const Signals signals;
      ImapTransaction transaction(order, signals, result);
      probe::Plan plan("scanner.test");
      plan.protocol = Protocol::imap;
      plan.transaction = &transaction;
      plan.session_timeout = std::chrono::hours{1};
      plan.session_octets_max = kMailboxSessionOctetsMax;
      probe::Transcript(plan, piece).play(text);
    }
    return result;
  }
};

// What follows a login that succeeds: the folder is not there.
std::string ending(const std::string& tag) {
  return "C: " + tag + " EXAMINE \"INBOX\"\nS: " + tag + R"( NO not here
    C: a4 LOGOUT
    S: * BYE
    S: a4 OK
    [close]
    = ok quit none)";
}

const std::string kFault = "INBOX: the folder cannot be selected: not here";

TEST_CASE("the client authenticates with a first response if the server takes it", "[mailbox]") {
  Reader reader;
  const MailboxResult result = reader.play(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN] ready
    C: m1 AUTHENTICATE PLAIN AHByb2JlAHNlc2FtZQ==
    S: m1 OK [CAPABILITY IMAP4rev1] welcome
)" + ending("m2"));
  CHECK(result.fault == kFault);
  CHECK(result.until == Phase::select);
  CHECK(result.logged_in_at);
}

TEST_CASE("else it waits for the server's challenge", "[mailbox]") {
  Reader reader;
  CHECK(reader
            .play(R"(
    S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
    C: m1 AUTHENTICATE PLAIN
    S: +
    C: AHByb2JlAHNlc2FtZQ==
    S: * CAPABILITY IMAP4rev1
    S: m1 OK welcome
)" + ending("m2"))
            .fault == kFault);
}

TEST_CASE("what a server offers after the login is asked for", "[mailbox]") {
  Reader reader;
  CHECK(reader
            .play(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
    C: m1 AUTHENTICATE PLAIN AHByb2JlAHNlc2FtZQ==
    S: m1 OK welcome
    C: m2 CAPABILITY
    S: * CAPABILITY IMAP4rev1 IDLE
    S: m2 OK
)" + ending("m3"))
            .fault == kFault);
}

TEST_CASE("LOGIN as a mechanism is asked for the user and the password", "[mailbox]") {
  Reader reader;
  CHECK(reader
            .play(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=LOGIN] ready
    C: m1 AUTHENTICATE LOGIN
    S: + VXNlcm5hbWU6
    C: cHJvYmU=
    S: + UGFzc3dvcmQ6
    C: c2VzYW1l
    S: m1 OK [CAPABILITY IMAP4rev1]
)" + ending("m2"))
            .fault == kFault);
}

TEST_CASE("the command LOGIN is for servers without a mechanism", "[mailbox]") {
  Reader reader;
  reader.order.credentials.secret = Secret("sesam\xc3\xa9");
  CHECK(reader
            .play(R"(
    S: * OK [CAPABILITY IMAP4rev1] ready
    C: m1 LOGIN "probe" {7}
    S: + go on
)"
                  "    C: sesam\xc3\xa9\n"
                  "    S: m1 OK [CAPABILITY IMAP4rev1]\n" +
                  ending("m2"))
            .fault == kFault);
}

constexpr const char* kEnd = R"(
    C: a4 LOGOUT
    S: * BYE
    S: a4 OK
    [close]
    = ok quit none)";

TEST_CASE("no password leaves in clear text unless that is allowed", "[mailbox]") {
  Reader reader;
  reader.order.allow_in_clear = false;
  for (const std::string offer : {"AUTH=PLAIN AUTH=LOGIN", "LOGINDISABLED", ""}) {
    const MailboxResult result =
        reader.play("\n S: * OK [CAPABILITY IMAP4rev1 " + offer + "] ready\n" + kEnd);
    CHECK(result.until == Phase::login);
    CHECK_FALSE(result.fault.empty());
  }
}

TEST_CASE("LOGIN is not sent where the server has disabled it", "[mailbox]") {
  Reader reader;
  CHECK(reader.play(std::string("\n S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\n") + kEnd)
            .fault == "the server offers no authentication");
}

TEST_CASE("a refusal of the login is told without the password", "[mailbox]") {
  Reader reader;
  const MailboxResult result = reader.play(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
    C: m1 AUTHENTICATE PLAIN AHByb2JlAHNlc2FtZQ==
    S: m1 NO [AUTHENTICATIONFAILED] bad sesame in (AHByb2JlAHNlc2FtZQ==)
)" + std::string(kEnd));
  CHECK(result.fault == "the login is refused: [AUTHENTICATIONFAILED] bad *** in (***==)");
  CHECK(result.until == Phase::login);
}

TEST_CASE("an exchange that goes wrong is cancelled", "[mailbox]") {
  Reader reader;
  const MailboxResult result = reader.play(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN] ready
    C: m1 AUTHENTICATE SCRAM-SHA-256 biwsbj1wcm9iZSxyPXJPcHJOR2Z3RWJlUldnYk5Fa3FP
    S: + ????
    C: *
    S: m1 BAD cancelled
)" + std::string(kEnd));
  CHECK(result.fault == "the login is refused: a challenge of the server is malformed: cancelled");
}

TEST_CASE("a server that goes on after that is left", "[mailbox]") {
  Reader reader;
  const MailboxResult result = reader.play(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
    C: m1 AUTHENTICATE PLAIN AHByb2JlAHNlc2FtZQ==
    S: + bW9yZQ==
    C: *
    S: + bW9yZQ==
)" + std::string(kEnd));
  CHECK(result.fault == "the server sends a challenge where none may come");
}

TEST_CASE("SCRAM's success needs the server's proof", "[mailbox]") {
  Reader reader;
  const MailboxResult result = reader.play(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256] ready
    C: m1 AUTHENTICATE SCRAM-SHA-256 biwsbj1wcm9iZSxyPXJPcHJOR2Z3RWJlUldnYk5Fa3FP
    S: m1 OK welcome
)" + std::string(kEnd));
  CHECK(result.fault == "the server reports success without having proved what it knows");
}

TEST_CASE("a session may be authenticated from the start", "[mailbox]") {
  Reader reader;
  CHECK(reader.play("\n S: * PREAUTH [CAPABILITY IMAP4rev1] welcome\n" + ending("m1")).fault ==
        kFault);
}

// A mailbox that is watched, up to where a server may become hostile.
constexpr const char* kWatched = R"(
    S: * PREAUTH [CAPABILITY IMAP4rev1 IDLE] welcome
    C: m1 EXAMINE "INBOX"
    S: * 3 EXISTS
    S: * OK [UIDVALIDITY 5] ok
    S: * OK [UIDNEXT 10] ok
    S: m1 OK done
)";

std::string search_command(const std::string& tag) {
  return tag + " UID SEARCH HEADER X-Mxsweep-Token \"" + kReaderToken + "\"\n";
}

TEST_CASE("a response inside a message is no response", "[mailbox]") {
  Reader reader;
  const std::string text = "X-A: b\r\n)\r\nm3 OK done\r\n* 9 FETCH (UID 9 BODY[HEADER] {57}\r\n" +
                           ("X-Mxsweep-Token: " + kReaderToken) + ")\r\n";
  std::string escaped;
  for (const char c : text) escaped += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
  const MailboxResult result =
      reader.play(kWatched + ("    C: " + search_command("m2")) + "    S: * SEARCH 9\n" +
                  "    S: m2 OK done\n"
                  "    C: m3 UID FETCH 9 (UID BODY.PEEK[HEADER.FIELDS (X-Mxsweep-Token)])\n"
                  "    S| * 3 FETCH (UID 9 BODY[HEADER] {" +
                  std::to_string(text.size()) + "}\\r\\n" + escaped +
                  ")\\r\\n\n"
                  "    S: m3 OK done\n"
                  "    C: m4 IDLE\n"
                  "    S: + idling\n"
                  "    S: * BYE shutting down\n" +
                  kEnd);
  CHECK_FALSE(result.seen());
  CHECK(result.ready_at);
  CHECK(result.fault == "the server ends the session: shutting down");
  CHECK(result.until == Phase::wait);
}

TEST_CASE("where IDLE ends by itself, the server is asked instead", "[mailbox]") {
  Reader reader;
  const MailboxResult result =
      reader.play(kWatched + ("    C: " + search_command("m2")) +
                  "    S: * SEARCH\n    S: m2 OK\n    C: m3 IDLE\n    S: + idling\n    S: m3 OK\n"
                  "    [wait 1s]\n    C: m4 NOOP\n    S: * BYE\n" +
                  kEnd);
  CHECK(result.until == Phase::wait);
}

void expect_fault(const std::string& wire, const std::string& fault) {
  CAPTURE(wire);
  Reader reader;
  const MailboxResult result =
      reader.play(kWatched + ("    C: " + search_command("m2")) + "    S| " + wire + "\n" + kEnd);
  CHECK(result.fault == fault);
  CHECK(result.until == Phase::search);
}

TEST_CASE("a hostile server ends the visit", "[mailbox]") {
  expect_fault("* 1 FETCH (UID 9 BODY[] {9999999}\\r\\n", "the server sends too much at once");
  expect_fault("* " + std::string(ImapDialogue::kOctetsMax - 2, 'x'),
               "the server sends too much at once");
  expect_fault("m9 OK done\\r\\n", "the server answers what it was not asked");
  expect_fault("220 mx.test ESMTP\\r\\n", "what the server sends is not IMAP");
  expect_fault("* SEARCH 9\\r\\nm1 OK done\\r\\n", "the server answers what it was not asked");
}

TEST_CASE("a server that does not answer is given up", "[mailbox]") {
  Reader reader;
  const MailboxResult result = reader.play(
      kWatched + ("    C: " + search_command("m2")) +
      "    S| * 1 FETCH (UID 9 BODY[] {99}\\r\\nshort)\\r\\nm2 OK done\\r\\n\n    [wait 60s]\n" +
      kEnd);
  CHECK(result.fault == "the server does not answer");
}

}  // namespace
}  // namespace mxsweep::roundtrip
