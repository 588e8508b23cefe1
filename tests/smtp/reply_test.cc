// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/reply.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::smtp {
namespace {

using namespace std::string_literals;  // For octets with a NUL among them.

AnomalySet set_of(std::initializer_list<Anomaly> anomalies) {
  AnomalySet set;
  for (const Anomaly anomaly : anomalies) set.add(anomaly);
  return set;
}

struct Expected {
  int code;
  std::size_t lines = 1;
  std::initializer_list<Anomaly> anomalies = {};
};

void check_complete(const ReplyReader& reader, std::size_t octets, const Expected& expected) {
  CHECK(reader.reached() == octets);
  CHECK(reader.code() == expected.code);
  CHECK(reader.line_count() == expected.lines);
  CHECK(reader.anomalies() == set_of(expected.anomalies));
}

// A reply must parse the same in one piece, cut anywhere, octet by octet, and with the next reply
// already behind it; and no octet beyond its end may be read.
void expect_reply(const std::string& wire, const Expected& expected) {
  CAPTURE(wire);
  const GuardedBytes whole(wire);
  const GuardedBytes followed(wire + "221 bye\r\n");
  ReplyReader growing;
  for (std::size_t cut = 0; cut < wire.size(); ++cut) {
    const GuardedBytes part(std::string_view(wire).substr(0, cut));
    REQUIRE(growing.read(part.view()) == ReplyStatus::need_more);
    REQUIRE(growing.reached() <= cut);

    ReplyReader cut_once;
    REQUIRE(cut_once.read(part.view()) == ReplyStatus::need_more);
    REQUIRE(cut_once.read(followed.view()) == ReplyStatus::complete);
    check_complete(cut_once, wire.size(), expected);
  }
  REQUIRE(growing.read(whole.view()) == ReplyStatus::complete);
  check_complete(growing, wire.size(), expected);

  ReplyReader at_once;
  REQUIRE(at_once.read(whole.view()) == ReplyStatus::complete);
  check_complete(at_once, wire.size(), expected);
}

// Must be malformed as soon as the octet at `offending` has arrived, and not before.
void expect_malformed(const std::string& wire, std::size_t offending) {
  CAPTURE(wire);
  ReplyReader growing;
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    const GuardedBytes part(std::string_view(wire).substr(0, cut));
    ReplyReader at_once;
    const ReplyStatus status = at_once.read(part.view());
    if (cut <= offending) {
      REQUIRE(status == ReplyStatus::need_more);
      REQUIRE(growing.read(part.view()) == ReplyStatus::need_more);
      continue;
    }
    REQUIRE(status == ReplyStatus::malformed);
    CHECK(at_once.reached() == offending);
    CHECK(at_once.anomalies().empty());
    if (cut == offending + 1) {
      REQUIRE(growing.read(part.view()) == ReplyStatus::malformed);
      CHECK(growing.reached() == offending);
    }
  }
}

// Too long to cut at every octet: read in pieces of a few sizes that share no boundary.
struct Answer {
  ReplyStatus status;
  ReplyReader reader;
};

Answer read_in_pieces(std::string_view wire, std::size_t piece) {
  Answer answer{ReplyStatus::need_more, {}};
  for (std::size_t size = 0; size < wire.size() && answer.status == ReplyStatus::need_more;) {
    size = std::min(size + piece, wire.size());
    answer.status = answer.reader.read(wire.substr(0, size));
  }
  return answer;
}

void expect_long(std::string_view wire, ReplyStatus status, std::size_t reached,
                 std::initializer_list<Anomaly> anomalies) {
  for (const std::size_t piece : {wire.size(), wire.size() - 1, std::size_t{1}, std::size_t{509}}) {
    CAPTURE(wire.size(), piece);
    const Answer answer = read_in_pieces(wire, piece);
    CHECK(answer.status == status);
    CHECK(answer.reader.reached() == reached);
    CHECK(answer.reader.anomalies() == set_of(anomalies));
  }
}

