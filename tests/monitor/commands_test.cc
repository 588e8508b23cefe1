// SPDX-License-Identifier: MIT
#include "monitor/commands.h"

#include "support/catch.h"

namespace mxsweep::monitor {
namespace {

TEST_CASE("a request names a command and what it needs", "[monitor][commands]") {
  const Result<Request> request = read_request(
      R"({"command":"silence","for":"1d2h","by":"anna","note":"disk","match":{"group":"edge",)"
      R"("target":"192.0.2.*","severity":"critical","labels":{"team":"mail"}}})");
  REQUIRE(request.ok());
  CHECK(request->ask == Ask::silence);
  CHECK(request->lasts == std::chrono::hours{26});
  CHECK(request->by == "anna");
  CHECK(request->match.group == "edge");
  CHECK(request->match.target == "192.0.2.*");
  CHECK(request->match.severity == watch::Severity::critical);
  CHECK(request->match.labels.at("team") == "mail");
  const Result<Request> ack = read_request(R"({"command":"ack","incident":42})");
  REQUIRE(ack.ok());
  CHECK(ack->number == 42);
}

TEST_CASE("a request that cannot be read is refused with a reason", "[monitor][commands]") {
  const auto reason = [](std::string_view line) {
    const Result<Request> request = read_request(line);
    return request.ok() ? std::string() : request.status().sentence();
  };
  CHECK(reason("") == "the request is not a JSON object");
  CHECK(reason("[1]") == "the request is not a JSON object");
  CHECK(reason("{}") == "command: it is missing");
  CHECK(reason(R"({"command":"stop"})") == "command: 'stop' is not a command");
  CHECK(reason(R"({"command":"ack","incident":"x"})") == "incident: not a number");
  CHECK(reason(R"({"command":"ack","what":1})") == "what: there is no such key");
  CHECK(reason(R"({"command":"silence","match":{"host":"x"}})") ==
        "host: there is no such key in match");
  CHECK(reason(R"({"command":"silence","for":"5x"})").starts_with("for: '5x' is not a duration"));
  CHECK(reason(R"({"command":"silence","for":"400d"})") == "for: more than a year");
  CHECK(reason(R"({"command":"silence","match":{"severity":"loud"}})") ==
        "severity: info, warning or critical");
}

TEST_CASE("any octets are a request or are refused", "[monitor][commands]") {
  const std::string line = R"({"command":"silence","for":"1h","match":{"labels":{"a":"b"}}})";
  for (std::size_t i = 0; i < line.size(); ++i) {
    CHECK_FALSE(read_request(line.substr(0, i)).ok());
    std::string changed = line;
    changed[i] = '\x80';
    static_cast<void>(read_request(changed));
  }
  CHECK(read_request(line).ok());
}

}  // namespace
}  // namespace mxsweep::monitor
