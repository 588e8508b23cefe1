// SPDX-License-Identifier: MIT
// The text forms of a line.
#include <string>
#include <string_view>

#include "support/catch.h"
#include "targets/read_list.h"

namespace {

struct Case {
  std::string line;
  Items items;
};

void expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    INFO(c.line);
    CHECK(read_list(c.line) == c.items);
    CHECK(read_list(c.line + "\n") == c.items);
  }
}

void expect_bad(std::string_view cause, const Items& lines) {
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(read_list(line) == Items{"1 bad " + std::string(cause) + " text=" + line});
  }
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

}  // namespace

TEST_CASE("an address has the default port, or its own", "[targets][line]") {
  expect({
      {"192.0.2.10", {"1 192.0.2.10 25 text=192.0.2.10"}},
      {"192.0.2.10:587", {"1 192.0.2.10 587 text=192.0.2.10:587"}},
      {"192.0.2.10,587", {"1 192.0.2.10 587 text=192.0.2.10,587"}},
      {"192.0.2.10:1", {"1 192.0.2.10 1 text=192.0.2.10:1"}},
      {"192.0.2.10:65535", {"1 192.0.2.10 65535 text=192.0.2.10:65535"}},
      {"192.0.2.10:587,587", {"1 192.0.2.10 587 text=192.0.2.10:587,587"}},
      {"[192.0.2.10]:587", {"1 192.0.2.10 587 text=[192.0.2.10]:587"}},
      {"2001:db8::5", {"1 2001:db8::5 25 text=2001:db8::5"}},
      {"[2001:db8::5]", {"1 2001:db8::5 25 text=[2001:db8::5]"}},
      {"[2001:db8::5]:587", {"1 2001:db8::5 587 text=[2001:db8::5]:587"}},
      {"2001:db8::5,587", {"1 2001:db8::5 587 text=2001:db8::5,587"}},
      {"[2001:db8::5],587", {"1 2001:db8::5 587 text=[2001:db8::5],587"}},
  });
}

TEST_CASE("the last group of a bare IPv6 address is not a port", "[targets][line]") {
  expect({{"2001:db8::5:25", {"1 2001:db8::5:25 25 text=2001:db8::5:25"}}});
  expect_bad("input.syntax", {"2001:db8::5:65536", "1:2:3:4:5:6:7:8:25"});
}

TEST_CASE("an address may be followed by the name to check", "[targets][line]") {
  expect({
      {"192.0.2.10,mx1.example.net",
       {"1 192.0.2.10 25 text=192.0.2.10,mx1.example.net name=mx1.example.net"}},
      {"192.0.2.10:587,mx1.example.net",
       {"1 192.0.2.10 587 text=192.0.2.10:587,mx1.example.net name=mx1.example.net"}},
      {"[2001:db8::5]:25,mx", {"1 2001:db8::5 25 text=[2001:db8::5]:25,mx name=mx"}},
      {"2001:db8::5,mx", {"1 2001:db8::5 25 text=2001:db8::5,mx name=mx"}},
      {"192.0.2.10,3com.example",
       {"1 192.0.2.10 25 text=192.0.2.10,3com.example "
        "name=3com.example"}},
  });
  expect_bad("input.syntax", {"192.0.2.10,", "192.0.2.10,a b", "192.0.2.10,192.0.2.11",
                              "192.0.2.10,587,mx", "192.0.2.10,-1", "192.0.2.10,mx:25"});
}

TEST_CASE("a name is kept as written, to be resolved later", "[targets][line]") {
  const std::string label63(63, 'a');
  const std::string name253 = repeat(label63 + ".", 3) + std::string(61, 'b');
  for (const std::string& name :
       {std::string("mx1.example.net"), std::string("MX1.Example.NET"), std::string("localhost"),
        std::string("mx1.example.net."), std::string("_dmarc.example.net"),
        std::string("3com.example"), std::string("a-b--c.example"), std::string("1.2.3.example"),
        std::string("b\xc3\xbc"
                    "cher.example"),
        std::string("\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88"),
        label63 + ".example", name253, name253 + "."}) {
    INFO(name);
    CHECK(read_list(name) == Items{"1 unresolved 25 text=" + name});
    CHECK(read_list(name + ":587") == Items{"1 unresolved 587 text=" + name + ":587"});
    CHECK(read_list(name + ",587") == Items{"1 unresolved 587 text=" + name + ",587"});
    CHECK(read_list(name + ",mx") == Items{"1 unresolved 25 text=" + name + ",mx name=mx"});
  }
  // Sixty characters of three octets each: short enough once converted to an A-label.
  const std::string wide = repeat("\xe4\xbe\x8b", 60) + ".example";
  CHECK(read_list(wide) == Items{"1 unresolved 25 text=" + wide});
}

