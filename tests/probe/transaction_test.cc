// SPDX-License-Identifier: MIT
#include "mxsweep/probe/transaction.h"

#include <string>
#include <utility>
#include <vector>

#include "probe/transcript.h"
#include "support/catch.h"

namespace mxsweep::probe {
namespace {

// Sends its lines, one after each line of the server.
class Lines : public Transaction {
 public:
  explicit Lines(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  Move begin(const Opening& opening, Instant now) override {
    capabilities = opening.capabilities;
    under_tls = opening.under_tls;
    return next(now);
  }
  Move on_bytes(std::string_view octets, Instant now) override {
    for (const char octet : octets) {
      received += octet;
      if (octet != '\n') continue;
      ++at_;
    }
    if (at_ < sent_) return {.deadline = now + std::chrono::seconds{30}};
    return next(now);
  }
  Move on_deadline(Instant now) override {
    ++deadlines;
    return {.deadline = now + std::chrono::seconds{30}};
  }

  std::string capabilities;
  std::string received;
  bool under_tls = false;
  int deadlines = 0;

 private:
  Move next(Instant now) {
    std::string send;
    for (; sent_ <= at_ && sent_ < lines_.size(); ++sent_) send += lines_[sent_] + "\r\n";
    if (at_ >= lines_.size()) return {.finished = true};
    sending_ = std::move(send);
    return {.send = sending_, .deadline = now + std::chrono::seconds{30}};
  }

  std::vector<std::string> lines_;
  std::string sending_;
  std::size_t sent_ = 0;
  std::size_t at_ = 0;
};

void play(const std::string& text, Protocol protocol, std::vector<std::string> lines) {
  for (const std::size_t piece : {100'000U, 1U, 2U, 7U}) {
    CAPTURE(piece);
    Lines transaction(lines);
    Plan plan("scanner.test");
    plan.protocol = protocol;
    plan.transaction = &transaction;
    Transcript(plan, piece).play(text);
  }
}

TEST_CASE("a transaction stands between the capabilities and QUIT", "[transaction]") {
  play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250 SIZE 1000
    C: NOOP
    S: 250 ok
    C: VRFY x
    S: 252 perhaps
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)",
       Protocol::smtp, {"NOOP", "VRFY x"});
}

TEST_CASE("in IMAP it follows the greeting if that lists the capabilities", "[transaction]") {
  play(R"(
    S: * OK [CAPABILITY IMAP4rev1] ready
    C: a5 NOOP
    S: a5 OK
    C: a4 LOGOUT
    S: * BYE
    S: a4 OK
    [close]
    = ok quit none)",
       Protocol::imap, {"a5 NOOP"});
}

TEST_CASE("a POP3 server without CAPA can be logged in to all the same", "[transaction]") {
  play(R"(
    S: +OK ready
    C: CAPA
    S: -ERR what
    C: USER x
    S: +OK
    C: QUIT
    S: +OK
    [close]
    = ok quit none)",
       Protocol::pop3, {"USER x"});
}

TEST_CASE("a server that refuses before it gets no transaction", "[transaction]") {
  play(R"(
    S: 554 no service
    C: QUIT
    S: 221 bye
    [close]
    = refused greeting blocked.unspecified)",
       Protocol::smtp, {"NOOP"});
}

TEST_CASE("a server that closes in a transaction has closed early", "[transaction]") {
  play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: NOOP
    [close]
    = degraded mail net.closed_early)",
       Protocol::smtp, {"NOOP"});
}

TEST_CASE("a transaction decides how long it waits, within the session's time", "[transaction]") {
  Lines transaction({"NOOP"});
  Plan plan("scanner.test");
  plan.transaction = &transaction;
  Transcript(plan, 100).play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: NOOP
    [wait 130]
    = degraded mail protocol.silent)");
  CHECK(transaction.deadlines == 3);
}

TEST_CASE("what a server sends ahead reaches the transaction, and nothing is lost of what it sends",
          "[transaction]") {
  for (std::size_t cut = 0; cut < 60; ++cut) {
    CAPTURE(cut);
    Lines transaction({"ONE", "TWO"});
    Plan plan("scanner.test");
    plan.transaction = &transaction;
    const std::string text = R"(
    S: 220 mx.test ESMTP
    S: 250 mx.test
    S: 250 one
    S: 250 two
    [close]
    = ok quit none no_221)";
    static_cast<void>(Transcript(plan, 1).play_ahead(text, cut));
    CHECK(transaction.received == "250 one\r\n250 two\r\n");
    CHECK(transaction.capabilities == "250 mx.test\r\n");
  }
}

TEST_CASE("a server that never stops is cut off in a transaction", "[transaction]") {
  Lines transaction({"NOOP"});
  Plan plan("scanner.test");
  plan.transaction = &transaction;
  plan.session_octets_max = 1000;
  std::string text = R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: NOOP
)";
  for (int line = 0; line < 30; ++line) text += "S| " + std::string(50, 'x') + "\n";
  Transcript(plan, 100).play(text + "= degraded mail protocol.flood");
}

}  // namespace
}  // namespace mxsweep::probe
