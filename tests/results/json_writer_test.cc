// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_writer.h"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "support/parsed_record.h"
#include "support/sample_records.h"

namespace mxsweep::results {
namespace {

using namespace std::string_literals;

std::string every_octet_but(std::string_view excluded) {
  std::string octets;
  for (int value = 0; value < 256; ++value) {
    if (excluded.find(static_cast<char>(value)) == excluded.npos)
      octets += static_cast<char>(value);
  }
  return octets;
}

Record with_greeting(int code, std::string_view octets) {
  Record record = samples::attempted();
  record.replies[Phase::greeting] = {code, octets};
  return record;
}

Record with_ehlo(int code, std::string_view octets) {
  Record record = samples::attempted();
  record.replies[Phase::ehlo] = {code, octets};
  return record;
}

std::string extensions_of(std::string_view ehlo) {
  return Parsed(with_ehlo(250, ehlo)).json("/ehlo/extensions");
}

}  // namespace

TEST_CASE("a record without results has no optional keys", "[results][json]") {
  Record record;
  record.target = "192.0.2.10";
  CHECK(json_of(record) ==
        R"({"v":1,"target":"192.0.2.10","outcome":"local","phase":"input","cause":"none"})"
        "\n");
}

TEST_CASE("a successful conversation is written in full", "[results][json]") {
  CHECK(json_of(samples::typical()) ==
        R"({"v":1,"target":"192.0.2.10","line":17,"ip":"192.0.2.10","port":25,"attempt":1,)"
        R"("at":"2026-11-22T10:15:00.123456Z","outcome":"ok","phase":"quit","cause":"none",)"
        R"("greeting":{"code":220,"text":["mx1.example.net ESMTP Postfix"],)"
        R"("host":"mx1.example.net","esmtp":true},)"
        R"("ehlo":{"verb":"EHLO","code":250,"host":"mx1.example.net","extensions":{)"
        R"("PIPELINING":"","SIZE":"10240000","STARTTLS":"","ENHANCEDSTATUSCODES":"",)"
        R"("8BITMIME":"","DSN":"","CHUNKING":""}},"starttls":{"offered":"yes"},)"
        R"("bytes":{"in":237,"out":25},)"
        R"("ms":{"connect":12.010,"greeting":13.377,"ehlo":12.100,"quit":12.050,"total":101.342}})"
        "\n");
}

TEST_CASE("a refusal has the reply that decided it", "[results][json]") {
  const Parsed busy(samples::too_busy());
  CHECK(busy.json("/reply/code") == "421");
  CHECK(busy.text("/reply/enhanced") == "4.7.0");
  CHECK(busy.text("/reply/text/0") ==
        "4.7.0 mx1.example.net Error: too many connections from 192.0.2.99");
  CHECK(busy.text("/starttls/offered") == "unknown");
  CHECK(busy.keys("/greeting") == std::vector<std::string>{"code", "text"});

  const Parsed blocked(samples::blocked());
  CHECK(blocked.text("/reply/enhanced") == "5.7.1");
  CHECK(blocked.texts("/reply/text").size() == 2);
}

TEST_CASE("a failed connect has its errno by name", "[results][json]") {
  Record record = samples::failed(Phase::connect, Cause::net_refused, ECONNREFUSED);
  CHECK(Parsed(record).text("/errno") == "ECONNREFUSED");
  CHECK_FALSE(Parsed(record).has("/reply"));
  record.socket_errno = 99'999;
  CHECK(Parsed(record).text("/errno") == "E99999");
  record.socket_errno = -1;
  CHECK(Parsed(record).text("/errno") == "E0");
}

TEST_CASE("octets that are not SMTP are kept as received, without a code", "[results][json]") {
  const Parsed http(samples::not_smtp());
  CHECK(http.keys("/reply") == std::vector<std::string>{"text"});
  CHECK(http.texts("/reply/text") ==
        std::vector<std::string>{"HTTP/1.1 400 Bad Request", "", "\0\x01\x7f\"\\"s});

  Record record = samples::failed(Phase::greeting, Cause::net_closed_early);
  record.reply = {0, "220-mx1.example.net\n220"};
  CHECK(Parsed(record).texts("/reply/text") ==
        std::vector<std::string>{"220-mx1.example.net", "220"});
}

TEST_CASE("noise is limited to the lines and line length of a reply", "[results][json]") {
  Record record = samples::failed(Phase::greeting, Cause::protocol_not_smtp);
  const std::string line_feeds(smtp::kReplyOctetsMax, '\n');
  record.reply = {0, line_feeds};
  CHECK(Parsed(record).texts("/reply/text").size() == smtp::kReplyLinesMax);
  const std::string one_line(smtp::kReplyOctetsMax, 'x');
  record.reply = {0, one_line};
  CHECK(Parsed(record).text("/reply/text/0").size() == smtp::kLineOctetsMax);
}

TEST_CASE("every octet of a target can be restored", "[results][json]") {
  const std::string all = every_octet_but("");
  Record record = samples::invalid_line();
  record.target = all;
  const Parsed parsed(record);
  CHECK(latin1_octets(parsed.text("/target")) == all);
  CHECK(parsed.json("/latin1") == "true");
  CHECK(parsed.keys()[2] == "latin1");
}

TEST_CASE("a record of one of several lists names it after the line", "[results][json]") {
  Record record = samples::invalid_object();
  record.list = "b.txt";
  CHECK(Parsed(record).keys() == std::vector<std::string>{"v", "target", "line", "list", "meta",
                                                          "outcome", "phase", "cause", "group",
                                                          "blame", "input"});
  CHECK(Parsed(record).text("/list") == "b.txt");
}

TEST_CASE("a line with an invalid object has the key after the cause", "[results][json]") {
  const Parsed parsed(samples::invalid_object());
  CHECK(parsed.keys() == std::vector<std::string>{"v", "target", "line", "meta", "outcome", "phase",
                                                  "cause", "group", "blame", "input"});
  CHECK(parsed.json("/input") == R"({"key":"port","why":"not an integer"})");
  CHECK(parsed.json("/meta") == R"({"rack":"b7"})");
  Record record = samples::invalid_object();
  record.input_why = {};
  record.input_key = "r\"\n\xc3\xa9";
  CHECK(Parsed(record).json("/input") == "{\"key\":\"r\\\"\\n\xc3\xa9\"}");
  record.input_key = {};
  CHECK_FALSE(Parsed(record).has("/input"));
  record.input_why = "not well-formed JSON";
  CHECK(Parsed(record).json("/input") == R"({"why":"not well-formed JSON"})");
}

TEST_CASE("every octet of a reply's text can be restored", "[results][json]") {
  const std::string text = every_octet_but("\n");
  const std::string reply = "220-" + text + "\r\n220 " + text + "\r\n";
  Record record = samples::refused(Phase::greeting, Cause::reject_unspecified, {220, reply});
  const Parsed parsed(record);
  for (const char* const pointer : {"/greeting/text/0", "/greeting/text/1", "/reply/text/0"}) {
    CHECK(latin1_octets(parsed.text(pointer)) == text);
  }
  CHECK(parsed.json("/greeting/latin1") == "true");
  CHECK(parsed.json("/reply/latin1") == "true");
  CHECK_FALSE(parsed.has("/latin1"));
}

TEST_CASE("every octet of a keyword and of its parameters can be restored", "[results][json]") {
  const std::string keyword = every_octet_but("\n\r\t =abcdefghijklmnopqrstuvwxyz");
  const std::string parameters = 'x' + every_octet_but("\n\r") + 'x';
  const std::string reply = "250-host\r\n250 " + keyword + " " + parameters + "\r\n";
  const Parsed parsed(with_ehlo(250, reply));
  const std::vector<std::string> keys = parsed.keys("/ehlo/extensions");
  REQUIRE(keys.size() == 1);
  CHECK(latin1_octets(keys[0]) == keyword);
  const std::string json = json_of(with_ehlo(250, reply));
  Record as_target = samples::invalid_line();
  as_target.target = parameters;
  const std::string escaped = json_of(as_target);
  const std::size_t begin = escaped.find("\"target\":") + 9;
  const std::size_t end = escaped.find(",\"latin1\"");
  CHECK(json.find(":" + escaped.substr(begin, end - begin) + "},\"latin1\":true") != json.npos);
}

TEST_CASE("a text in UTF-8 stays unchanged", "[results][json]") {
  const Parsed parsed(samples::utf8());
  CHECK(parsed.text("/target") ==
        "b\xc3\xbc"
        "cher.example");
  CHECK(parsed.text("/greeting/text/0") ==
        "mx1.example.net ESMTP Gr\xc3\xbc\xc3\x9f"
        "e");
  CHECK(parsed.text("/ehlo/extensions/X-GRUSS") == "\xe2\x9c\x89");
  CHECK(json_of(samples::utf8()).find("latin1") == std::string::npos);
}

TEST_CASE("the Latin-1 flag is next to the text that it is about", "[results][json]") {
  const Parsed parsed(samples::eight_bit());
  CHECK(parsed.keys("/greeting") ==
        std::vector<std::string>{"code", "text", "latin1", "host", "esmtp"});
  CHECK_FALSE(parsed.has("/ehlo/latin1"));
  CHECK(parsed.text("/greeting/text/0") ==
        "mx1.example.net ESMTP Bienvenue \xc3\xa0 Orl\xc3\xa9"
        "ans");
  CHECK(Parsed(with_ehlo(250, "250-\xfc\r\n250 SIZE\r\n")).keys("/ehlo") ==
        std::vector<std::string>{"verb", "code", "host", "extensions", "latin1"});
  // All names share one flag.
  CHECK(Parsed(samples::latin1_target()).text("/name") ==
        "b\xc3\xbc"
        "cher");
}

TEST_CASE("a line that is cut within a character stays UTF-8", "[results][json]") {
  for (std::size_t before = 0; before < 8; ++before) {
    // The code counts towards the line's length.
    std::string reply = "220 " + std::string(smtp::kLineOctetsMax - before, 'x');
    for (int i = 0; i < 4; ++i) reply += "\xf0\x9f\x93\xac";
    reply += "\r\n";
    const Parsed parsed(with_greeting(220, reply));
    CHECK_FALSE(parsed.has("/greeting/latin1"));
    const std::string text = parsed.text("/greeting/text/0");
    CHECK(reply.find(text) == 4);
    CHECK(text.size() <= smtp::kLineOctetsMax);
    CHECK(text.size() > smtp::kLineOctetsMax - 8);
  }
}

TEST_CASE("two keywords that differ only after the cut are one key", "[results][json]") {
  const std::string long_word(smtp::kLineOctetsMax - 5, 'X');
  const std::string reply =
      "250-host\r\n250-" + long_word + "\xc3\xbc\r\n250 " + long_word + "\xe2\x9c\x89\r\n";
  CHECK(Parsed(with_ehlo(250, reply)).keys("/ehlo/extensions") ==
        std::vector<std::string>{long_word});
}

TEST_CASE("the longest reply is written completely", "[results][json]") {
  const Parsed parsed(samples::huge());
  const std::vector<std::string> lines = parsed.texts("/greeting/text");
  REQUIRE(lines.size() == smtp::kReplyLinesMax);
  CHECK(latin1_octets(lines[511]) == "512 " + std::string(128 - 6 - 4, '\x80'));
  CHECK(parsed.keys("/ehlo/extensions").size() == smtp::kReplyLinesMax - 1);
  CHECK(parsed.texts("/anomalies").size() == kAnomalyCount);
  CHECK(parsed.json("/line") == "18446744073709551615");
}

TEST_CASE("a reply that is cut anywhere still makes a record", "[results][json]") {
  for (const std::string_view wire : {samples::kPostfixGreeting, samples::kPostfixEhlo}) {
    for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
      const GuardedBytes part(wire.substr(0, cut));
      for (const int code : {0, 220, 554}) {
        Record record = samples::typical();
        record.replies[Phase::greeting] = record.replies[Phase::ehlo] =
            record.reply = {code, part.view()};
        CHECK(Parsed(record).has("/greeting") == (cut > 0));
      }
    }
  }
}