TEST_CASE("text that cannot be a name is a syntax error", "[targets][line]") {
  const std::string label63(63, 'a');
  expect_bad("input.syntax", {
                                 ".",
                                 "..",
                                 "a..b",
                                 ".example",
                                 "example..",
                                 "a b",
                                 "a\tb",
                                 "user@example.net",
                                 "-a.example",
                                 "a-.example",
                                 "*.example",
                                 "a#b",
                                 "a/24",
                                 "[mx1.example.net]:25",
                                 "mx1.example.net,",
                                 "\"192.0.2.1",
                                 "\"192.0.2.1\"x",
                                 "192.0.2.1\v",
                                 std::string(64, 'a') + ".example",
                                 repeat(label63 + ".", 3) + std::string(62, 'b'),
                             });
}

TEST_CASE("a mistyped address is not read as a name", "[targets][line]") {
  expect_bad("input.syntax",
             {"1.2.3", "999.1.1.1", "1.2.3.4.5", "192.0.2.256", "192.0.2.1.", "42", "192.0.2.",
              "mx.example.42", "192.0.2.01", "2001:db8:::5", "fe80::1%eth0", "[2001:db8::5", "[]",
              "[2001:db8::5]25", "2001:db8::5]", "[[2001:db8::5]]", "::ffff:1.2.3"});
}

TEST_CASE("a port is 1 to 65535", "[targets][line]") {
  expect_bad("input.port",
             {"192.0.2.10:0", "192.0.2.10:65536", "192.0.2.10:", "192.0.2.10:smtp",
              "192.0.2.10:+25", "192.0.2.10:-1", "192.0.2.10: 25", "192.0.2.10:25x", "192.0.2.10,0",
              "192.0.2.10,65536", "192.0.2.10,99999999999999999999", "[2001:db8::5]:0",
              "[2001:db8::5]:", "mx1.example.net:0", "192.0.2.0/28:0"});
}

TEST_CASE("two ports on a line must be the same", "[targets][line]") {
  expect_bad("input.port", {"192.0.2.10:25,587", "[2001:db8::5]:25,587"});
}

TEST_CASE("a prefix yields each of its addresses in order", "[targets][line]") {
  expect({
      {"192.0.2.254/31",
       {"1 192.0.2.254 25 text=192.0.2.254/31", "1 192.0.2.255 25 text=192.0.2.254/31"}},
      {"192.0.2.7/32", {"1 192.0.2.7 25 text=192.0.2.7/32"}},
      {"192.0.2.7/30:587",
       {"1 192.0.2.4 587 text=192.0.2.7/30:587", "1 192.0.2.5 587 text=192.0.2.7/30:587",
        "1 192.0.2.6 587 text=192.0.2.7/30:587", "1 192.0.2.7 587 text=192.0.2.7/30:587"}},
      {"192.0.2.0/31,587",
       {"1 192.0.2.0 587 text=192.0.2.0/31,587", "1 192.0.2.1 587 text=192.0.2.0/31,587"}},
      {"192.0.2.0/31,mx",
       {"1 192.0.2.0 25 text=192.0.2.0/31,mx name=mx",
        "1 192.0.2.1 25 text=192.0.2.0/31,mx name=mx"}},
      {"2001:db8::ffff/127",
       {"1 2001:db8::fffe 25 text=2001:db8::ffff/127",
        "1 2001:db8::ffff 25 text=2001:db8::ffff/127"}},
      {"[2001:db8::]/127:587",
       {"1 2001:db8:: 587 text=[2001:db8::]/127:587",
        "1 2001:db8::1 587 text=[2001:db8::]/127:587"}},
      {"[2001:db8::/127]:587",
       {"1 2001:db8:: 587 text=[2001:db8::/127]:587",
        "1 2001:db8::1 587 text=[2001:db8::/127]:587"}},
      {"[2001:db8::]/128", {"1 2001:db8:: 25 text=[2001:db8::]/128"}},
      {"223.255.255.255/32", {"1 223.255.255.255 25 text=223.255.255.255/32"}},
  });
}

