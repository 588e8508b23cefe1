// SPDX-License-Identifier: MIT
#include "mxsweep/imap/reply.h"

#include <initializer_list>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::imap {
namespace {

AnomalySet set_of(std::initializer_list<Anomaly> anomalies) {
  AnomalySet set;
  for (const Anomaly anomaly : anomalies) set.add(anomaly);
  return set;
}

constexpr Awaited kGreeting{};
constexpr Awaited kTagged{"a1"};
constexpr Awaited kLogout{"a1", true};

struct Expected {
  Status status;
  std::initializer_list<Anomaly> anomalies = {};
};

void check_complete(const ReplyReader& reader, std::size_t octets, const Expected& expected) {
  CHECK(reader.reached() == octets);
  CHECK(reader.status() == expected.status);
  CHECK(reader.anomalies() == set_of(expected.anomalies));
}

// A reply must parse the same in one piece, cut anywhere, octet by octet, and with more behind it;
// and no octet beyond its end may be read.
void expect_reply(const std::string& wire, const Awaited& awaited, const Expected& expected) {
  CAPTURE(wire);
  const GuardedBytes whole(wire);
  const GuardedBytes followed(wire + "* 1 EXISTS\r\n");
  ReplyReader growing;
  for (std::size_t cut = 0; cut < wire.size(); ++cut) {
    const GuardedBytes part(std::string_view(wire).substr(0, cut));
    REQUIRE(growing.read(part.view(), awaited) == ReplyStatus::need_more);
    ReplyReader cut_once;
    REQUIRE(cut_once.read(part.view(), awaited) == ReplyStatus::need_more);
    REQUIRE(cut_once.read(followed.view(), awaited) == ReplyStatus::complete);
    check_complete(cut_once, wire.size(), expected);
  }
  REQUIRE(growing.read(whole.view(), awaited) == ReplyStatus::complete);
  check_complete(growing, wire.size(), expected);
}

// The octets before the offending one could still become a reply.
void expect_malformed(const std::string& wire, const Awaited& awaited, std::size_t offending) {
  CAPTURE(wire);
  const GuardedBytes whole(wire);
  ReplyReader at_once;
  REQUIRE(at_once.read(whole.view(), awaited) == ReplyStatus::malformed);
  CHECK(at_once.reached() == offending);
  const GuardedBytes before(std::string_view(wire).substr(0, offending));
  CHECK(ReplyReader().read(before.view(), awaited) == ReplyStatus::need_more);
}

ReplyStatus status_of(const std::string& wire, const Awaited& awaited) {
  return ReplyReader().read(wire, awaited);
}

TEST_CASE("a greeting is one status response", "[imap]") {
  expect_reply("* OK ready\r\n", kGreeting, {Status::ok});
  expect_reply("* PREAUTH welcome\r\n", kGreeting, {Status::preauth});
  expect_reply("* BYE too many connections\r\n", kGreeting, {Status::bye});
  expect_reply("* ok\r\n", kGreeting, {Status::ok});
}

TEST_CASE("a reply ends with the line that has its tag", "[imap]") {
  expect_reply("a1 OK done\r\n", kTagged, {Status::ok});
  expect_reply("* CAPABILITY IMAP4rev1\r\n* OK still here\r\na1 NO no\r\n", kTagged, {Status::no});
  expect_reply("+ go on\r\n+\r\na1 BAD what\r\n", kTagged, {Status::bad});
}

TEST_CASE("the line with another tag is a stray reply", "[imap]") {
  expect_reply("a0 OK done\r\n", kTagged, {Status::none});
}

TEST_CASE("BYE ends any reply but that to LOGOUT", "[imap]") {
  expect_reply("* BYE shutting down\r\n", kTagged, {Status::bye});
  expect_reply("* BYE logging out\r\na1 OK done\r\n", kLogout, {Status::ok});
}

TEST_CASE("responses can be read one by one", "[imap]") {
  const Awaited single{.tag = "a1", .single = true};
  expect_reply("* 2 EXISTS\r\n", single, {Status::none});
  expect_reply("+ idling\r\n", single, {Status::none});
  expect_reply("+\r\n", single, {Status::none});
  expect_reply("* OK still here\r\n", single, {Status::none});
  expect_reply("* 1 FETCH (BODY[] {14}\r\n* 9 EXISTS\r\n\r\n)\r\n", single, {Status::none});
  expect_reply("a1 NO no\r\n", single, {Status::no});
}

TEST_CASE("a caller has limits of its own", "[imap]") {
  const Awaited roomy{.tag = "a1", .octets_max = 200'000, .literal_octets_max = 100'000};
  CHECK(status_of("* X {100000}\r\n", roomy) == ReplyStatus::need_more);
  CHECK(status_of("* X {100001}\r\n", roomy) == ReplyStatus::too_long);
  CHECK(status_of("* " + std::string(199'997, 'x'), roomy) == ReplyStatus::need_more);
  CHECK(status_of("* " + std::string(200'000, 'x'), roomy) == ReplyStatus::too_long);
}

TEST_CASE("a literal is as long as its size says, whatever is in it", "[imap]") {
  expect_reply("* 1 FETCH (BODY[HEADER] {12}\r\na1 OK no\r\n\r\n)\r\na1 OK done\r\n", kTagged,
               {Status::ok});
  expect_reply("* LIST () \"/\" {0}\r\n\r\na1 OK done\r\n", kTagged, {Status::ok});
  expect_reply("* 1 FETCH (A {1}\r\nx B ~{2+}\r\n\n\n)\r\na1 OK done\r\n", kTagged, {Status::ok});
}

TEST_CASE("braces in the text of a status are no literal", "[imap]") {
  expect_reply("* OK see {5}\r\na1 OK done {99}\r\n", kTagged, {Status::ok});
}

TEST_CASE("a literal of more than its limit is refused at once", "[imap]") {
  const std::string most = std::to_string(kLiteralOctetsMax);
  CHECK(status_of("* X {" + most + "}\r\n", kTagged) == ReplyStatus::need_more);
  CHECK(status_of("* X {" + std::to_string(kLiteralOctetsMax + 1) + "}\r\n", kTagged) ==
        ReplyStatus::too_long);
  CHECK(status_of("* X {99999999999999999999999999}\r\n", kTagged) == ReplyStatus::too_long);
  CHECK(status_of("* X {-1}\r\na1 OK done\r\n", kTagged) == ReplyStatus::complete);
}

TEST_CASE("a literal that is longer than what follows leaves the reply unfinished", "[imap]") {
  CHECK(status_of("* X {500}\r\nshort)\r\na1 OK done\r\n", kTagged) == ReplyStatus::need_more);
}

TEST_CASE("an endless line or reply ends at the limit", "[imap]") {
  CHECK(status_of("* " + std::string(kReplyOctetsMax - 3, 'x'), kTagged) == ReplyStatus::need_more);
  CHECK(status_of("* " + std::string(kReplyOctetsMax, 'x'), kTagged) == ReplyStatus::too_long);
  std::string lines;
  for (std::size_t i = 0; i <= kReplyLinesMax; ++i) lines += "* 1 EXISTS\r\n";
  CHECK(status_of(lines, kTagged) == ReplyStatus::too_long);
  std::string literals = "* X";
  for (std::size_t i = 0; i <= kReplyLinesMax; ++i) literals += " {0}\r\n";
  CHECK(status_of(literals, kTagged) == ReplyStatus::too_long);
}

TEST_CASE("what is not IMAP is malformed from its first wrong octet on", "[imap]") {
  expect_malformed("220 mx.test ESMTP\r\n", kGreeting, 0);
  expect_malformed("+OK ready\r\n", kGreeting, 0);
  expect_malformed("*OK\r\n", kGreeting, 1);
  expect_malformed("* HELLO\r\n", kGreeting, 8);
  expect_malformed("HTTP/1.1 400 Bad Request\r\n", kTagged, 25);
  expect_malformed("\r\n", kTagged, 0);
  expect_malformed(std::string(100, 'a'), kTagged, kTagOctetsMax);
  expect_malformed("* 1 EXISTS\r\n\x16\x03\x01", kTagged, 12);
}

TEST_CASE("deviations of lines are tolerated and reported", "[imap]") {
  expect_reply("* OK ready\n", kGreeting, {Status::ok, {Anomaly::bare_lf}});
  expect_reply("* OK gr\xc3\xbc\xc3\x9f\r\n", kGreeting, {Status::ok, {Anomaly::eight_bit}});
  expect_reply("* OK " + std::string(kLineOctetsMax, 'x') + "\r\n", kGreeting,
               {Status::ok, {Anomaly::line_cut}});
  expect_reply("* 1 FETCH (A {1}\r\n\x01)\r\na1 OK done\r\n", kTagged, {Status::ok});
}

TEST_CASE("a status has a code between brackets", "[imap]") {
  const StatusLine line = status_line("* BYE [UNAVAILABLE] try later");
  CHECK(line.status == Status::bye);
  CHECK(line.response_code == "UNAVAILABLE");
  CHECK(line.text == "[UNAVAILABLE] try later");
  CHECK(status_line("* OK [no end").response_code == "no end");
  CHECK(status_line("* OK").status == Status::ok);
  CHECK(status_line("* 3 EXISTS").status == Status::none);
}

TEST_CASE("responses keep their literals together, and lines are shown without tags", "[imap]") {
  const std::string reply = "* 1 FETCH (B {3}\r\na\r\n)\r\n* OK hi\r\na1 OK [X] done\r\n* half";
  std::vector<std::string> seen;
  Responses responses(reply);
  for (std::string_view response; responses.next(response);) seen.emplace_back(response);
  CHECK(seen ==
        std::vector<std::string>{"* 1 FETCH (B {3}\r\na\r\n)", "* OK hi", "a1 OK [X] done"});
  CHECK(responses.rest() == "* half");
  std::vector<std::string> texts;
  ReplyLines lines("* CAPABILITY X\r\na1 OK [X] done\r\n");
  for (std::string_view text; lines.next(text);) texts.emplace_back(text);
  CHECK(texts == std::vector<std::string>{"* CAPABILITY X", "[X] done"});
}

}  // namespace
}  // namespace mxsweep::imap