TEST_CASE("a greeting's host is its first word if that looks like one", "[results][json]") {
  const struct {
    const char* greeting;
    const char* host;  // Null: absent.
    bool esmtp;
  } kRows[] = {
      {"220 mx1.example.net ESMTP Postfix\r\n", "mx1.example.net", true},
      {"220 [192.0.2.10] ESMTP\r\n", "[192.0.2.10]", true},
      {"220 [IPv6:2001:db8::5] Simple Mail\r\n", "[IPv6:2001:db8::5]", false},
      {"220-mx_1 hello\r\n220 esmtp spoken here\r\n", "mx_1", true},
      {"220 esmtp.example.net ready\r\n", "esmtp.example.net", false},
      {"220 ESMTP Exim\r\n", nullptr, true},
      {"220 **************\r\n", nullptr, false},
      {"220 foo.bar, ESMTP EXIM\r\n", nullptr, true},
      {"220 mx NT-ESMTP Server\r\n", "mx", true},
      {"220 mx ESMTP+IDENT ready\r\n", "mx", true},
      {"220 mx ESMTPS\r\n", "mx", false},
      {"220 mx (ESMTP)\r\n", "mx", true},
      {"220   mx \t SMTP\r\n", "mx", false},
      {"220\r\n", nullptr, false},
      {"220 \r\n", nullptr, false},
      {"220 m\xfc"
       "nchen ESMTP\r\n",
       nullptr, true},
  };
  for (const auto& row : kRows) {
    CAPTURE(row.greeting);
    const Parsed parsed(with_greeting(220, row.greeting));
    CHECK(parsed.has("/greeting/host") == (row.host != nullptr));
    if (row.host != nullptr) CHECK(parsed.text("/greeting/host") == row.host);
    CHECK(parsed.json("/greeting/esmtp") == (row.esmtp ? "true" : "false"));
  }
}

