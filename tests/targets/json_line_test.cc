// SPDX-License-Identifier: MIT
// Targets written as JSON.
#include <simdjson.h>

#include <string>
#include <string_view>

#include "mxsweep/core/random.h"
#include "support/catch.h"
#include "targets/read_list.h"

using mxsweep::Random;

namespace {

std::string read_one(const std::string& line) {
  const Items items = read_list(line);
  REQUIRE(items.size() == 1);
  return items.front();
}

void expect_bad_one(std::string_view cause, const Items& lines) {
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(read_one(line) == "1 bad " + std::string(cause) + " text=" + line);
  }
}

// The description of a bad line, which must not depend on where the line is cut.
std::string fault_of(const std::string& line) {
  using mxsweep::targets::Reader;
  std::string description;
  for (std::size_t cut = 0; cut <= line.size(); ++cut) {
    Reader reader({25});
    mxsweep::targets::Target target;
    mxsweep::targets::BadLine bad;
    reader.feed(std::string_view(line).substr(0, cut));
    REQUIRE(reader.next(target, bad) == Reader::Next::need_more);
    reader.feed(std::string_view(line).substr(cut));
    Reader::Next next = reader.next(target, bad);
    if (next == Reader::Next::need_more) {
      reader.finish();
      next = reader.next(target, bad);
    }
    REQUIRE(next == Reader::Next::bad_line);
    if (cut > 0) CHECK(describe_fault(bad) == description);
    description = describe_fault(bad);
  }
  return description;
}

