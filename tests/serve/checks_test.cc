// SPDX-License-Identifier: MIT
#include "serve/checks.h"

#include <algorithm>

#include "support/catch.h"

namespace mxsweep::serve {
namespace {

Head good_head() {
  Head head;
  head.method = "GET";
  head.target = "/group/edge?page=2";
  head.hosts = {"127.0.0.1:8025"};
  return head;
}

const Rules kRules{.hosts = {"status.example.org"}, .body_octets_max = 100};

// 0: the request is good.
int checked(const Head& head, std::string_view local = "127.0.0.1") {
  Request request;
  const std::optional<Answer> refusal = check(head, kRules, *parse_address(local), request);
  return refusal ? refusal->status : 0;
}

TEST_CASE("a good request is passed on with its parts", "[serve][checks]") {
  Request request;
  REQUIRE_FALSE(check(good_head(), kRules, *parse_address("127.0.0.1"), request).has_value());
  CHECK(request.method == Method::get);
  CHECK(request.path == "/group/edge");
  CHECK(request.segments == std::vector<std::string>{"group", "edge"});
  CHECK(request.asked("page") == "2");
  CHECK(request.host == "127.0.0.1");
}

TEST_CASE("only the names and the address of the server itself are its hosts", "[serve][checks]") {
  const auto status = [](std::string_view host, std::string_view local) {
    Head head = good_head();
    head.hosts = {std::string(host)};
    return checked(head, local);
  };
  CHECK(status("status.example.org", "192.0.2.1") == 0);
  CHECK(status("STATUS.example.org:443", "192.0.2.1") == 0);
  CHECK(status("localhost:8025", "127.0.0.1") == 0);
  CHECK(status("127.0.0.1", "127.0.0.1") == 0);
  CHECK(status("[::1]:8025", "::1") == 0);
  CHECK(status("[0:0:0:0:0:0:0:1]:8025", "::1") == 0);
  CHECK(status("[::ffff:127.0.0.1]", "127.0.0.1") == 0);

  CHECK(status("127.0.0.2", "127.0.0.1") == 421);
  CHECK(status("127.0.0.1", "192.0.2.1") == 421);
  CHECK(status("[::1]", "127.0.0.1") == 421);
  CHECK(status("0.0.0.0", "127.0.0.1") == 421);
  CHECK(status("attacker.example", "127.0.0.1") == 421);
  CHECK(status("status.example.org.attacker.example", "127.0.0.1") == 421);
  CHECK(status("2130706433", "127.0.0.1") == 421);
  CHECK(status("localhost.", "127.0.0.1") == 421);
  CHECK(status("a b", "127.0.0.1") == 400);
  CHECK(status("", "127.0.0.1") == 400);
}

TEST_CASE("a request has exactly one host", "[serve][checks]") {
  Head head = good_head();
  head.hosts = {};
  CHECK(checked(head) == 400);
  head.hosts = {"127.0.0.1", "127.0.0.1"};
  CHECK(checked(head) == 400);
}

TEST_CASE("a method that is not known is refused with those that are", "[serve][checks]") {
  Head head = good_head();
  for (const std::string_view method : {"HEAD", "POST"}) {
    head.method = method;
    CHECK(checked(head) == 0);
  }
  for (const std::string_view method :
       {"PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", ""}) {
    head.method = method;
    Request request;
    const auto refusal = check(head, kRules, *parse_address("127.0.0.1"), request);
    REQUIRE(refusal.has_value());
    CHECK(refusal->status == 405);
    CHECK(refusal->headers.front() ==
          std::pair<std::string, std::string>("Allow", "GET, HEAD, POST"));
  }
}

TEST_CASE("a body has one length, and not too much of it", "[serve][checks]") {
  Head head = good_head();
  head.lengths = {"100"};
  CHECK(checked(head) == 0);
  head.lengths = {"101"};
  CHECK(checked(head) == 413);
  head.lengths = {"99999999999999999999999"};
  CHECK(checked(head) == 413);
  for (const std::string_view length : {"", "-1", "+1", "1,1", "0x10", "1 "}) {
    head.lengths = {std::string(length)};
    CHECK(checked(head) == 400);
  }
  head.lengths = {"5", "5"};
  CHECK(checked(head) == 400);
  head.lengths = {"5"};
  head.encodings = 1;
  CHECK(checked(head) == 400);
  head.lengths = {};
  CHECK(checked(head) == 0);
  head.encodings = 2;
  CHECK(checked(head) == 400);
}

TEST_CASE("a target that is malformed or too long goes no further", "[serve][checks]") {
  Head head = good_head();
  for (const std::string_view target :
       {"/../a", "/a?b=%zz", "http://127.0.0.1/a", "*", "", "?a=1"}) {
    head.target = target;
    CHECK(checked(head) == 400);
  }
  head.target_too_long = true;
  CHECK(checked(head) == 414);
}

TEST_CASE("every answer has the headers that restrain a browser", "[serve][checks]") {
  Answer answer = plain_answer(421);
  CHECK(answer.body == "421 Misdirected Request\n");
  add_common_headers(answer);
  CHECK(answer.headers.size() == 5);

  Answer own;
  own.headers = {{"cross-origin-resource-policy", "cross-origin"}, {"Cache-Control", "max-age=60"}};
  add_common_headers(own);
  CHECK(own.headers.size() == 5);
  CHECK(std::ranges::count(own.headers, std::string("Cache-Control"),
                           &std::pair<std::string, std::string>::first) == 1);
}

}  // namespace
}  // namespace mxsweep::serve
