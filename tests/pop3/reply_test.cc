// SPDX-License-Identifier: MIT
#include "mxsweep/pop3/reply.h"

#include <initializer_list>
#include <string>
#include <vector>

#include "mxsweep/pop3/capabilities.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::pop3 {
namespace {

AnomalySet set_of(std::initializer_list<Anomaly> anomalies) {
  AnomalySet set;
  for (const Anomaly anomaly : anomalies) set.add(anomaly);
  return set;
}

void check_complete(const ReplyReader& reader, std::size_t octets, Status status,
                    std::initializer_list<Anomaly> anomalies) {
  CHECK(reader.reached() == octets);
  CHECK(reader.status() == status);
  CHECK(reader.anomalies() == set_of(anomalies));
}

constexpr Awaited kOneLine{};
constexpr Awaited kMultiLine{.multi_line = true};

// As in tests/imap/reply_test.cc.
void expect_reply(const std::string& wire, const Awaited& awaited, Status status,
                  std::initializer_list<Anomaly> anomalies = {}) {
  CAPTURE(wire);
  const GuardedBytes whole(wire);
  const GuardedBytes followed(wire + "+OK bye\r\n");
  ReplyReader growing;
  for (std::size_t cut = 0; cut < wire.size(); ++cut) {
    const GuardedBytes part(std::string_view(wire).substr(0, cut));
    REQUIRE(growing.read(part.view(), awaited) == ReplyStatus::need_more);
    ReplyReader cut_once;
    REQUIRE(cut_once.read(part.view(), awaited) == ReplyStatus::need_more);
    REQUIRE(cut_once.read(followed.view(), awaited) == ReplyStatus::complete);
    check_complete(cut_once, wire.size(), status, anomalies);
  }
  REQUIRE(growing.read(whole.view(), awaited) == ReplyStatus::complete);
  check_complete(growing, wire.size(), status, anomalies);
}

void expect_malformed(const std::string& wire, std::size_t offending) {
  CAPTURE(wire);
  const GuardedBytes whole(wire);
  ReplyReader at_once;
  REQUIRE(at_once.read(whole.view(), false) == ReplyStatus::malformed);
  CHECK(at_once.reached() == offending);
  const GuardedBytes before(std::string_view(wire).substr(0, offending));
  CHECK(ReplyReader().read(before.view(), false) == ReplyStatus::need_more);
}

std::vector<std::string> lines_of(std::string_view reply) {
  std::vector<std::string> texts;
  ReplyLines lines(reply);
  for (std::string_view text; lines.next(text);) texts.emplace_back(text);
  return texts;
}

TEST_CASE("a reply is one line", "[pop3]") {
  expect_reply("+OK ready <1.2@mx.test>\r\n", kOneLine, Status::ok);
  expect_reply("+OK\r\n", kOneLine, Status::ok);
  expect_reply("-ERR [SYS/TEMP] later\r\n", kOneLine, Status::err);
  expect_reply("-ERR no\n", kMultiLine, Status::err, {Anomaly::bare_lf});
}

TEST_CASE("a multi-line reply ends with a line of one dot", "[pop3]") {
  expect_reply("+OK list\r\nTOP\r\n..dot\r\n\r\n.\r\n", kMultiLine, Status::ok);
  CHECK(lines_of("+OK list\r\nTOP\r\n..dot\r\n.x\r\n\r\n.\r\n") ==
        std::vector<std::string>{"list", "TOP", ".dot", "x", ""});
}

TEST_CASE("what is not POP3 is malformed from its first wrong octet on", "[pop3]") {
  expect_malformed("220 mx.test ESMTP\r\n", 0);
  expect_malformed("* OK ready\r\n", 0);
  expect_malformed("+OKAY\r\n", 3);
  expect_malformed("-ERROR\r\n", 4);
  expect_malformed("+ok\r\n", 1);
}

TEST_CASE("an endless line or reply ends at the limit", "[pop3]") {
  const auto read = [](const std::string& wire) { return ReplyReader().read(wire, true); };
  CHECK(read("+OK " + std::string(kReplyOctetsMax - 5, 'x')) == ReplyStatus::need_more);
  CHECK(read("+OK " + std::string(kReplyOctetsMax, 'x')) == ReplyStatus::too_long);
  std::string lines = "+OK\r\n";
  for (std::size_t i = 0; i <= kReplyLinesMax; ++i) lines += "X\r\n";
  CHECK(read(lines) == ReplyStatus::too_long);
  expect_reply("+OK " + std::string(kLineOctetsMax, 'x') + "\r\n", kOneLine, Status::ok,
               {Anomaly::long_line, Anomaly::line_cut});
}

TEST_CASE("a status has a code between brackets", "[pop3]") {
  const StatusLine line = status_line("-ERR [SYS/TEMP] try later");
  CHECK(line.status == Status::err);
  CHECK(line.response_code == "SYS/TEMP");
  CHECK(line.text == "[SYS/TEMP] try later");
}

TEST_CASE("CAPA lists a capability a line, and the first line is none", "[pop3]") {
  constexpr std::string_view kReply =
      "+OK STLS follows\r\nCAPA\r\nSASL PLAIN  LOGIN \r\n\r\n.\r\nSTLS\r\n";
  std::string text;
  Capabilities capabilities(kReply);
  for (Capability capability; capabilities.next(capability);) {
    text.append(capability.keyword).append(":").append(capability.parameters).append("|");
  }
  CHECK(text == "CAPA:|SASL:PLAIN  LOGIN|");
  CHECK_FALSE(offers(kReply, "STLS"));
  CHECK(offers("+OK\r\nstls\r\n.\r\n", "STLS"));
}

TEST_CASE("a challenge is a reply to AUTH alone", "[pop3]") {
  const Awaited auth{.challenge = true};
  expect_reply("+ cGFzc3dvcmQ=\r\n", auth, Status::challenge);
  expect_reply("+ \r\n", auth, Status::challenge);
  expect_reply("+\r\n", auth, Status::challenge);
  expect_reply("+OK\r\n", auth, Status::ok);
  expect_reply("-ERR no\r\n", auth, Status::err);
  CHECK(ReplyReader().read("+ x\r\n", false) == ReplyStatus::malformed);
  CHECK(ReplyReader().read("+O K\r\n", auth) == ReplyStatus::malformed);
}

TEST_CASE("a caller's limits take the place of those of a sweep", "[pop3]") {
  std::string lines = "+OK\r\n";
  for (std::size_t i = 0; i <= kReplyLinesMax; ++i) lines += "1 x\r\n";
  CHECK(ReplyReader().read(lines + ".\r\n", true) == ReplyStatus::too_long);
  const Awaited many{.multi_line = true, .lines_max = 1000};
  CHECK(ReplyReader().read(lines + ".\r\n", many) == ReplyStatus::complete);
}

}  // namespace
}  // namespace mxsweep::pop3