std::vector<std::string> texts_of(std::string_view reply) {
  const GuardedBytes guarded(reply);
  std::vector<std::string> texts;
  ReplyLines lines(guarded.view());
  for (std::string_view text; lines.next(text);) texts.emplace_back(text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("a reply does not depend on how the stream was segmented", "[smtp][reply]") {
  expect_reply("220 mx.test ESMTP\r\n", {220});
  expect_reply("250 \r\n", {250});
  expect_reply("250-mx.test\r\n250 STARTTLS\r\n", {250, 2});
  expect_reply("250-\r\n250-\r\n250 \r\n", {250, 3});
  expect_reply("599 two to five, then any two digits\r\n", {599});
  expect_reply("354 go ahead\r\n", {354});
}

TEST_CASE("every line of an EHLO reply is counted", "[smtp][reply]") {
  expect_reply(
      "250-mx.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-ETRN\r\n250-STARTTLS\r\n"
      "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 DSN\r\n",
      {250, 8});
}

TEST_CASE("a reply without its end is not complete", "[smtp][reply]") {
  ReplyReader reader;
  CHECK(reader.read("") == ReplyStatus::need_more);
  CHECK(reader.read("22") == ReplyStatus::need_more);
  CHECK(reader.read("220") == ReplyStatus::need_more);
  CHECK(reader.read("220 hello\r") == ReplyStatus::need_more);
  CHECK(reader.reached() == 0);
  CHECK(reader.read("220 hello\r\n") == ReplyStatus::complete);

  ReplyReader promised_more;
  CHECK(promised_more.read("250-mx.test\r\n25") == ReplyStatus::need_more);
  CHECK(promised_more.reached() == 13);
  CHECK(promised_more.line_count() == 1);
}

TEST_CASE("lines that end in LF alone are read", "[smtp][reply]") {
  expect_reply("220 mx.test\n", {220, 1, {Anomaly::bare_lf}});
  expect_reply("250-mx.test\n250 DSN\r\n", {250, 2, {Anomaly::bare_lf}});
  expect_reply("250-mx.test\r\n250 DSN\n", {250, 2, {Anomaly::bare_lf}});
}

TEST_CASE("a CR without a following LF does not end a line", "[smtp][reply]") {
  expect_reply("220 one\rtwo\r\n", {220, 1, {Anomaly::bare_cr}});
  expect_reply("220 one\r\r\n", {220, 1, {Anomaly::bare_cr}});
  expect_reply("220 one\r220 two\n", {220, 1, {Anomaly::bare_cr, Anomaly::bare_lf}});
  expect_reply("220\r\r\n", {220, 1, {Anomaly::bare_cr, Anomaly::no_separator}});
}

TEST_CASE("a code with nothing after it is a last line", "[smtp][reply]") {
  expect_reply("220\r\n", {220, 1, {Anomaly::missing_text}});
  expect_reply("220\n", {220, 1, {Anomaly::missing_text, Anomaly::bare_lf}});
  expect_reply("250-mx.test\r\n250\r\n", {250, 2, {Anomaly::missing_text}});
}

TEST_CASE("a code without a separator is a last line", "[smtp][reply]") {
  expect_reply("220\tmx.test\r\n", {220, 1, {Anomaly::no_separator}});
  expect_reply("220mx.test\r\n", {220, 1, {Anomaly::no_separator}});
  expect_reply("220-mx.test\r\n220_\r\n", {220, 2, {Anomaly::no_separator}});
  expect_reply("220\0mx.test\r\n"s, {220, 1, {Anomaly::no_separator, Anomaly::control_octets}});
}

TEST_CASE("the last line's code counts when the codes of a reply differ", "[smtp][reply]") {
  expect_reply("220-mx.test\r\n421 busy\r\n", {421, 2, {Anomaly::mixed_codes}});
  expect_reply("250-a\r\n251-b\r\n250 c\r\n", {250, 3, {Anomaly::mixed_codes}});
  expect_reply("220-mx.test\r\n554\r\n", {554, 2, {Anomaly::mixed_codes, Anomaly::missing_text}});
}

TEST_CASE("a line without a code inside a reply is part of its text", "[smtp][reply]") {
  expect_reply("220-mx.test\r\nUnexpected but legal text!\r\n220 ready\r\n",
               {220, 3, {Anomaly::no_code}});
  expect_reply("220-mx.test\r\n\r\n220 ready\r\n", {220, 3, {Anomaly::no_code}});
  expect_reply("220-mx.test\r\n22\r\n220 ready\r\n", {220, 3, {Anomaly::no_code}});
  expect_reply("220-mx.test\r\n199 bottles\r\n600 more\r\n220 ready\r\n",
               {220, 4, {Anomaly::no_code}});
  expect_reply("220-mx.test\r\n2024-11-22\r\n220 ready\r\n", {220, 3, {Anomaly::no_code}});
}

TEST_CASE("octets that are not printable ASCII are accepted and reported", "[smtp][reply]") {
  expect_reply("220 gr\xfc\xdf Gott\r\n", {220, 1, {Anomaly::eight_bit}});
  expect_reply("220 \xff\r\n", {220, 1, {Anomaly::eight_bit}});
  expect_reply("220 nul \0 inside\r\n"s, {220, 1, {Anomaly::control_octets}});
  expect_reply("220 delete \x7f\r\n", {220, 1, {Anomaly::control_octets}});
  expect_reply("220 a tab\tis welcome\r\n", {220});
  expect_reply("220 \x1b[31m\xe9 in red\r\n",
               {220, 1, {Anomaly::control_octets, Anomaly::eight_bit}});
}

TEST_CASE("every octet of a line is checked, wherever it stands", "[smtp][reply]") {
  const auto anomalies_with = [](char octet, std::size_t at, std::size_t size) {
    std::string wire = "220 " + std::string(size, 'a') + "\r\n";
    wire[4 + at] = octet;
    const GuardedBytes guarded(wire);
    ReplyReader reader;
    REQUIRE(reader.read(guarded.view()) == ReplyStatus::complete);
    return reader.anomalies();
  };
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      CAPTURE(size, at);
      CHECK(anomalies_with('\x80', at, size) == set_of({Anomaly::eight_bit}));
      CHECK(anomalies_with('\x1f', at, size) == set_of({Anomaly::control_octets}));
      CHECK(anomalies_with('\x7f', at, size) == set_of({Anomaly::control_octets}));
      CHECK(anomalies_with('~', at, size).empty());
    }
  }
  for (int octet = 0; octet < 256; ++octet) {
    if (octet == '\n') continue;
    CAPTURE(octet);
    AnomalySet expected;
    if (octet > 0x7f) expected.add(Anomaly::eight_bit);
    if (octet == '\r') expected.add(Anomaly::bare_cr);
    if ((octet < 0x20 && octet != '\t' && octet != '\r') || octet == 0x7f) {
      expected.add(Anomaly::control_octets);
    }
    CHECK(anomalies_with(static_cast<char>(octet), 5, 20) == expected);
  }
}

