// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/trip.h"

#include <string>

#include "mxsweep/roundtrip/expectation.h"
#include "mxsweep/roundtrip/usual_script.h"
#include "roundtrip/trip_world.h"
#include "support/catch.h"
#include "support/validator.h"

namespace mxsweep::roundtrip {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Script script_to_mailbox() {
  Script script = usual_script({.from = "probe@example.net",
                                .to = "box@example.org",
                                .server = {Service::smtp, "mx.test", 587},
                                .starttls = false,
                                .authenticate = false,
                                .mailbox = Endpoint{Service::imap, "imap.test", 143}});
  for (Step& step : script.steps) {
    if (auto* fetch = std::get_if<Fetch>(&step.action)) fetch->in_clear = true;
  }
  return script;
}

// The state, with its phase if it has one.
std::string state_of(const Report& report) {
  std::string text(to_string(report.verdict.state));
  if (report.verdict.has_phase) text += " " + std::string(to_string(report.verdict.phase));
  return text;
}

// Each line that a report makes satisfies the schema.
std::string line_of(const Report& report, const Script& script) {
  std::string line;
  append_json(report, script, line);
  line.pop_back();
  results::expect_judged({line}, {}, results::schema_of("roundtrip_line"));
  return line;
}

TEST_CASE("a message that comes to the inbox is a trip that is well", "[trip]") {
  TripWorld world;
  const Script script = script_to_mailbox();
  const Report report = world.run(script);
  CHECK(state_of(report) == "ok");
  CHECK(report.why.empty());
  REQUIRE(report.fetch);
  CHECK(report.fetch->last.notice == Notice::idle);
  CHECK(report.fetch->last.removed == 1);
  CHECK(world.mailboxes.inbox().messages.empty());
  // The reply to the dot takes one millisecond, and so does the news of the mailbox.
  CHECK(report.accepted_to_visible == world.delay);
  const std::string line = line_of(report, script);
  CHECK(line.find(R"("state":"ok","token")") != line.npos);
}

TEST_CASE("the mailbox is watched before the message is sent", "[trip]") {
  TripWorld world;
  world.delay = Duration::zero();
  const Report report = world.run(script_to_mailbox());
  CHECK(state_of(report) == "ok");
  CHECK(report.fetch->last.notice == Notice::idle);
}

TEST_CASE("a message that is filed as junk is delivered elsewhere", "[trip]") {
  TripWorld world;
  world.mailboxes.folders["Spam"].uses = "\\Junk";
  world.folder = "Spam";
  const Script script = script_to_mailbox();
  const Report report = world.run(script);
  CHECK(state_of(report) == "delivered_elsewhere");
  CHECK(report.fetch->last.folder == "\\Junk");
  CHECK(world.mailboxes.folders["Spam"].messages.empty());
  static_cast<void>(line_of(report, script));
}

TEST_CASE("a message that never comes was accepted and not delivered", "[trip]") {
  TripWorld world;
  world.mailboxes.folders["Spam"].uses = "\\Junk";
  world.folder.reset();
  const Script script = script_to_mailbox();
  const Report report = world.run(script);
  CHECK(state_of(report) == "accepted_not_delivered");
  CHECK(report.total >= script.deadline);
  CHECK(report.total < script.deadline + minutes{1});
  static_cast<void>(line_of(report, script));
}

TEST_CASE("a folder that does not exist could have the message", "[trip]") {
  TripWorld world;
  world.folder.reset();
  Script script = script_to_mailbox();
  for (Step& step : script.steps) {
    if (auto* fetch = std::get_if<Fetch>(&step.action)) fetch->folders.back() = "Old";
  }
  const Report report = world.run(script);
  CHECK(state_of(report) == "fetch_failed select");
  CHECK(report.why.starts_with("Old: "));
  static_cast<void>(line_of(report, script));
}

TEST_CASE("what comes later than it may is slow", "[trip]") {
  TripWorld world;
  world.mailboxes.folders["Spam"].uses = "\\Junk";
  world.delay = minutes{4};
  const Report report = world.run(script_to_mailbox());
  CHECK(state_of(report) == "slow wait");
  CHECK(world.mailboxes.inbox().messages.empty());
}

TEST_CASE("a step that takes longer than it may is slow", "[trip]") {
  TripWorld world;
  Script script = script_to_mailbox();
  script.steps[3].within = std::chrono::microseconds{1};
  CHECK(state_of(world.run(script)) == "slow rcpt");
}

TEST_CASE("a refusal is told in the server's words, and the mailbox is left alone", "[trip]") {
  TripWorld world;
  world.mail.replies["RCPT"] = "550 5.1.1 no such user";
  const Script script = script_to_mailbox();
  const Report report = world.run(script);
  CHECK(state_of(report) == "send_failed rcpt");
  CHECK(report.why.find("no such user") != std::string::npos);
  CHECK(report.total < seconds{2});
  CHECK(world.mailboxes.log.ends_with("LOGOUT\n"));
  static_cast<void>(line_of(report, script));
}

TEST_CASE("a mailbox that cannot be reached does not make a message lost", "[trip]") {
  TripWorld world;
  world.mailbox_refuses = true;
  const Script script = script_to_mailbox();
  const Report report = world.run(script);
  CHECK(state_of(report) == "fetch_failed fetch_connect");
  CHECK(report.accepted);
  CHECK(report.fetch->visits > 10);
  static_cast<void>(line_of(report, script));
}

TEST_CASE("a login that is refused is not tried again", "[trip]") {
  TripWorld world;
  world.mailboxes.login = "NO [AUTHENTICATIONFAILED] wrong";
  const Report report = world.run(script_to_mailbox());
  CHECK(state_of(report) == "fetch_failed login");
  CHECK(report.accepted);
  CHECK(report.fetch->visits == 1);
}

TEST_CASE("a mailbox that can be reached again in time shows the message", "[trip]") {
  TripWorld world;
  world.mailbox_refuses = true;
  world.on_accepted = [&world](Trip&) { world.mailbox_refuses = false; };
  const Report report = world.run(script_to_mailbox());
  CHECK(state_of(report) == "ok");
  CHECK(report.fetch->visits == 2);
}

TEST_CASE("a server that closes after the dot may have sent the message", "[trip]") {
  TripWorld world;
  world.mail.closes_after_dot = true;
  CHECK(state_of(world.run(script_to_mailbox())) == "ok");
  TripWorld nothing;
  nothing.mail.closes_after_dot = true;
  nothing.folder.reset();
  nothing.mailboxes.folders["Spam"].uses = "\\Junk";
  CHECK(state_of(nothing.run(script_to_mailbox())) == "send_failed dot");
}

TEST_CASE("copies are counted, and all deleted", "[trip]") {
  TripWorld world;
  world.copies = 3;
  const Report report = world.run(script_to_mailbox());
  CHECK(report.fetch->last.copies == 3);
  CHECK(world.mailboxes.inbox().messages.empty());
}

TEST_CASE("a report of non-delivery ends the wait", "[trip]") {
  TripWorld world;
  world.added =
      "Return-Path: <>\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Final-Recipient: rfc822; box@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
      "Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\n"
      "Content-Type: message/rfc822\r\n\r\n";
  const Script script = script_to_mailbox();
  const Report report = world.run(script);
  CHECK(state_of(report) == "bounced");
  CHECK(report.why.find("550 no such user") != std::string::npos);
  CHECK(world.mailboxes.inbox().messages.size() == 1);  // A report is never deleted.
  static_cast<void>(line_of(report, script));
}

TEST_CASE("headers that are not as they should be fail the check", "[trip]") {
  TripWorld world;
  world.added =
      "Authentication-Results: mx.test; dkim=fail header.d=example.net\r\n"
      "Received: from a.test by b.test with ESMTPS; Fri, 15 Jan 2027 08:00:00 +0000\r\n";
  Script script = script_to_mailbox();
  script.authserv_id = "mx.test";
  script.steps.push_back({.action = HeaderCheck{{{"Authentication-Results", 0, "dkim=pass"}}}});
  const Report report = world.run(script);
  CHECK(state_of(report) == "fetch_failed headers");
  CHECK(report.why == "Authentication-Results does not match dkim=pass");
  CHECK(report.hops.size() == 1);
  REQUIRE(report.authentication);
  CHECK(report.authentication->front().result == "fail");
  CHECK(world.mailboxes.inbox().messages.empty());
  static_cast<void>(line_of(report, script));
}

TEST_CASE("a message whose refusal is expected is not waited for", "[trip]") {
  TripWorld world;
  world.mail.replies["dot"] = "550 5.7.1 no such content here";
  Script script = script_to_mailbox();
  REQUIRE(add_word("550", script.steps[4].expect).ok());
  const Report report = world.run(script);
  CHECK(state_of(report) == "ok");
  CHECK(report.total < seconds{2});
}

TEST_CASE("each step has its time", "[trip]") {
  TripWorld world;
  const Report report = world.run(script_to_mailbox());
  for (const StepResult& each : report.sent.front().steps) {
    CAPTURE(each.step);
    CHECK(each.took > Duration::zero());
  }
}

TEST_CASE("a script without a mailbox only sends", "[trip]") {
  TripWorld world;
  Script script = script_to_mailbox();
  script.steps.resize(6);
  const Report report = world.run(script);
  CHECK(state_of(report) == "ok");
  CHECK_FALSE(report.fetch);
  CHECK(report.sent.front().steps.size() == 6);
  static_cast<void>(line_of(report, script));
}

TEST_CASE("after a failure only connections for steps that always run are made", "[trip]") {
  Script script = script_to_mailbox();
  script.steps.resize(6);
  const std::vector<Step> once = script.steps;
  script.steps.insert(script.steps.end(), once.begin(), once.end());
  {
    TripWorld world;
    world.mail.replies["RCPT"] = "550 no";
    CHECK(world.run(script).sent.size() == 1);
  }
  script.steps[8] = {.action = Send{"NOOP"}};
  script.steps[8].always = true;
  TripWorld world;
  world.mail.replies["MAIL"] = "550 no";
  const Report report = world.run(script);
  CHECK(report.sent.size() == 2);
  CHECK(world.mail.log.find("NOOP") != std::string::npos);
}

TEST_CASE("what this machine is at fault for is not known", "[trip]") {
  TripWorld world;
  world.unreachable = Cause::local_resolver_unreachable;
  const Report report = world.run(script_to_mailbox());
  CHECK(state_of(report) == "unknown");
  CHECK(report.why == row_of(Cause::local_resolver_unreachable).sentence);
  world.unreachable = Cause::dns_nxdomain;
  CHECK(state_of(world.run(script_to_mailbox())) == "send_failed dns");
}

TEST_CASE("a trip that is interrupted ends at once, and says nothing of the message", "[trip]") {
  TripWorld world;
  world.folder.reset();
  world.on_accepted = [](Trip& trip) { trip.interrupt(); };
  const Script script = script_to_mailbox();
  const Report report = world.run(script);
  CHECK(state_of(report) == "unknown");
  CHECK(report.total < seconds{2});
  static_cast<void>(line_of(report, script));
}

}  // namespace
}  // namespace mxsweep::roundtrip