TEST_CASE("an address that no remote host can have is not a target", "[targets][line]") {
  expect_bad("input.address",
             {"0.0.0.0", "0.1.2.3:25", "224.0.0.1", "255.255.255.255", "240.0.0.1,mx",
              "::", "[::]:25", "ff02::1", "::ffff:0.0.0.0", "224.0.0.0/4", "255.255.255.255/32",
              "0.0.0.0/8", "ff00::/8", "::/128", "224.0.0.0-255.255.255.255",
              "::ffff:224.0.0.0/100", R"({"target":"0.0.0.0"})", R"({"saddr":"224.0.0.1"})"});
  ReadOptions two;
  two.items_max = 2;
  CHECK(
      read_list("0.255.255.255-1.0.0.1", two) ==
      Items{"1 1.0.0.0 25 text=0.255.255.255-1.0.0.1", "1 1.0.0.1 25 text=0.255.255.255-1.0.0.1"});
  CHECK(read_list("223.255.255.255-224.0.0.9") ==
        Items{"1 223.255.255.255 25 text=223.255.255.255-224.0.0.9"});
  CHECK(read_list("feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff-ff00::1") ==
        Items{"1 feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 25 "
              "text=feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff-ff00::1"});
}

TEST_CASE("an IPv4-mapped IPv6 address becomes the IPv4 address", "[targets][line]") {
  expect({
      {"::ffff:192.0.2.1", {"1 192.0.2.1 25 text=::ffff:192.0.2.1"}},
      {"[::ffff:c000:201]:587", {"1 192.0.2.1 587 text=[::ffff:c000:201]:587"}},
      {"::ffff:192.0.2.0/127",
       {"1 192.0.2.0 25 text=::ffff:192.0.2.0/127", "1 192.0.2.1 25 text=::ffff:192.0.2.0/127"}},
      {"192.0.2.1-::ffff:192.0.2.2",
       {"1 192.0.2.1 25 text=192.0.2.1-::ffff:192.0.2.2",
        "1 192.0.2.2 25 text=192.0.2.1-::ffff:192.0.2.2"}},
  });
}

TEST_CASE("a name is folded to lower case, and the target's text stays as written",
          "[targets][line]") {
  expect({{"192.0.2.1,MX.Example.NET.",
           {"1 192.0.2.1 25 text=192.0.2.1,MX.Example.NET. name=mx.example.net"}},
          {R"({"target":"192.0.2.1","name":"MX"})", {"1 192.0.2.1 25 text=192.0.2.1 name=mx"}}});
}

TEST_CASE("a range yields each address from one end to the other", "[targets][line]") {
  expect({
      {"192.0.2.255-192.0.3.1:587",
       {"1 192.0.2.255 587 text=192.0.2.255-192.0.3.1:587",
        "1 192.0.3.0 587 text=192.0.2.255-192.0.3.1:587",
        "1 192.0.3.1 587 text=192.0.2.255-192.0.3.1:587"}},
      {"192.0.2.1 - 192.0.2.1", {"1 192.0.2.1 25 text=192.0.2.1 - 192.0.2.1"}},
      {"[2001:db8::1-2001:db8::2]:26",
       {"1 2001:db8::1 26 text=[2001:db8::1-2001:db8::2]:26",
        "1 2001:db8::2 26 text=[2001:db8::1-2001:db8::2]:26"}},
      {"2001:db8::1-2001:db8::2",
       {"1 2001:db8::1 25 text=2001:db8::1-2001:db8::2",
        "1 2001:db8::2 25 text=2001:db8::1-2001:db8::2"}},
      {"1.2.3.4-static.example.net", {"1 unresolved 25 text=1.2.3.4-static.example.net"}},
  });
  expect_bad("input.syntax",
             {"192.0.2.8-9", "192.0.2.8-192.0.2", "192.0.2.9-192.0.2.8", "192.0.2.8-",
              "192.0.2.1-2001:db8::1", "192.0.2.0-192.0.2.9/28", "192.0.2.1-192.0.2.2-192.0.2.3",
              "192.0.1-2.1-9", "192.0.2.8-192.0.2.300"});
}