TEST_CASE("a greeting that declines has neither host nor esmtp", "[results][json]") {
  for (const int code : {421, 554, 0, 354}) {
    const Parsed parsed(with_greeting(code, "554 mx1.example.net ESMTP not accepting\r\n"));
    CHECK_FALSE(parsed.has("/greeting/host"));
    CHECK_FALSE(parsed.has("/greeting/esmtp"));
    CHECK(parsed.has("/greeting/code") == (code != 0));
  }
}

TEST_CASE("a repeated keyword is one key", "[results][json]") {
  CHECK(extensions_of("250-mx\r\n250-AUTH PLAIN LOGIN\r\n250-SIZE 1\r\n250-AUTH=LOGIN PLAIN\r\n"
                      "250 auth CRAM-MD5  PLAIN\r\n") ==
        R"({"AUTH":"PLAIN LOGIN CRAM-MD5","SIZE":"1","AUTH=":"LOGIN PLAIN"})");
  CHECK(extensions_of("250-mx\r\n250-SIZE\r\n250-size 5\r\n250 SIZE\r\n") == R"({"SIZE":"5"})");
  CHECK(extensions_of("250-mx\r\n250-DSN\r\n250-DSN\r\n250 dsn\r\n") == R"({"DSN":""})");
  CHECK(extensions_of("250-mx\r\n250-A b b\r\n250 A B c c b\r\n") == R"({"A":"b b B c"})");
}

