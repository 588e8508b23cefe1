// SPDX-License-Identifier: MIT
// Lists in the formats of other programs.
#include <string>
#include <string_view>

#include "support/catch.h"
#include "targets/read_list.h"

namespace {

// Expects the same items whether the list is read whole or cut at any octet.
void expect_list(std::string_view list, const Items& items, ReadOptions options = {}) {
  INFO(list);
  CHECK(read_list(list, options) == items);
  for (options.piece_octets = 1; options.piece_octets <= list.size(); ++options.piece_octets) {
    REQUIRE(read_list(list, options) == items);
  }
}

std::string bad(std::string_view cause, std::string_view text) {
  return "1 bad " + std::string(cause) + " text=" + std::string(text);
}

}  // namespace

TEST_CASE("blanks around a comma and quotes around a field are ignored", "[targets][csv]") {
  expect_list("192.0.2.1 , mx.example.net",
              {"1 192.0.2.1 25 text=192.0.2.1 , mx.example.net name=mx.example.net"});
  expect_list("192.0.2.1\t,\t587", {"1 192.0.2.1 587 text=192.0.2.1\t,\t587"});
  expect_list(R"("192.0.2.1","587")", {R"(1 192.0.2.1 587 text="192.0.2.1","587")"});
  expect_list(R"("mx.test" # why)", {R"(1 unresolved 25 text="mx.test")"});
}

TEST_CASE("lines of zgrab2 are address, name, tag and port, any of them empty", "[targets][csv]") {
  expect_list("192.0.2.1,,,587", {"1 192.0.2.1 587 text=192.0.2.1,,,587"});
  expect_list("192.0.2.1, mx.test, tag, 26",
              {"1 192.0.2.1 26 text=192.0.2.1, mx.test, tag, 26 name=mx.test"});
  expect_list("192.0.2.1,mx.test,tag", {"1 192.0.2.1 25 text=192.0.2.1,mx.test,tag name=mx.test"});
  expect_list(",mx.test", {"1 unresolved 25 text=,mx.test"});
  expect_list(",mx.test,,26", {"1 unresolved 26 text=,mx.test,,26"});
  for (const char* line : {"192.0.2.1,587,mx", ",,,25", "192.0.2.1,,,25,x", "192.0.2.1,mx,\"a"}) {
    expect_list(line, {bad("input.syntax", line)});
  }
  expect_list("192.0.2.1,,,smtp", {bad("input.port", "192.0.2.1,,,smtp")});
  expect_list("192.0.2.1,mx,\xff", {bad("input.not_text", "192.0.2.1,mx,\xff")});
}

TEST_CASE("a rank before a host is not a target", "[targets][csv]") {
  mxsweep::targets::Target target;
  mxsweep::targets::BadLine bad_line;
  mxsweep::targets::Reader reader({25});
  reader.feed("1,google.com\r\n");
  REQUIRE(reader.next(target, bad_line) == mxsweep::targets::Reader::Next::target);
  CHECK(target.text() == "1,google.com");
  CHECK(target.host() == "google.com");
  for (const char* line : {"1,2", "1,192.0.2.1", "1,"}) {
    expect_list(line, {bad("input.syntax", line)});
  }
}