std::string with_meta(const std::string& meta) {
  return R"({"target":"192.0.2.1","meta":)" + meta + "}";
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("a JSON line can set every property of a target", "[targets][json]") {
  CHECK(read_one(R"({"target":"192.0.2.1"})") == "1 192.0.2.1 25 text=192.0.2.1");
  CHECK(read_one(R"({"target":"mx1.example.net","port":465,"tls":"implicit",)"
                 R"("name":"mail.example.net","meta":{"rack":"b7","owner":"ops"}})") ==
        "1 unresolved 465 text=mx1.example.net name=mail.example.net tls=implicit "
        R"(meta={"rack":"b7","owner":"ops"})");
  CHECK(read_one(R"( { "tls" : "off" , "port" : 26 , "target" : "2001:db8::5" } )") ==
        "1 2001:db8::5 26 text=2001:db8::5 tls=off");
  CHECK(read_one(R"({"target":"192.0.2.1","tls":"auto"})") ==
        "1 192.0.2.1 25 text=192.0.2.1 tls=auto");
  CHECK(read_one(R"({"target":"192.0.2.1","tls":"starttls"})") ==
        "1 192.0.2.1 25 text=192.0.2.1 tls=starttls");
}

TEST_CASE("the target of a JSON line takes any text form", "[targets][json]") {
  CHECK(read_one(R"({"target":"[2001:db8::5]:587,mx"})") ==
        "1 2001:db8::5 587 text=[2001:db8::5]:587,mx name=mx");
  CHECK(read_one(R"({"target":"\u0031\u0039\u0032.0.2.1"})") == "1 192.0.2.1 25 text=192.0.2.1");
  CHECK(read_one(R"({"t\u0061rget":"192.0.2.1"})") == "1 192.0.2.1 25 text=192.0.2.1");
  CHECK(read_list(R"({"target":"192.0.2.0/31","port":26,"meta":[1, 2]})") ==
        Items{"1 192.0.2.0 26 text=192.0.2.0/31 meta=[1, 2]",
              "1 192.0.2.1 26 text=192.0.2.0/31 meta=[1, 2]"});
}

TEST_CASE("a fault in the target's text has the same cause as in a text line", "[targets][json]") {
  expect_bad_one("input.syntax",
                 {R"({"target":""})", R"({"target":"a b"})", R"({"target":" 192.0.2.1"})",
                  R"({"target":"192.0.2.1 # x"})", R"({"target":"192.0.2.1\u0000"})",
                  R"({"target":"a\nb"})", R"({"target":"{}"})", R"({"target":"999.1.1.1"})"});
  expect_bad_one("input.prefix", {R"({"target":"192.0.2.0/33"})"});
  expect_bad_one("input.port", {R"({"target":"192.0.2.1:0"})"});
}

TEST_CASE("a port key is an integer from 1 to 65535", "[targets][json]") {
  CHECK(read_one(R"({"target":"192.0.2.1","port":65535})") == "1 192.0.2.1 65535 text=192.0.2.1");
  for (const char* port : {"0", "65536", "-1", "-0", "-25", "99999999999999999999999"}) {
    expect_bad_one("input.port", {R"({"target":"192.0.2.1","port":)" + std::string(port) + "}"});
  }
  for (const char* port : {"\"25\"", "25.0", "2.5e1", "25e0", "true", "null", "[25]", "{}", "025",
                           "+25", "0x19", "25 26", "", "-"}) {
    expect_bad_one("input.json", {R"({"target":"192.0.2.1","port":)" + std::string(port) + "}"});
  }
}

TEST_CASE("a port in the target and a port key must agree", "[targets][json]") {
  CHECK(read_one(R"({"target":"192.0.2.1:26","port":26})") == "1 192.0.2.1 26 text=192.0.2.1:26");
  expect_bad_one("input.port", {R"({"target":"192.0.2.1:25","port":26})",
                                R"({"port":26,"target":"[2001:db8::5]:25"})"});
}

TEST_CASE("a name in the target and a name key must agree", "[targets][json]") {
  CHECK(read_one(R"({"target":"192.0.2.1,mx","name":"mx"})") ==
        "1 192.0.2.1 25 text=192.0.2.1,mx name=mx");
  expect_bad_one("input.json", {R"({"target":"192.0.2.1,mx","name":"my"})"});
  expect_bad_one("input.syntax",
                 {R"({"target":"192.0.2.1","name":""})", R"({"target":"192.0.2.1","name":"a b"})",
                  R"({"target":"192.0.2.1","name":"192.0.2.1"})"});
}

TEST_CASE("an unknown key is an error", "[targets][json]") {
  expect_bad_one("input.unknown_key",
                 {R"({"target":"192.0.2.1","prot":25})", R"({"Target":"192.0.2.1"})",
                  R"({"":1,"target":"192.0.2.1"})", R"({"x":{"target":1},"target":"192.0.2.1"})",
                  R"({"target":"192.0.2.1","targets":["192.0.2.2"]})"});
}

TEST_CASE("malformed JSON is reported before faults of its keys", "[targets][json]") {
  expect_bad_one("input.json", {"{",
                                "{}",
                                "{\"",
                                "{]",
                                "{}}",
                                "{,}",
                                "{\"target\"}",
                                "{\"target\":}",
                                R"({"target":"192.0.2.1")",
                                R"({"target":"192.0.2.1"}})",
                                R"({"target":"192.0.2.1",})",
                                R"({"target":"192.0.2.1"} # comment)",
                                R"({"target":"192.0.2.1"}{})",
                                R"({"target":"192.0.2.1"}x)",
                                R"({"target":"192.0.2.1" "port":25})",
                                R"({"target":"192.0.2.1";"port":25})",
                                R"({"target" "192.0.2.1"})",
                                R"({target:"192.0.2.1"})",
                                R"({'target':'192.0.2.1'})",
                                R"({"target":"192.0.2.1)",
                                R"({"target":"\x"})",
                                R"({"target":"\u12"})",
                                R"({"target":"a	b"})",
                                R"({"prot":25,"target":"192.0.2.1")",
                                R"({"prot":tru,"target":"192.0.2.1"})",
                                R"({"prot":[1,],"target":"192.0.2.1"})"});
}

TEST_CASE("a key of the wrong type, missing or repeated is bad JSON", "[targets][json]") {
  expect_bad_one("input.json",
                 {R"({"port":25})", R"({"target":1})", R"({"target":null})", R"({"target":["a"]})",
                  R"({"target":{"target":"192.0.2.1"}})", R"({"target":"192.0.2.1","name":1})",
                  R"({"target":"192.0.2.1","name":null})", R"({"target":"192.0.2.1","tls":true})",
                  R"({"target":"192.0.2.1","tls":"TLS"})", R"({"target":"192.0.2.1","tls":""})",
                  R"({"target":"192.0.2.1","target":"192.0.2.1"})",
                  R"({"target":"192.0.2.1","port":25,"port":25})",
                  R"({"target":"192.0.2.1","meta":1,"meta":1})"});
}