TEST_CASE("neither the server's name nor an empty line is a keyword", "[results][json]") {
  CHECK(extensions_of("250 starttls\r\n") == "{}");
  CHECK(extensions_of("250-mx\r\n250-\r\n250 \r\n") == "{}");
  CHECK_FALSE(Parsed(with_ehlo(250, "250 \r\n")).has("/ehlo/host"));
}

TEST_CASE("the largest number of keywords in a reply is kept, or merged if equal",
          "[results][json]") {
  std::string distinct = "250-mx\r\n";
  std::string alike = distinct;
  std::string expected;
  for (std::size_t line = 2; line <= smtp::kReplyLinesMax; ++line) {
    const std::string begin = line < smtp::kReplyLinesMax ? "250-" : "250 ";
    distinct += begin + "x" + std::to_string(line) + " 1\r\n";
    alike += begin + "auth " + std::to_string(line / 2) + " same\r\n";
    if (line == 2) {
      expected = "1 same";
    } else if (line % 2 == 0) {
      expected += ' ' + std::to_string(line / 2);
    }
  }
  CHECK(Parsed(with_ehlo(250, distinct)).keys("/ehlo/extensions").size() ==
        smtp::kReplyLinesMax - 1);
  CHECK(Parsed(with_ehlo(250, alike)).text("/ehlo/extensions/AUTH") == expected);

  std::string words = "250-mx\r\n250-auth\r\n250 auth";
  while (words.size() < 4000) words += " " + std::to_string(words.size() % 97);
  const std::string merged = Parsed(with_ehlo(250, words + "\r\n")).text("/ehlo/extensions/AUTH");
  CHECK(std::count(merged.begin(), merged.end(), ' ') < 97);
}

