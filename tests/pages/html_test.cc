// SPDX-License-Identifier: MIT
#include "pages/html.h"

#include "support/catch.h"

namespace mxsweep::pages {
namespace {

using namespace std::string_view_literals;

std::string escaped(std::string_view octets) {
  std::string out;
  append_escaped(octets, out);
  return out;
}

TEST_CASE("what means something in HTML is escaped", "[pages][html]") {
  CHECK(escaped("a<b>&\"c\"'d'") == "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
  CHECK(escaped("&lt;") == "&amp;lt;");
  CHECK(escaped("").empty());
}

TEST_CASE("characters of other languages are left as they are", "[pages][html]") {
  CHECK(escaped("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x98") ==
        "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x98");
}

TEST_CASE("control characters become visible", "[pages][html]") {
  CHECK(escaped("a\nb\tc") == "a\nb\tc");
  CHECK(escaped("\0"sv) == "\xe2\x90\x80");
  CHECK(escaped("\x1b[31m") == "\xe2\x90\x9b[31m");
  CHECK(escaped("\r") == "\xe2\x90\x8d");
  CHECK(escaped("\x7f") == "\xe2\x90\xa1");
}

TEST_CASE("what is not UTF-8 is shown as U+FFFD", "[pages][html]") {
  const std::string mark = "\xef\xbf\xbd";
  CHECK(escaped("\xff"
                "a") == mark + "a");
  CHECK(escaped("\xc3") == mark);                                   // Cut.
  CHECK(escaped("\xc3(") == mark + "(");                            // Not continued.
  CHECK(escaped("\xc0\xbc") == mark + mark);                        // "<", overlong.
  CHECK(escaped("\xe0\x80\xbc") == mark + mark + mark);             // The same.
  CHECK(escaped("\xed\xa0\x80") == mark + mark + mark);             // A surrogate.
  CHECK(escaped("\xf4\x90\x80\x80") == mark + mark + mark + mark);  // Beyond the last one.
  CHECK(escaped("\xe2\x82<") == mark + mark + "&lt;");
}

TEST_CASE("what turns the direction of writing, and what XML has not, is replaced",
          "[pages][html]") {
  const std::string mark = "\xef\xbf\xbd";
  CHECK(escaped("\xe2\x80\xae") == mark);  // U+202E
  CHECK(escaped("\xe2\x81\xa6") == mark);  // U+2066
  CHECK(escaped("\xc2\x85") == mark);      // U+0085
  CHECK(escaped("\xef\xbf\xbe") == mark);  // U+FFFE
  CHECK(escaped("\xef\xb7\x90") == mark);  // U+FDD0
}

TEST_CASE("an element has its attributes but for those without a value", "[pages][html]") {
  Html html;
  html.open("a", {{"href", "/?a=1&b=\"2\""}, {"class", ""}}).text("<x>").close("a");
  html.alone("br").put("b", "y", {{"class", "z"}});
  CHECK(html.end() ==
        "<a href=\"/?a=1&amp;b=&quot;2&quot;\">&lt;x&gt;</a><br/><b class=\"z\">y</b>");
}

}  // namespace
}  // namespace mxsweep::pages