TEST_CASE("a header row is skipped, and defines the fields of the lines below it",
          "[targets][csv]") {
  for (const char* header : {"saddr", "ip", "IP", "domain", "host", "\"ip\"", "# x\n\nsaddr"}) {
    mxsweep::targets::Reader reader({25});
    Items items;
    reader.feed(header);
    REQUIRE(drain(reader, items, SIZE_MAX));
    reader.finish();
    REQUIRE_FALSE(drain(reader, items, SIZE_MAX));
    CHECK(items.empty());
    CHECK(reader.lines_skipped() == reader.lines_read());
  }
  expect_list("ip,port\n192.0.2.1,587", {"2 192.0.2.1 587 text=192.0.2.1"});
  expect_list("rank,domain\n1,mx.test\n", {"2 unresolved 25 text=mx.test"});
  expect_list("saddr,daddr,sport,dport,classification\n192.0.2.1,198.51.100.1,25,40000,synack\n",
              {"2 192.0.2.1 25 text=192.0.2.1"});
  expect_list("Host,Note,IP\nMX.test,\"a, # b\",192.0.2.1\nmx.test,,\n",
              {"2 192.0.2.1 25 text=192.0.2.1 name=mx.test", "3 unresolved 25 text=mx.test"});
  expect_list("ip,port\n192.0.2.1,25,x\n", {"2 bad input.syntax text=192.0.2.1,25,x"});
  expect_list("mx\nip\n", {"1 unresolved 25 text=mx", "2 unresolved 25 text=ip"});
  ReadOptions single;
  single.style.header_row = false;
  expect_list("host", {"1 unresolved 25 text=host"}, single);
}

TEST_CASE("a mail address stands for its domain where names are mail domains", "[targets][line]") {
  mxsweep::targets::Target target;
  mxsweep::targets::BadLine bad_line;
  mxsweep::targets::Reader reader({25}, {.mail_domains = true});
  reader.feed("joe@Example.org\n");
  REQUIRE(reader.next(target, bad_line) == mxsweep::targets::Reader::Next::target);
  CHECK(target.host() == "Example.org");
  CHECK(target.text() == "joe@Example.org");
  expect_list("joe@example.org", {bad("input.syntax", "joe@example.org")});
  ReadOptions mail;
  mail.style.mail_domains = true;
  for (const char* line : {"@example.org", "joe@", "a b@example.org"}) {
    expect_list(line, {bad("input.syntax", line)}, mail);
  }
  expect_list("\xff@example.org", {bad("input.not_text", "\xff@example.org")}, mail);
}

TEST_CASE("the output of zmap and masscan is read", "[targets][json]") {
  expect_list(R"({"saddr":"192.0.2.1","sport":587,"dport":40000,"success":1,"x":{"y":[]}})",
              {"1 192.0.2.1 587 text=192.0.2.1"});
  expect_list(R"({"saddr":"192.0.2.1"})", {"1 192.0.2.1 25 text=192.0.2.1"});
  expect_list(
      "[\n"
      R"({   "ip": "192.0.2.1",   "timestamp": "1700000000", "ports": [ {"port": 25, )"
      R"("proto": "tcp", "status": "open"}, {"port": 587} ] },)"
      "\n"
      R"({"ip": "192.0.2.2", "ports": [{"port": 26}]})"
      "\n,\n{finished: 1}\n]\n",
      {"2 192.0.2.1 25 text=192.0.2.1", "2 192.0.2.1 587 text=192.0.2.1",
       "3 192.0.2.2 26 text=192.0.2.2"});
  expect_list(R"({"ip":"192.0.2.1","timestamp":"1","port":26,"proto":"tcp","data":{}})",
              {"1 192.0.2.1 26 text=192.0.2.1"});
  // As masscan 1.3 writes it.
  expect_list(
      "[\n"
      R"({   "ip": "192.0.2.1",   "timestamp": "1700000000", "ports": [ {"port": 25, )"
      R"("proto": "tcp", "status": "open", "reason": "syn-ack", "ttl": 64} ] })"
      "\n,\n"
      R"({   "ip": "192.0.2.1",   "timestamp": "1700000001", "ports": [ {"port": 25, )"
      R"("proto": "tcp", "service": {"name": "smtp", "banner": "220 mx\u0027s"} } ] })"
      "\n]\n",
      {"2 192.0.2.1 25 text=192.0.2.1", "4 192.0.2.1 25 text=192.0.2.1"});
  expect_list(
      "#masscan\nopen tcp 25 2001:db8::1 1700000000\n"
      "banner tcp 25 192.0.2.1 1700000000 smtp 220 mx.test, ESMTP # \"\n# end\n",
      {"2 2001:db8::1 25 text=2001:db8::1", "3 192.0.2.1 25 text=192.0.2.1"});
  expect_list("#masscan\nopen tcp 26 192.0.2.1 1700000000\n# end\n",
              {"2 192.0.2.1 26 text=192.0.2.1"});
  for (const char* line : {R"({"saddr":1})", R"({"ip":"192.0.2.1","ports":[]})",
                           R"({"ip":"192.0.2.1","ports":[25]})", R"({"ip":"192.0.2.1","ports":1})",
                           R"({"ip":"192.0.2.1","ports":[{"port":"25"}]})", R"({"ip":[]})"}) {
    expect_list(line, {bad("input.json", line)});
  }
  const std::string high = R"({"ip":"192.0.2.1","ports":[{"port":65536}]})";
  expect_list(high, {bad("input.port", high)});
}