TEST_CASE("the first octet that cannot be text before a reply makes it malformed",
          "[smtp][reply]") {
  expect_malformed("SSH-2.0-OpenSSH_9.2p1\r\n", 3);
  expect_malformed("HTTP/1.1 400 Bad Request\r\n", 4);
  expect_malformed("* OK IMAP4rev1\r\n", 3);
  expect_malformed("+OK POP3 ready\r\n", 2);
  expect_malformed("<html><body>\r\n", 4);
  expect_malformed("\x15\x03\x01\x00\x02\x02\x50"s, 1);  // Two octets identify TLS.
  expect_malformed("\0\0\0\0"s, 0);
  expect_malformed("\xff\xfd\x18\xff\xfd\x20"s, 2);  // TELNET.
  expect_malformed("J\0\0\0\n8.0.36"s, 1);
  expect_malformed("hello\r\nSSH-2.0-x\r\n", 10);
}

// Must be text so far; a reply may still follow.
void expect_text(const std::string& text) {
  CAPTURE(text);
  ReplyReader reader;
  CHECK(reader.read(text) == ReplyStatus::need_more);
  CHECK(reader.saw_text());
  expect_reply(text + "220 mx.test\r\n", {220, 1, {Anomaly::text_before_reply}});
  ReplyReader followed;
  CHECK(followed.read(text + "220-a\r\n220 b\r\n") == ReplyStatus::complete);
  CHECK(followed.begin() == text.size());
  CHECK(followed.line_count() == 2);
}

TEST_CASE("lines without a code before a reply are skipped", "[smtp][reply]") {
  expect_text("\r\n");
  expect_text("\n");
  expect_text("Warning: cannot open display\r\n");
  expect_text("one\r\n\r\ntwo\r\n");
  expect_text(" 220 mx.test\r\n");
  expect_text("22\r\n");
  expect_text("2\n");
  expect_text("2x0 ready\r\n");
  expect_text("22o ready\r\n");
  expect_text("100 wait\r\n");
  expect_text("600 what\r\n");
  expect_text("000 nothing\r\n");
  expect_text("2024-11-22 10:15 ready\r\n");
  expect_text("\xc2\xa1hola!\r\n");
}

