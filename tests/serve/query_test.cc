// SPDX-License-Identifier: MIT
#include "mxsweep/serve/query.h"

#include <string>

#include "mxsweep/core/percent.h"
#include "mxsweep/serve/request.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::serve {
namespace {

using Segments = std::vector<std::string>;
using Members = std::vector<std::pair<std::string, std::string>>;

// Each of them reads no octet beyond its text, wherever that is cut.
void read_all_cuts(std::string_view text) {
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const GuardedBytes part(text.substr(0, cut));
    if (const auto segments = read_path(part.view())) {
      for (const std::string& segment : *segments) {
        CHECK_FALSE(segment.empty());
        CHECK(segment.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos);
      }
    }
    static_cast<void>(read_members(part.view()));
    static_cast<void>(read_host(part.view()));
    static_cast<void>(percent_decoded(part.view()));
  }
}

TEST_CASE("a path is its decoded segments", "[serve][query]") {
  CHECK(read_path("/") == Segments{});
  CHECK(read_path("/group/edge") == Segments{"group", "edge"});
  CHECK(read_path("/group/%C3%BCber%20all") == Segments{"group", "\u00fcber all"});
  CHECK(read_path("/probe/a:25,b@c;d=e") == Segments{"probe", "a:25,b@c;d=e"});
  CHECK(read_path("/-/healthy") == Segments{"-", "healthy"});
  CHECK(read_path("/a/...") == Segments{"a", "..."});
  CHECK(read_path("/%252e%252e") == Segments{"%2e%2e"});  // Decoded once only.
  CHECK(read_path("/1/2/3/4/5/6/7/8").has_value());
  read_all_cuts("/group/%C3%BCber%20all");
}

TEST_CASE("a path with a trick in it is malformed", "[serve][query]") {
  for (const std::string_view path : {"",
                                      "a",
                                      "*",
                                      "//",
                                      "/a//b",
                                      "/a/",
                                      "/.",
                                      "/..",
                                      "/../etc/passwd",
                                      "/a/../b",
                                      "/a/./b",
                                      "/%2e",
                                      "/%2e%2e",
                                      "/.%2E",
                                      "/%2e%2e/%2e%2e/etc/passwd",
                                      "/a%2fb",
                                      "/a%2Fb",
                                      "/%2f",
                                      "/..%2f..%2fetc",
                                      "/a\\b",
                                      "/..\\..\\etc",
                                      "/a%5cb",
                                      "/%5C",
                                      "/%00",
                                      "/a%00.html",
                                      "/%0a",
                                      "/a%0d%0aSet-Cookie:b",
                                      "/%7f",
                                      "/%1b%5b31m",
                                      "/a b",
                                      "/a\tb",
                                      "/\x01",
                                      "/%",
                                      "/%2",
                                      "/%zz",
                                      "/%u002e",
                                      "/%c0%ae%c0%ae",
                                      "/%c0%af",
                                      "/%e0%80%af",
                                      "/%f0%80%80%af",
                                      "/%ed%a0%80",
                                      "/%ff",
                                      "/\xc3\xbc",
                                      "/\xc0\xae",
                                      "/a?b",
                                      "/a#b",
                                      "/<script>",
                                      "/a\"b",
                                      "/{a}",
                                      "/a|b",
                                      "/a^b",
                                      "/a`b",
                                      "http://other/a",
                                      "/1/2/3/4/5/6/7/8/9"}) {
    INFO(path);
    CHECK_FALSE(read_path(path).has_value());
    read_all_cuts(path);
  }
  CHECK_FALSE(read_path(std::string_view("/a\0b", 4)).has_value());
}

TEST_CASE("a query or a form is its members in their order", "[serve][query]") {
  CHECK(read_members("") == Members{});
  CHECK(read_members("&&") == Members{});
  CHECK(read_members("a=1&b=2&a=3") == Members{{"a", "1"}, {"b", "2"}, {"a", "3"}});
  CHECK(read_members("a") == Members{{"a", ""}});
  CHECK(read_members("a=") == Members{{"a", ""}});
  CHECK(read_members("=1") == Members{{"", "1"}});
  CHECK(read_members("a=b=c") == Members{{"a", "b=c"}});
  CHECK(read_members("note=we+know%2B%26%0D%0Aof+it") == Members{{"note", "we know+&\r\nof it"}});
  CHECK(read_members("t=%C3%BC&%C3%BC=1") == Members{{"t", "\u00fc"}, {"\u00fc", "1"}});
  CHECK(read_members("target=[::1]:25") == Members{{"target", "[::1]:25"}});
  read_all_cuts("note=we+know%2B%26%0D%0Aof+it&&b");

  for (const std::string_view text : {"a=%", "a=%2", "%zz", "a=%00", "%00=a", "a=%ff", "a=%c0%80",
                                      "a=%ed%a0%80", "a= b", "a=\x7f", "a=\xc3\xbc", "a=\n"}) {
    INFO(text);
    CHECK_FALSE(read_members(text).has_value());
  }
  std::string most;
  for (std::size_t member = 0; member < kMembersMax; ++member) most += "a=1&";
  CHECK(read_members(most)->size() == kMembersMax);
  CHECK_FALSE(read_members(most + "a").has_value());
}

TEST_CASE("the host of a request has no port and is in lower case", "[serve][query]") {
  CHECK(read_host("status.example.org") == "status.example.org");
  CHECK(read_host("Status.Example.Org:8025") == "status.example.org");
  CHECK(read_host("127.0.0.1:8025") == "127.0.0.1");
  CHECK(read_host("[::1]:8025") == "::1");
  CHECK(read_host("[2001:DB8::1]") == "2001:db8::1");
  CHECK(read_host("a:") == "a");
  CHECK(read_host("my_host") == "my_host");
  read_all_cuts("[2001:DB8::1]:65535");
  read_all_cuts("Status.Example.Org:8025");

  for (const std::string_view value :
       {"",          ":80",  "a:b",         "a:123456", "a:-1",     "a:80:80", "::1", "[::1",
        "[]",        "[a]",  "[127.0.0.1]", "[::1]x",   "[::1]80",  "a b",     "a/b", "a@b",
        "user@a:80", "a\\b", "a%00",        "a,b",      "\xc3\xbc", "a\"",     "a?b", "a#b"}) {
    INFO(value);
    CHECK_FALSE(read_host(value).has_value());
  }
  CHECK(read_host(std::string(255, 'a')).has_value());
  CHECK_FALSE(read_host(std::string(256, 'a')).has_value());
}

TEST_CASE("the first member of a name is the one that is asked for", "[serve][query]") {
  Request request;
  request.query = {{"a", "1"}, {"b", ""}, {"a", "2"}};
  CHECK(request.asked("a") == "1");
  CHECK(request.asked("b") == "");
  CHECK_FALSE(request.asked("c").has_value());
}

}  // namespace
}  // namespace mxsweep::serve