TEST_CASE("the output of ZDNS stands for the name that was looked up", "[targets][json]") {
  expect_list(R"({"name":"censys.test","results":{"A":{"data":{"answers":[{"answer":"192.0.2.1",)"
              R"("class":"IN","name":"censys.test","ttl":300,"type":"A"}],"protocol":"udp"},)"
              R"("duration":0.28,"status":"NOERROR","timestamp":"2024-08-23T13:12:43-04:00"}}})",
              {"1 unresolved 25 text=censys.test"});
  expect_list(R"({"class":"IN","data":{"exchanges":[]},"name":"mx.test.","status":"NXDOMAIN"})"
              "\n"
              R"({"name":"192.0.2.1","results":{"PTR":{"status":"NOERROR"}}})",
              {"1 unresolved 25 text=mx.test.", "2 192.0.2.1 25 text=192.0.2.1"});
  for (const char* line :
       {R"({"name":1,"results":{}})", R"({"name":"mx.test"})", R"({"results":{}})"}) {
    CAPTURE(line);
    mxsweep::targets::Reader reader({25});
    Items items;
    reader.feed(line);
    REQUIRE(drain(reader, items, SIZE_MAX));
    reader.finish();
    REQUIRE_FALSE(drain(reader, items, SIZE_MAX));
    REQUIRE(items.size() == 1);
    CHECK(items.front().find(" bad input.") != std::string::npos);
  }
  const std::string odd = R"({"name":"a b","status":"NOERROR"})";
  expect_list(odd, {bad("input.syntax", odd)});
}

TEST_CASE("a record of ours stands for its server", "[targets][json]") {
  expect_list(R"({"v":1,"target":"192.0.2.0/28,mx","line":7,"meta":{"a": 1},"ip":"192.0.2.5",)"
              R"("port":587,"name":"mx","outcome":"failed","tls":{"version":"TLSv1.3"}})",
              {R"(1 192.0.2.5 587 text=192.0.2.0/28,mx name=mx meta={"a": 1})"});
  expect_list(R"({"v":1,"target":"mx.test","port":26,"outcome":"failed","cause":"dns.timeout"})",
              {"1 unresolved 26 text=mx.test"});
  expect_list(R"({"v":1,"target":"smtps://mx.test","ip":"192.0.2.1","port":465,"name":"mx.test"})",
              {"1 192.0.2.1 465 text=smtps://mx.test name=mx.test tls=implicit"});
  expect_list(R"({"v":1,"target":"example.org","ip":"192.0.2.1","port":25,"name":"mx.test"})",
              {"1 192.0.2.1 25 text=example.org name=mx.test"});
  const std::string rubbish = R"({"v":1,"target":"what is this?","outcome":"invalid"})";
  expect_list(rubbish, {bad("input.syntax", rubbish)});
  const std::string newer = R"({"v":2,"target":"192.0.2.1"})";
  expect_list(newer, {bad("input.unknown_key", newer)});
}