TEST_CASE("text before a reply is limited in lines and in octets", "[smtp][reply]") {
  std::string lines;
  for (std::size_t i = 0; i < kTextLinesMax; ++i) lines += "x\r\n";
  expect_text(lines);
  expect_malformed(lines + "y\r\n220 mx.test\r\n", lines.size());
  const std::string long_text(kTextOctetsMax - 2, 't');
  expect_text(long_text + "\r\n");
  expect_malformed(long_text + "t\r\n220 mx.test\r\n", kTextOctetsMax);
}

TEST_CASE("octets after a complete reply are not looked at", "[smtp][reply]") {
  ReplyReader reader;
  CHECK(reader.read("220 mx.test\r\n\xff\0\n rubbish"s) == ReplyStatus::complete);
  CHECK(reader.reached() == 13);
  CHECK(reader.anomalies().empty());
}

TEST_CASE("a line over the standard's 512 octets is long", "[smtp][reply]") {
  const auto line_of = [](std::size_t octets) {
    return "220 " + std::string(octets - 6, 'a') + "\r\n";
  };
  expect_long(line_of(512), ReplyStatus::complete, 512, {});
  expect_long(line_of(513), ReplyStatus::complete, 513, {Anomaly::long_line});
}

TEST_CASE("a line over 4 KiB is read to its end, and its first 4 KiB are kept", "[smtp][reply]") {
  const std::string fits = "220 " + std::string(kLineOctetsMax - 4, 'a');
  expect_long(fits + "\r\n", ReplyStatus::complete, kLineOctetsMax + 2, {Anomaly::long_line});
  CHECK(texts_of(fits + "\r\n") == Texts{std::string(kLineOctetsMax - 4, 'a')});

  const std::string cut = fits + "b\r\n";
  expect_long(cut, ReplyStatus::complete, cut.size(), {Anomaly::long_line, Anomaly::line_cut});
  CHECK(texts_of(cut) == Texts{std::string(kLineOctetsMax - 4, 'a')});
}

TEST_CASE("a reply over 64 KiB is too long, one of exactly 64 KiB is not", "[smtp][reply]") {
  std::string lines;
  while (lines.size() + 500 <= kReplyOctetsMax) lines += "250-" + std::string(494, 'a') + "\r\n";
  const std::size_t left = kReplyOctetsMax - lines.size();
  const std::string fits = lines + "250 " + std::string(left - 6, 'a') + "\r\n";
  REQUIRE(fits.size() == kReplyOctetsMax);
  expect_long(fits, ReplyStatus::complete, kReplyOctetsMax, {});
  const std::string over = lines + "250 " + std::string(left - 5, 'a') + "\r\n";
  expect_long(over, ReplyStatus::too_long, kReplyOctetsMax, {});
}

TEST_CASE("a line that never ends is too long, and its anomalies so far are reported",
          "[smtp][reply]") {
  expect_long("220 " + std::string(2 * kReplyOctetsMax, '\xe4'), ReplyStatus::too_long,
              kReplyOctetsMax, {Anomaly::long_line, Anomaly::line_cut, Anomaly::eight_bit});
}

TEST_CASE("a reply of more than 512 lines is too long, one of exactly 512 is not",
          "[smtp][reply]") {
  std::string lines;
  for (std::size_t line = 1; line < kReplyLinesMax; ++line) lines += "250-x\r\n";
  const std::string fits = lines + "250 x\r\n";
  expect_long(fits, ReplyStatus::complete, fits.size(), {});
  CHECK(read_in_pieces(fits, 64).reader.line_count() == kReplyLinesMax);
  expect_long(lines + "250-x\r\n250 x\r\n", ReplyStatus::too_long, fits.size(), {});
}

TEST_CASE("the lines of a reply are returned without code and separator", "[smtp][reply]") {
  CHECK(texts_of("").empty());
  CHECK(texts_of("250\r\n") == Texts{""});
  CHECK(texts_of("250 \r\n") == Texts{""});
  CHECK(texts_of("250-mx.test\r\n250 SIZE 1\r\n") == Texts{"mx.test", "SIZE 1"});
  CHECK(texts_of("250-mx.test\n250 SIZE 1\n") == Texts{"mx.test", "SIZE 1"});
  CHECK(texts_of("220  two blanks \r\n") == Texts{" two blanks "});
  CHECK(texts_of("220\tmx.test\r\n") == Texts{"mx.test"});
  CHECK(texts_of("220mx.test\r\n") == Texts{"mx.test"});
  CHECK(texts_of("220 one\rtwo\r\r\n") == Texts{"one\rtwo\r"});
  CHECK(texts_of("220-a\r\nno code\r\n\r\n2024-11-22\r\n220 b\r\n") ==
        Texts{"a", "no code", "", "2024-11-22", "b"});
}

