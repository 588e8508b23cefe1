// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/verdict.h"

#include <string>

#include "mxsweep/roundtrip/header_check.h"
#include "support/catch.h"

namespace mxsweep::roundtrip {
namespace {

std::string verdict_of(const Outcome& outcome) {
  const Verdict verdict = judge(outcome);
  std::string text(to_string(verdict.state));
  if (verdict.has_phase) text += "(" + std::string(to_string(verdict.phase)) + ")";
  return text;
}

Outcome queued(Found found) { return {.sent = Sent::queued, .found = found}; }

}  // namespace

TEST_CASE("a message that is where it belongs is ok, or slow", "[roundtrip][verdict]") {
  CHECK(verdict_of(queued(Found::as_wanted)) == "ok");
  CHECK(verdict_of(queued(Found::not_tried)) == "ok");
  Outcome slow = queued(Found::as_wanted);
  slow.slow = true;
  slow.slowest = Phase::wait;
  CHECK(verdict_of(slow) == "slow(wait)");
  slow.found = Found::elsewhere;
  CHECK(verdict_of(slow) == "delivered_elsewhere");
}

TEST_CASE("a message is lost only where it could be looked for", "[roundtrip][verdict]") {
  CHECK(verdict_of(queued(Found::nowhere)) == "accepted_not_delivered");
  Outcome outcome = queued(Found::failed);
  outcome.found_until = Phase::login;
  CHECK(verdict_of(outcome) == "fetch_failed(login)");
  CHECK(verdict_of(queued(Found::stopped)) == "unknown");
}

TEST_CASE("a message that the server does not have was not sent", "[roundtrip][verdict]") {
  for (const Found found : {Found::not_tried, Found::nowhere, Found::failed, Found::stopped}) {
    CHECK(verdict_of({.sent = Sent::failed, .sent_until = Phase::rcpt, .found = found}) ==
          "send_failed(rcpt)");
  }
}

TEST_CASE("a reply that was lost is no message that was lost", "[roundtrip][verdict]") {
  Outcome outcome{.sent = Sent::unsure, .sent_until = Phase::dot, .found = Found::as_wanted};
  CHECK(verdict_of(outcome) == "ok");
  outcome.found = Found::elsewhere;
  CHECK(verdict_of(outcome) == "delivered_elsewhere");
  outcome.found = Found::nowhere;
  CHECK(verdict_of(outcome) == "send_failed(dot)");
  outcome.found = Found::failed;
  CHECK(verdict_of(outcome) == "unknown");
}

TEST_CASE("a report of non-delivery decides", "[roundtrip][verdict]") {
  for (const Found found : {Found::not_tried, Found::as_wanted, Found::nowhere, Found::failed}) {
    Outcome outcome = queued(found);
    outcome.bounced = true;
    CHECK(verdict_of(outcome) == "bounced");
  }
}

TEST_CASE("what was stopped is not known", "[roundtrip][verdict]") {
  CHECK(verdict_of({}) == "unknown");
}

TEST_CASE("headers of the message are held against patterns", "[roundtrip][header]") {
  const message::Headers headers = message::read_headers(
      "Authentication-Results: forged.example; dkim=pass\r\n"
      "Authentication-Results: mx.example.org; dkim=fail\r\n"
      "Received: from a by b with ESMTPS; x\r\nReceived: from c by a with ESMTP; x\r\n\r\n");
  const auto fault = [&](const std::string& name, std::size_t index, const std::string& pattern) {
    return fault_of(HeaderCheck{{{name, index, pattern}}}, headers, "mx.example.org").value_or("");
  };
  CHECK(fault("received", 0, "with ESMTPS;").empty());
  CHECK(fault("Received", 1, "ESMTPS") == "Received[1] does not match ESMTPS");
  CHECK(fault("Received", 2, "ESMTPS") == "there is no Received[2]");
  CHECK(fault("Subject", 0, ".") == "there is no Subject");
  CHECK(fault("Authentication-Results", 0, "dkim=fail").empty());
  CHECK(fault("Authentication-Results", 0, "dkim=pass") ==
        "Authentication-Results does not match dkim=pass");
  CHECK(fault("Authentication-Results", 1, "dkim") == "there is no Authentication-Results[1]");
}

TEST_CASE("hops have limits", "[roundtrip][hops]") {
  using std::chrono::seconds;
  const std::vector<message::Hop> hops = {{.by = "a", .delay = seconds{61}}, {.by = "b"}};
  CHECK_FALSE(fault_of(HopsCheck{}, hops));
  CHECK_FALSE(fault_of(HopsCheck{.max = 2, .each = seconds{61}}, hops));
  CHECK(fault_of(HopsCheck{.max = 1}, hops) == "there are 2 hops, more than 1");
  CHECK(fault_of(HopsCheck{.each = seconds{60}}, hops) == "the hop to a took 61s, more than 60s");
}

}  // namespace mxsweep::roundtrip
