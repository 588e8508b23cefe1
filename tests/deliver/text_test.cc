// SPDX-License-Identifier: MIT
#include "deliver/text.h"

#include "support/catch.h"

namespace mxsweep::deliver {
namespace {

std::string escaped(std::string_view text, Escaper escaper) {
  std::string out;
  append_escaped(out, text, escaper);
  return out;
}

TEST_CASE("control characters become visible, and lines stay lines") {
  CHECK(clean("a\tb\nc") == "a\tb\nc");
  CHECK(clean("red \x1b[31m\r\n") == "red \\u001b[31m\\u000d\n");
  CHECK(clean(std::string_view("\0\x7f", 2)) == "\\u0000\\u007f");
  CHECK(clean("\xC2\x9B\x31m") == "\\u009b1m");
}

TEST_CASE("a text that would run backwards does not") {
  CHECK(clean("gpj.\xE2\x80\xAE\x65xe") == "gpj.\\u202eexe");
}

TEST_CASE("octets that are not UTF-8 are replaced, and those that are stay") {
  CHECK(clean("grüße 🙂") == "grüße 🙂");
  CHECK(clean("\xFF") == "\xEF\xBF\xBD");
  CHECK(clean("\xC3") == "\xEF\xBF\xBD");
  CHECK(clean("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");                  // Overlong.
  CHECK(clean("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // A surrogate.
}

TEST_CASE("each syntax escapes what it gives a meaning") {
  CHECK(escaped("a\"b\\\n\t{{x}}", Escaper::json) == "a\\\"b\\\\\\n\\t{{x}}");
  CHECK(escaped("a b&c=ü", Escaper::form) == "a%20b%26c%3D%C3%BC");
  CHECK(escaped("<a b='c'>&", Escaper::xml) == "&lt;a b=&#39;c&#39;&gt;&amp;");
  CHECK(escaped("a\r\nBcc: x", Escaper::header) == "a  Bcc: x");
  CHECK(escaped("<\n>", Escaper::none) == "<\n>");
}

TEST_CASE("no product takes a text for markup or a mention") {
  constexpr std::size_t kMuch = 1000;
  CHECK(neutral("<!channel> & <@U1>", Markup::slack, kMuch) ==
        "&lt;!channel&gt; &amp; &lt;@U1&gt;");
  CHECK(neutral("**@everyone**", Markup::discord, kMuch) == "\\*\\*\\@everyone\\*\\*");
  CHECK(neutral("@here", Markup::mattermost, kMuch) == "@\u200bhere");
  CHECK(neutral("```<users/all>", Markup::googlechat, kMuch) ==
        "`\u200b`\u200b`\u200b<\u200busers/all>");
  CHECK(neutral("@ops", Markup::mentions, kMuch) == "@\u200bops");
}

TEST_CASE("a text is cut between characters, after they were neutralised") {
  CHECK(neutral("abcdef", Markup::none, 6) == "abcdef");
  CHECK(neutral("abcdefg", Markup::none, 6) == "abc…");
  CHECK(neutral("üüüü", Markup::none, 7) == "üü…");
  CHECK(neutral("<<<<", Markup::slack, 12) == "&lt;&lt;…");
  CHECK(neutral("abc", Markup::none, 2).empty());
}

}  // namespace
}  // namespace mxsweep::deliver