TEST_CASE("a bad JSON line reports the key and the reason", "[targets][json]") {
  const struct {
    const char* line;
    const char* description;
  } cases[] = {
      {R"({"target":1})", "1 bad input.json key=target why=not a string"},
      {R"({"port":25})", "1 bad input.json key=target why=missing"},
      {R"({"target":"a","name":null})", "1 bad input.json key=name why=not a string"},
      {R"({"target":"a","tls":7})", "1 bad input.json key=tls why=not a string"},
      {R"({"target":"a","tls":"TLS"})",
       "1 bad input.json key=tls why=none of auto, starttls, implicit, off"},
      {R"({"target":"smtps://a","tls":"off"})",
       "1 bad input.json key=tls why=not what the target says"},
      {R"({"target":"a","port":"25"})", "1 bad input.json key=port why=not an integer"},
      {R"({"target":"a","port":0})", "1 bad input.port key=port"},
      {R"({"target":"a:25","port":26})", "1 bad input.port key=port why=not what the target says"},
      {R"({"target":"a:0"})", "1 bad input.port key=target"},
      {R"({"target":"a b"})", "1 bad input.syntax key=target"},
      {R"({"target":"192.0.2.0/33"})", "1 bad input.prefix key=target"},
      {R"({"target":"a","name":"b c"})", "1 bad input.syntax key=name"},
      {R"({"target":"192.0.2.1,a","name":"b"})",
       "1 bad input.json key=name why=not what the target says"},
      {R"({"target":"a","prot":25})", "1 bad input.unknown_key key=prot"},
      {R"({"target":"a","ip":"192.0.2.1"})", "1 bad input.unknown_key key=ip"},
      {R"({"target":"a","pr\u006ft":25})", "1 bad input.unknown_key key=prot"},
      {R"({"target":"a","target":"b"})", "1 bad input.json key=target why=stands there twice"},
      {R"({"target":"a","port":25,"port":25})", "1 bad input.json key=port why=stands there twice"},
      {R"({"target":"a","meta":{"b":tru}})", "1 bad input.json key=meta why=not well-formed JSON"},
      {"{\"target\":\"a\",\"meta\":[1,\r2]}",
       "1 bad input.json key=meta why=has a carriage return"},
      {R"({"target":"a")", "1 bad input.json why=not well-formed JSON"},
      {R"({"target":"a"}x)", "1 bad input.json why=not well-formed JSON"},
      {R"({"v":1,"target":"a","ip":7})", "1 bad input.json key=ip why=not a string"},
      {R"({"v":1,"target":"a","ip":"0.0.0.0"})", "1 bad input.address key=ip"},
      {R"({"saddr":7})", "1 bad input.json key=saddr why=not a string"},
      {R"({"saddr":"192.0.2.1","sport":"x"})", "1 bad input.json key=sport why=not an integer"},
      {R"({"ip":"192.0.2.1","ports":[{"port":0}]})", "1 bad input.port key=ports"},
      {R"({"ip":"192.0.2.1","ports":7})",
       "1 bad input.json key=ports why=not an array of objects that have a port"},
  };
  for (const auto& [line, description] : cases) {
    INFO(line);
    CHECK(fault_of(line) == description);
  }
}

TEST_CASE("a bad JSON line keeps its meta if that can be read", "[targets][json]") {
  const std::string kept = R"( meta={"rack":"b7"})";
  for (const char* line :
       {R"({"target":1,"meta":{"rack":"b7"}})", R"({"meta":{"rack":"b7"},"target":"a b"})",
        R"({"meta":{"rack":"b7"},"target":"a","prot":1})",
        R"({"meta":{"rack":"b7"},"target":"a","target":"b"})",
        R"({"target":"a","port":25,"port":26,"meta":{"rack":"b7"}})",
        R"({"meta":{"rack":"b7"},"target":tru})", R"({"meta":{"rack":"b7"},"saddr":7})"}) {
    INFO(line);
    CHECK(fault_of(line).ends_with(kept));
  }
  for (const char* line :
       {R"({"target":tru,"meta":{"rack":"b7"}})", R"({"meta":{"rack":"b7"},"target":"a")",
        R"({"meta":1,"target":"a","meta":2})", R"({"target":1,"meta":{"rack":b7}})",
        "{\"target\":1,\"meta\":[1,\r2]}", "{\"target\":1,\"meta\":\"\xff\"}", R"({"target":1})"}) {
    INFO(line);
    CHECK(fault_of(line).find("meta=") == std::string::npos);
  }
}

TEST_CASE("a faulty key is kept up to its limit, in whole characters", "[targets][json]") {
  std::string key;
  for (int i = 0; i < 200; ++i) key += "\xc3\xa9";
  const std::string description = fault_of("{\"target\":\"a\",\"x" + key + "\":1}");
  CHECK(description == "1 bad input.unknown_key key=x" + key.substr(0, 254));
}