TEST_CASE("the lines of something that is no reply, or only part of one, can be displayed too",
          "[smtp][reply]") {
  CHECK(texts_of("SSH-2.0-OpenSSH_9.2p1\r\n") == Texts{"SSH-2.0-OpenSSH_9.2p1"});
  CHECK(texts_of("220-mx.test\r\n22") == Texts{"mx.test", "22"});
  CHECK(texts_of("220-mx.test\r\n220 rea") == Texts{"mx.test", "rea"});
  CHECK(texts_of("220 ready\r") == Texts{"ready"});
  CHECK(texts_of("\n") == Texts{""});
}

// Random octets that resemble replies often enough to get far into the parser.
std::string random_octets(std::mt19937& random) {
  static const std::string_view kParts[] = {"250-", "250 ", "220",   "421 ",    "\r\n", "\r\n",
                                            "\r\n", "\n",   "\r",    "\t",      "-",    " ",
                                            "2",    "text", "\x80y", "STARTTLS"};
  std::string octets = random() % 8 == 0 ? "" : "250-";
  // Sometimes not a reply at all: text, or something that cannot be text.
  if (random() % 16 == 0) octets = random() % 2 == 0 ? "text\r\n" : "SSH-";
  for (auto parts = random() % 40; parts > 0; --parts) {
    octets += kParts[random() % std::size(kParts)];
    if (random() % 16 == 0) octets += static_cast<char>(random() % 256);
    if (random() % 64 == 0) octets += std::string(random() % 5000, 'l');
  }
  return octets;
}

TEST_CASE("any octets give the same result however they are cut", "[smtp][reply]") {
  std::mt19937 random(20261122);
  std::size_t answers[4] = {};
  for (int round = 0; round < 3000; ++round) {
    const std::string octets = random_octets(random);
    CAPTURE(octets);
    const GuardedBytes guarded(octets);
    const Answer whole = read_in_pieces(guarded.view(), octets.size());
    ++answers[static_cast<std::size_t>(whole.status)];
    REQUIRE(whole.reader.reached() <= octets.size());

    ReplyReader pieced;
    ReplyStatus status = ReplyStatus::need_more;
    for (std::size_t size = 0; size < octets.size() && status == ReplyStatus::need_more;) {
      size = std::min(octets.size(), size + random() % 20);
      status = pieced.read(std::string_view(octets).substr(0, size));
    }
    REQUIRE(status == whole.status);
    REQUIRE(pieced.reached() == whole.reader.reached());
    REQUIRE(pieced.code() == whole.reader.code());
    REQUIRE(pieced.line_count() == whole.reader.line_count());
    REQUIRE(pieced.anomalies() == whole.reader.anomalies());
  }
  // The test is worth something only if the octets reached every status often.
  CHECK(answers[static_cast<std::size_t>(ReplyStatus::need_more)] > 100);
  CHECK(answers[static_cast<std::size_t>(ReplyStatus::complete)] > 100);
  CHECK(answers[static_cast<std::size_t>(ReplyStatus::malformed)] > 100);
}

// Empty without the folder; the tests that read it then check nothing.
std::vector<std::string> corpus_lines(const char* file) {
  std::vector<std::string> lines;
  const char* const folder = std::getenv("MXSWEEP_CORPORA");
  if (folder == nullptr) return lines;
  std::ifstream input(std::string(folder) + "/" + file);
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  REQUIRE_FALSE(lines.empty());
  return lines;
}

TEST_CASE("real greetings are read to the last octet", "[smtp][reply][corpora]") {
  for (const std::string& banner : corpus_lines("banners.txt")) {
    expect_reply("220 " + banner + "\r\n", {220});
    CHECK(texts_of("220 " + banner + "\r\n") == Texts{banner});
  }
}

TEST_CASE("real refusals are read to the last octet", "[smtp][reply][corpora]") {
  for (const std::string& line : corpus_lines("reply_lines.txt")) {
    CAPTURE(line);
    REQUIRE(line.size() > 4);
    const int code = std::stoi(line.substr(0, 3));
    const std::string text = line.substr(4);
    if (line[3] == '-') {
      expect_reply(line + "\r\n" + line.substr(0, 3) + " end\r\n", {code, 2});
    } else {
      expect_reply(line + "\r\n", {code});
    }
    CHECK(texts_of(line + "\r\n") == Texts{text});
  }
}

}  // namespace
}  // namespace mxsweep::smtp
