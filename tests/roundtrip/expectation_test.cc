// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/expectation.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include "mxsweep/roundtrip/extension.h"
#include "mxsweep/roundtrip/pattern.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::roundtrip {
namespace {

bool meets(std::initializer_list<std::string_view> words, int code, std::string_view reply) {
  Expectation expectation;
  for (const std::string_view word : words) REQUIRE(add_word(word, expectation).ok());
  const GuardedBytes guarded(reply);
  return holds(expectation, code, guarded.view());
}

std::string why_not(std::string_view pattern) {
  const Result<Pattern> compiled = Pattern::compile(pattern);
  return compiled.ok() ? "" : compiled.status().sentence();
}

std::string captured(std::string_view pattern, std::string_view text) {
  const Result<Pattern> compiled = Pattern::compile(pattern);
  REQUIRE(compiled.ok());
  const GuardedBytes guarded(text);
  CHECK(compiled->matches(guarded.view()) == compiled->capture(guarded.view()).has_value());
  return compiled->capture(guarded.view()).value_or("-");
}

constexpr std::string_view kUnknownUser = "550 5.1.1 <x@example.org>: unknown user\r\n";
constexpr std::string_view kEhlo =
    "250-mx.example.org\r\n250-SIZE 10485760\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n";

}  // namespace

TEST_CASE("a reply is expected by its code, class or enhanced code", "[roundtrip][expect]") {
  CHECK(meets({"550"}, 550, kUnknownUser));
  CHECK(meets({"5xx"}, 550, kUnknownUser));
  CHECK(meets({"5XX"}, 550, kUnknownUser));
  CHECK(meets({"5.1.1"}, 550, kUnknownUser));
  CHECK_FALSE(meets({"250"}, 550, kUnknownUser));
  CHECK_FALSE(meets({"2xx"}, 550, kUnknownUser));
  CHECK_FALSE(meets({"5.1.2"}, 550, kUnknownUser));
  CHECK_FALSE(meets({"5.1.1"}, 550, "550 unknown user\r\n"));
}

TEST_CASE("one of each kind must hold", "[roundtrip][expect]") {
  CHECK(meets({"550", "5.1.1", "unknown"}, 550, kUnknownUser));
  CHECK(meets({"250", "550"}, 550, kUnknownUser));
  CHECK(meets({"250", "5xx"}, 550, kUnknownUser));
  CHECK(meets({"5.7.1", "5.1.1", "nothing", "unknown user"}, 550, kUnknownUser));
  CHECK_FALSE(meets({"550", "5.7.1"}, 550, kUnknownUser));
  CHECK_FALSE(meets({"550", "5.1.1", "relay"}, 550, kUnknownUser));
  CHECK(meets({}, 550, kUnknownUser));
}

TEST_CASE("a pattern is held against the whole text of a reply", "[roundtrip][expect]") {
  CHECK(text_of(kEhlo) == "mx.example.org\nSIZE 10485760\nAUTH PLAIN LOGIN\nSTARTTLS");
  CHECK(meets({"(?m)^STARTTLS$"}, 250, kEhlo));
  CHECK(meets({"SIZE.*STARTTLS"}, 250, kEhlo));
  CHECK(meets({"(?i)starttls"}, 250, kEhlo));
  CHECK_FALSE(meets({"250"}, 220, kEhlo));
  CHECK_FALSE(meets({"250-"}, 250, kEhlo));
  CHECK_FALSE(meets({"STARTTLS$x"}, 250, kEhlo));
}

TEST_CASE("words that look like codes and are none are patterns", "[roundtrip][expect]") {
  for (const std::string_view word : {"150", "600", "1xx", "25", "2500", "3.1.1", "5.01.1", "5.1",
                                      "5.1.1.1", "5.1000.1", "2x", "2xy"}) {
    INFO(word);
    Expectation expectation;
    REQUIRE(add_word(word, expectation).ok());
    CHECK(expectation.patterns.size() == 1);
    CHECK(words_of(expectation) == std::vector<std::string>{std::string(word)});
  }
}

TEST_CASE("words of an expectation are told as they are read", "[roundtrip][expect]") {
  Expectation expectation;
  for (const std::string_view word : {"x+", "5.1.1", "2xx", "550"}) {
    REQUIRE(add_word(word, expectation).ok());
  }
  CHECK(words_of(expectation) == std::vector<std::string>{"550", "2xx", "5.1.1", "x+"});
}

TEST_CASE("what a pattern cannot be is said", "[roundtrip][pattern]") {
  CHECK(why_not("queued as (\\S+)").empty());
  CHECK(why_not("(") == "not a pattern: missing ): (");
  CHECK(why_not("(a)\\1") == "not a pattern: invalid escape sequence: \\1");
  CHECK(why_not(std::string(257, 'a')) == "a pattern has at most 256 octets");
  CHECK(why_not("(a.{0,100}){0,9}z") == "the pattern repeats too much to be matched quickly");
}

TEST_CASE("a pattern captures its first group, or all that it matches", "[roundtrip][pattern]") {
  CHECK(captured("queued as (\\S+)", "2.0.0 Ok: queued as 4Xabc") == "4Xabc");
  CHECK(captured("as .*", "queued as 4Xabc") == "as 4Xabc");
  CHECK(captured("(x)?y", "y").empty());
  CHECK(captured("z", "queued") == "-");
  CHECK(captured("^$", "").empty());
  CHECK(captured("\xff+", "a\xff\xff") == "\xff\xff");
  CHECK(captured("a+", std::string(1000, 'a')).size() == kCapturedOctetsMax);
}

TEST_CASE("what is behind the limit of a text is not looked at", "[roundtrip][pattern]") {
  CHECK(captured("b", std::string(kMatchedOctetsMax, 'a') + "b") == "-");
  CHECK(captured("b", std::string(kMatchedOctetsMax - 1, 'a') + "b") == "b");
}

TEST_CASE("extensions are wanted by keyword, parameter and number", "[roundtrip][extension]") {
  CHECK(is_offered("STARTTLS", kEhlo));
  CHECK(is_offered("starttls", kEhlo));
  CHECK(is_offered("AUTH LOGIN", kEhlo));
  CHECK(is_offered("SIZE>=10485760", kEhlo));
  CHECK_FALSE(is_offered("SIZE>=10485761", kEhlo));
  CHECK_FALSE(is_offered("AUTH XOAUTH2", kEhlo));
  CHECK_FALSE(is_offered("mx.example.org", kEhlo));
  CHECK(is_offered("SIZE>=1", "250-a\r\n250 SIZE\r\n"));
  CHECK(is_offered("SIZE>=1", "250-a\r\n250 SIZE 0\r\n"));
  CHECK_FALSE(is_offered("SIZE>=1", "250-a\r\n250 SIZE x\r\n"));
}

TEST_CASE("what is no extension is said", "[roundtrip][extension]") {
  for (const std::string_view want : {"STARTTLS", "AUTH PLAIN", "SIZE>=1", "X-a"}) {
    CHECK(check_extension(want).ok());
  }
  for (const std::string_view want : {"", " ", "SIZE>=", "SIZE>=x", ">=1", "A B C",
                                      "SIZE>=99999999999999999999", "A ", "A\r\n"}) {
    INFO(want);
    CHECK_FALSE(check_extension(want).ok());
  }
}

}  // namespace mxsweep::roundtrip