TEST_CASE("HELO has no extensions, and a refused EHLO has only its code", "[results][json]") {
  CHECK(Parsed(samples::helo_only()).json("/ehlo") ==
        R"({"verb":"HELO","code":250,"host":"mx1.example.net","extensions":{}})");
  CHECK(Parsed(samples::ehlo_refused()).json("/ehlo") == R"({"verb":"EHLO","code":550})");
  CHECK(Parsed(samples::ehlo_refused()).json("/reply") ==
        "{\"code\":550,\"enhanced\":\"5.7.1\",\"text\":[\"5.7.1 go away\xc3\xbf\"],"
        "\"latin1\":true}");
  CHECK(Parsed(with_ehlo(0, "no reply")).json("/ehlo") == R"({"verb":"EHLO"})");
}

TEST_CASE("STARTTLS is offered, not offered, or unknown", "[results][json]") {
  Record record = samples::typical();
  record.starttls_offered = Offered::no;
  CHECK(Parsed(record).json("/starttls") == R"({"offered":"no"})");
  record.starttls_offered = Offered::not_known;
  CHECK(Parsed(record).json("/starttls") == R"({"offered":"unknown"})");
  record.starttls_known = false;
  CHECK_FALSE(Parsed(record).has("/starttls"));
}

TEST_CASE("meta is copied octet for octet", "[results][json]") {
  const std::string line = json_of(samples::with_meta());
  const std::string meta(samples::with_meta().meta);
  CHECK(line.find(",\"meta\":" + meta + ",\"ip\":\"2001:db8::5\"") != line.npos);
  const std::string large = '"' + std::string(30'000, 'm') + '"';
  Record record = samples::typical();
  record.meta = large;
  CHECK(Parsed(record).json("/meta") == large);
}

TEST_CASE("only phases that were reached have a time", "[results][json]") {
  Record record;
  CHECK_FALSE(Parsed(record).has("/ms"));
  record.ms[Phase::input] = Duration{1};
  CHECK_FALSE(Parsed(record).has("/ms"));
  record.ms.total = Duration{0};
  CHECK(json_of(record).find(R"("ms":{"total":0.000}})") != std::string::npos);
  for (std::size_t i = 1; i < kPhaseCount; ++i) record.ms.of[i] = std::chrono::milliseconds{i};
  CHECK(Parsed(record).keys("/ms") ==
        std::vector<std::string>{"dns", "connect", "greeting", "ehlo", "starttls", "tls",
                                 "ehlo_tls", "mail", "rcpt", "relay", "quit", "total"});
}

TEST_CASE("octets are counted for a connection that was tried", "[results][json]") {
  CHECK(Parsed(samples::failed(Phase::connect, Cause::net_refused)).json("/bytes") ==
        R"({"in":0,"out":0})");
  CHECK_FALSE(Parsed(samples::invalid_line()).has("/bytes"));
}

TEST_CASE("the software has what is known of it", "[results][json]") {
  CHECK_FALSE(Parsed(samples::typical()).has("/software"));
  CHECK(Parsed(samples::known_software()).json("/software") ==
        R"({"product":"Microsoft Exchange","version":"15.1.2507.6","release":"2016",)"
        R"("vendor":"Microsoft","evidence":"greeting","confidence":"certain"})");
  CHECK(Parsed(samples::guessed_software()).json("/software") ==
        R"({"product":"Überpost","evidence":"extensions","confidence":"possible"})");
}

TEST_CASE("anomalies are named in the order of their list", "[results][json]") {
  Record record = samples::typical();
  CHECK_FALSE(Parsed(record).has("/anomalies"));
  record.anomalies.add(Anomaly::plaintext_after_starttls);
  record.anomalies.add(Anomaly::bare_lf);
  CHECK(Parsed(record).json("/anomalies") == R"(["bare_lf","plaintext_after_starttls"])");
}

TEST_CASE("records follow one another, one per line", "[results][json]") {
  std::string out;
  std::string expected;
  for (const Record& record : samples::sample_records()) {
    append_json(record, out);
    expected += json_of(record);
  }
  CHECK(out == expected);
  CHECK(static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')) ==
        samples::sample_records().size());
}

}  // namespace mxsweep::results