TEST_CASE("the scheme of a URL sets the TLS mode and the port", "[targets][line]") {
  expect({
      {"smtp://192.0.2.1", {"1 192.0.2.1 25 text=smtp://192.0.2.1"}},
      {"SMTP://192.0.2.1:26/", {"1 192.0.2.1 26 text=SMTP://192.0.2.1:26/"}},
      {"smtps://192.0.2.1", {"1 192.0.2.1 465 text=smtps://192.0.2.1 tls=implicit"}},
      {"smtps://[2001:db8::5]:26,mx",
       {"1 2001:db8::5 26 text=smtps://[2001:db8::5]:26,mx name=mx tls=implicit"}},
      {"submission://192.0.2.1", {"1 192.0.2.1 587 text=submission://192.0.2.1"}},
      {"submissions://mx.test", {"1 unresolved 465 text=submissions://mx.test tls=implicit"}},
      {R"({"target":"smtps://192.0.2.1","port":26})",
       {"1 192.0.2.1 26 text=smtps://192.0.2.1 tls=implicit"}},
  });
  expect_bad("input.syntax", {"http://192.0.2.1", "smtp://", "://mx", "smtp://user@mx.test"});
  expect_bad("input.json", {R"({"target":"smtps://192.0.2.1","tls":"off"})"});
}

TEST_CASE("a prefix length fits its address", "[targets][line]") {
  expect_bad("input.prefix",
             {"192.0.2.0/33", "192.0.2.0/", "192.0.2.0/a", "192.0.2.0/-1", "192.0.2.0/+8",
              "192.0.2.0/24/8", "127.0.0.1/08", "192.0.2.0/00", "192.0.2.0/255.255.255.0",
              "192.0.2.0/99999999999999999999", "2001:db8::/129", "[2001:db8::]/129",
              "2001:db8::/126:587", "192.0.2.0/ 24"});
  expect_bad("input.syntax", {"[2001:db8::/126]/126", "/24", "[]/24"});
}

TEST_CASE("the largest prefix is expanded lazily", "[targets][line]") {
  ReadOptions few;
  few.items_max = 3;
  CHECK(read_list("::/0", few) ==
        Items{"1 ::1 25 text=::/0", "1 ::2 25 text=::/0", "1 ::3 25 text=::/0"});
  CHECK(read_list("203.0.113.9/0", few) == Items{"1 1.0.0.0 25 text=203.0.113.9/0",
                                                 "1 1.0.0.1 25 text=203.0.113.9/0",
                                                 "1 1.0.0.2 25 text=203.0.113.9/0"});
}

TEST_CASE("each address of a /16 is yielded once and in order", "[targets][line]") {
  mxsweep::targets::Reader reader({25});
  reader.feed("10.1.0.0/16\n10.9.9.9\n");
  mxsweep::targets::Target target;
  mxsweep::targets::BadLine bad;
  for (std::uint32_t i = 0; i < 65536; ++i) {
    REQUIRE(reader.next(target, bad) == mxsweep::targets::Reader::Next::target);
    REQUIRE(mxsweep::ipv4_host_order(target.address) == 0x0a010000U + i);
  }
  REQUIRE(reader.next(target, bad) == mxsweep::targets::Reader::Next::target);
  CHECK(target.text() == "10.9.9.9");
}

TEST_CASE("each address is yielded with each default port before the next address",
          "[targets][line]") {
  ReadOptions two;
  two.ports = {25, 465};
  CHECK(read_list("192.0.2.0/31\nmx\n192.0.2.9:587\n", two) ==
        Items{"1 192.0.2.0 25 text=192.0.2.0/31", "1 192.0.2.0 465 text=192.0.2.0/31",
              "1 192.0.2.1 25 text=192.0.2.0/31", "1 192.0.2.1 465 text=192.0.2.0/31",
              "2 unresolved 25 text=mx", "2 unresolved 465 text=mx",
              "3 192.0.2.9 587 text=192.0.2.9:587"});
}

TEST_CASE("blanks and comments around a target are ignored", "[targets][line]") {
  const Items one = {"1 192.0.2.10 25 text=192.0.2.10"};
  expect({
      {" 192.0.2.10", one},
      {"\t192.0.2.10 \t ", one},
      {"192.0.2.10 # a comment", one},
      {"192.0.2.10\t#", one},
      {"192.0.2.10 # a # b", one},
      {"  192.0.2.10 # caf\xe9: not UTF-8", one},
      {"? # why", {"1 bad input.syntax text=?"}},
      {"192.0.2.10# no blank", {"1 bad input.syntax text=192.0.2.10# no blank"}},
      {"192.0.2.10 192.0.2.11", {"1 bad input.syntax text=192.0.2.10 192.0.2.11"}},
  });
}