TEST_CASE("meta is passed through octet for octet", "[targets][json]") {
  for (const char* meta : {"{}", "[]", "null", "true", "false", "0", "-0.0", "1e999", "1E+5",
                           "\"\"", "123456789012345678901234567890", R"("\u00e9\/\"\\")",
                           "\"\xc3\xa9 # {[,:\"", R"({"a" : [ 1 , {"b":"}"} ] ,"a":2})",
                           "[\t1,  2 ]", R"({"":""})", R"("\u0000")", R"(["\ud83d\ude00"])"}) {
    INFO(meta);
    const std::string expected = "1 192.0.2.1 25 text=192.0.2.1 meta=" + std::string(meta);
    CHECK(read_one(with_meta(meta)) == expected);
    CHECK(read_one(with_meta(" " + std::string(meta) + " \t")) == expected);
    CHECK(read_one(R"({"meta":)" + std::string(meta) + R"(,"target":"192.0.2.1"})") == expected);
    CHECK(read_one(R"({"meta":)" + std::string(meta) + R"( , "target":"192.0.2.1"})") == expected);
  }
}

TEST_CASE("meta that is not JSON is not passed through", "[targets][json]") {
  for (const char* meta : {"",
                           "tru",
                           "nul",
                           "truex",
                           "01",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "+1",
                           "-",
                           "--1",
                           "1 2",
                           "1x",
                           "NaN",
                           "Infinity",
                           "[",
                           "[1",
                           "[1 2]",
                           "[1,]",
                           "[,1]",
                           "[1}",
                           "{]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:1}",
                           "[\"a\" \"b\"]",
                           "\"a\"b",
                           "\"\\q\"",
                           "\"\\u00g0\"",
                           "\"a\tb\"",
                           "[1]]",
                           "{}{}",
                           "/**/1",
                           "'a'",
                           "\"\\ud800\"",
                           "[1,2,3]4",
                           "[truefalse]"}) {
    INFO(meta);
    expect_bad_one("input.json", {with_meta(meta)});
  }
}

TEST_CASE("meta is accepted exactly if simdjson's DOM parser accepts it", "[targets][json]") {
  const std::vector<std::string> words = {"[",      "]",    "{",    "}",   ",",       ":",  "\"a\"",
                                          "\"b\":", "1",    "-2.5", "0",   "e1",      "tr", "true",
                                          "false",  "null", " ",    "[1,", "\"c\":{", "\"", "\\"};
  Random random(2);
  simdjson::dom::parser parser;
  int passed = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string meta;
    for (std::uint32_t i = random.below(9); i > 0; --i) {
      meta += words[random.below(static_cast<std::uint32_t>(words.size()))];
    }
    INFO(meta);
    const bool reads = parser.parse(simdjson::padded_string(meta)).error() == simdjson::SUCCESS;
    const Items items = read_list(R"({"target":"mx","port":25,"meta":)" + meta + "}");
    REQUIRE(items.size() == 1);
    const bool passes = !items.front().starts_with("1 bad");
    REQUIRE(passes == reads);
    if (passes) ++passed;
  }
  CHECK(passed > 100);
}

TEST_CASE("a carriage return in meta cannot split a record in two", "[targets][json]") {
  expect_bad_one("input.json", {with_meta("[1,\r2]")});
  CHECK(read_one(with_meta("[1,2]") + "\r\n") == "1 192.0.2.1 25 text=192.0.2.1 meta=[1,2]");
}

TEST_CASE("meta may nest up to a limit that readers of records can follow", "[targets][json]") {
  CHECK(read_one(with_meta(nested(256))) == "1 192.0.2.1 25 text=192.0.2.1 meta=" + nested(256));
  for (const std::size_t depth : {std::size_t{300}, std::size_t{2000}, std::size_t{15000}}) {
    CHECK(read_one(with_meta(nested(depth))).starts_with("1 bad input.json"));
  }
}

TEST_CASE("a JSON line after a longer one contains nothing of it", "[targets][json]") {
  const std::string longer = with_meta('"' + std::string(5000, 'x') + '"');
  CHECK(read_list(longer + "\n" + with_meta("1") + "\n{\"target\":\"192.0.2.2\"")[1] ==
        "2 192.0.2.1 25 text=192.0.2.1 meta=1");
  CHECK(read_list(longer + "\n{\"target\":\"192.0.2.2\"")[1] ==
        "2 bad input.json text={\"target\":\"192.0.2.2\"");
}
