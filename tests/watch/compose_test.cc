// SPDX-License-Identifier: MIT
#include "mxsweep/watch/compose.h"

#include "support/catch.h"
#include "watch/message_world.h"

namespace mxsweep::watch {
namespace {

using messages::check_form;
using messages::kSince;
using messages::World;
using std::chrono::hours;
using std::chrono::minutes;

TEST_CASE("a server that is down", "[watch][compose]") {
  World world;
  world.one_host();
  world.settings.status_url = "https://status.example.net/";
  world.channel.time_zone = "Europe/Vienna";
  const Message message = world.message(MessageKind::opening);
  check_form(message);
  CHECK(message.subject ==
        "[DOWN] mx1.example.net:25 (192.0.2.1): connect timeout (since 10:02 UTC)");
  CHECK(message.summary ==
        "mx1.example.net:25 (192.0.2.1) has been down since 10:02 UTC: connect timeout");
  CHECK(message.body ==
        R"(mx1.example.net:25 (192.0.2.1) has been down since 10:02 UTC: connect timeout.

Since        2026-11-26 10:02:10 UTC (11:02:10 CET)
Problem      connect timeout (net.timeout): no answer to the connection
             attempt: down, or filtered
Whose side   the path's or the server's
How sure     3 results in a row
What to do   Try from a second place; if only here, look for a filter on port
             25.
More         https://status.example.net/incident/42
)");
  CHECK(message.identity == "42.3.opening");
  CHECK(message.thread == "42");
  CHECK(message.group == "customers");
  CHECK(message.cause == "net.timeout");
  CHECK(message.phase == "connect");
  CHECK(message.since == "2026-11-26T10:02:10Z");
  CHECK(message.until.empty());
  CHECK(message.members == 1);
}

TEST_CASE("with a key, a message has a link to acknowledge, whole in its line",
          "[watch][compose]") {
  World world;
  world.one_host();
  world.settings.status_url = "https://status.example.net/";
  world.settings.link_key = Secret("0123456789abcdef0123456789abcdef");
  const Message opening = world.message(MessageKind::opening);
  CHECK(opening.acknowledge_link.starts_with(
      "https://status.example.net/incident/42/acknowledge?until=179"));
  CHECK(opening.body.find('\n' + opening.acknowledge_link + '\n') != std::string::npos);
  CHECK(opening.json.find("\"acknowledge_link\":\"" + opening.acknowledge_link + '"') !=
        std::string::npos);
  CHECK(world.message(MessageKind::closing).acknowledge_link.empty());
  world.incident.acknowledged = Acknowledgement{.by = "alice", .note = {}, .at = {}, .until = {}};
  CHECK(world.message(MessageKind::update).acknowledge_link.empty());
}

TEST_CASE("a network that is down", "[watch][compose]") {
  World world;
  world.prefix(400, 412);
  const Message message = world.message(MessageKind::opening);
  check_form(message);
  CHECK(message.subject ==
        "[DOWN] 400 hosts in 192.0.2.0/24: connect timeout (since 10:02 UTC, 98 %)");
  CHECK(message.body == R"(400 of 412 hosts in 192.0.2.0/24 have been down since 10:02 UTC: connect
timeout.

Since        2026-11-26 10:02:10 UTC
Problem      connect timeout (net.timeout): no answer to the connection
             attempt: down, or filtered
Whose side   the path's or the server's
How sure     3 results in a row of each; 98 % of them have this problem, the
             others another one
Controls     3 of 3 canaries and 20 of 20 healthy servers answer
What to do   Try from a second place; if only here, look for a filter on port
             25.

The first 10 of 400:
  mx1.example.net (192.0.2.1)
  mx2.example.net (192.0.2.2)
  mx3.example.net (192.0.2.3)
  mx4.example.net (192.0.2.4)
  mx5.example.net (192.0.2.5)
  mx6.example.net (192.0.2.6)
  mx7.example.net (192.0.2.7)
  mx8.example.net (192.0.2.8)
  mx9.example.net (192.0.2.9)
  mx10.example.net (192.0.2.10)
)");
  CHECK(message.targets.size() == 10);
  CHECK(message.members == 400);
}

TEST_CASE("what was received is in the message", "[watch][compose]") {
  World world;
  world.one_host();
  world.incident.phase = Phase::greeting;
  world.incident.cause = Cause::protocol_not_smtp;
  world.receive("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n");
  const Message message = world.message(MessageKind::opening);
  check_form(message);
  CHECK(message.evidence == R"(mx1.example.net 192.0.2.1 port 25, 2026-11-26 10:02:10 UTC
connect    12.0 ms
greeting   13.4 ms
           HTTP/1.1 400 Bad Request
           Server: nginx
ended in the phase greeting: protocol.not_smtp
)");
  CHECK(message.body.ends_with("\nWhat was received:\n\n" + message.evidence));
}

TEST_CASE("the dialogue with a server that is degraded", "[watch][compose]") {
  World world;
  world.one_host();
  world.incident.kind = IncidentKind::degraded;
  world.incident.severity = Severity::warning;
  world.incident.phase = Phase::tls;
  world.incident.cause = Cause::tls_handshake_failure;
  world.evidence.push_back(
      {42, "customers mx1.example.net:25 192.0.2.1", kSince,
       R"x({"v":1,"target":"mx1.example.net","ip":"192.0.2.1","port":25,"outcome":"degraded",)x"
       R"x("phase":"tls","cause":"tls.handshake_failure",)x"
       R"x("greeting":{"code":220,"text":["mx1.example.net ESMTP Postfix"]},)x"
       R"x("ehlo":{"verb":"EHLO","code":250,"host":"mx1.example.net",)x"
       R"x("extensions":{"PIPELINING":"","SIZE":"10240000","STARTTLS":""}},)x"
       R"x("starttls":{"offered":"yes","code":220},"tls":{"alert":"handshake_failure"},)x"
       R"x("ms":{"connect":12.010,"greeting":13.377,"ehlo":12.100,"starttls":12.001,)x"
       R"x("tls":26.400,"total":75.888}})x"});
  const Message message = world.message(MessageKind::opening);
  check_form(message);
  CHECK(message.subject ==
        "[DEGRADED] mx1.example.net:25 (192.0.2.1): tls handshake failure (since 10:02 UTC)");
  CHECK(message.evidence == R"(mx1.example.net 192.0.2.1 port 25, 2026-11-26 10:02:10 UTC
connect    12.0 ms
greeting   13.4 ms
           220 mx1.example.net ESMTP Postfix
ehlo       12.1 ms EHLO
           250 mx1.example.net
           250 PIPELINING
           250 SIZE 10240000
           250 STARTTLS
starttls   12.0 ms offered: yes, reply 220
tls        26.4 ms alert: handshake_failure
ended in the phase tls: tls.handshake_failure
)");
}

TEST_CASE("the subject of several says what they are, if that says anything", "[watch][compose]") {
  World world;
  world.prefix(12, 30);
  world.incident.scope = ScopeKind::several;
  const auto subject = [&](std::string value) {
    world.incident.scope_value = std::move(value);
    return world.message(MessageKind::opening).subject;
  };
  CHECK(subject("5 networks of group fleet") ==
        "[DOWN] 12 hosts in 5 networks of group fleet: connect timeout (since 10:02 UTC, 98 %)");
  CHECK(subject("12 servers of group fleet") ==
        "[DOWN] 12 hosts of group fleet: connect timeout (since 10:02 UTC, 98 %)");
  CHECK(subject("6 causes of several groups") ==
        "[DOWN] 12 hosts of several groups: connect timeout (since 10:02 UTC, 98 %)");
  CHECK(world.message(MessageKind::opening).scope == "6 causes of several groups");
}

TEST_CASE("subjects say what has become of an incident", "[watch][compose]") {
  World world;
  world.one_host();
  const std::string where = "mx1.example.net:25 (192.0.2.1)";
  CHECK(world.message(MessageKind::reminder, 2, hours{3}).subject ==
        "[STILL DOWN 3 h, reminder 2] " + where + ": connect timeout (since 10:02 UTC)");
  CHECK(world.message(MessageKind::update).subject ==
        "[DOWN, update] " + where + ": connect timeout (since 10:02 UTC)");
  world.incident.kind = IncidentKind::degraded;
  CHECK(world.message(MessageKind::opening).subject.starts_with("[DEGRADED] " + where));
  world.incident.kind = IncidentKind::flapping;
  CHECK(world.message(MessageKind::opening).subject ==
        "[FLAPPING] " + where + " (since 10:02 UTC)");
  world.incident.kind = IncidentKind::unobserved;
  CHECK(world.message(MessageKind::opening).subject ==
        "[NOT OBSERVED] " + where + " (since 10:02 UTC)");
  world.incident.kind = IncidentKind::blind;
  CHECK(world.message(MessageKind::opening).subject ==
        "[BLIND] no server can be observed: the fault is on the monitor's own side (since 10:02 "
        "UTC)");
  world.incident.kind = IncidentKind::internal;
  world.incident.title = "the disk is full";
  CHECK(world.message(MessageKind::opening).subject == "[MONITOR] the disk is full");
  CHECK(world.message(MessageKind::reminder, 1, hours{3}).subject ==
        "[MONITOR, STILL 3 h, reminder 1] the disk is full");
  world.incident.kind = IncidentKind::certificate;
  world.incident.title = "17 certificates on 2,113 hosts expire within 30 days";
  CHECK(world.message(MessageKind::notice).subject ==
        "[CERTIFICATES] 17 certificates on 2,113 hosts expire within 30 days");
  world.incident.kind = IncidentKind::change;
  world.incident.title = "3 changes on 6 servers";
  CHECK(world.message(MessageKind::notice).subject == "[CHANGE] 3 changes on 6 servers");
}

TEST_CASE("an end says how long it took", "[watch][compose]") {
  World world;
  world.prefix(400, 412);
  world.close_after(minutes{7});
  const Message closing = world.message(MessageKind::closing, 0, minutes{8});
  check_form(closing);
  CHECK(closing.resolved);
  CHECK(closing.until == "2026-11-26T10:09:10Z");
  CHECK(closing.subject ==
        "[UP after 7 min] 400 hosts in 192.0.2.0/24: connect timeout (10:02-10:09 UTC)");
  CHECK(closing.body ==
        R"(400 hosts in 192.0.2.0/24 were down from 10:02 to 10:09 UTC (7 min): connect
timeout.

Since        2026-11-26 10:02:10 UTC
Until        2026-11-26 10:09:10 UTC
Lasted       7 min
Problem      connect timeout (net.timeout): no answer to the connection
             attempt: down, or filtered
Whose side   the path's or the server's
Controls     3 of 3 canaries and 20 of 20 healthy servers answer
)");
  const Message past = world.message(MessageKind::past, 0, minutes{8});
  check_form(past);
  CHECK(past.subject == "[WAS DOWN 10:02-10:09] 400 hosts in 192.0.2.0/24: connect timeout");
  CHECK(past.identity == "42.3.past");
  // A day later the times have their dates.
  CHECK(world.message(MessageKind::past, 0, hours{24})
            .subject.starts_with("[WAS DOWN 2026-11-26 10:02-2026-11-26 10:09] "));
}

TEST_CASE("the end of blindness and of trouble of our own", "[watch][compose]") {
  World world;
  world.incident.kind = IncidentKind::blind;
  world.incident.cause = Cause::none;
  world.incident.text = "1 of 3 canaries and 2 of 20 healthy servers answer";
  const Message blind = world.message(MessageKind::opening);
  check_form(blind);
  CHECK(blind.body == R"(No server has been observable since 10:02 UTC.

1 of 3 canaries and 2 of 20 healthy servers answer

Since        2026-11-26 10:02:10 UTC
)");
  world.close_after(minutes{3});
  const Message closing = world.message(MessageKind::closing, 0, minutes{4});
  check_form(closing);
  CHECK(closing.subject ==
        "[NO LONGER BLIND after 3 min] no server could be observed: the fault was on the monitor's "
        "own side (10:02-10:05 UTC)");
  CHECK(closing.summary == "No server could be observed from 10:02 to 10:05 UTC (3 min)");
  world.incident.kind = IncidentKind::internal;
  world.incident.title = "the disk is full";
  CHECK(world.message(MessageKind::closing).subject ==
        "[MONITOR, OVER after 3 min] the disk is full");
}

TEST_CASE("an acknowledgement is in the message", "[watch][compose]") {
  World world;
  world.one_host();
  world.incident.acknowledged =
      Acknowledgement{"alice", "power is back at noon", kSince + minutes{5}, kSince + hours{24}};
  const Message message = world.message(MessageKind::update);
  check_form(message);
  CHECK(message.subject.starts_with("[DOWN, acknowledged] "));
  CHECK(message.body.find("Acknowledged by alice until 2026-11-27 10:02:10 UTC: power is back at "
                          "noon\n") != message.body.npos);
}

TEST_CASE("a notice is its title and its text", "[watch][compose]") {
  World world;
  world.incident.kind = IncidentKind::certificate;
  world.incident.severity = Severity::warning;
  world.incident.title = "1 certificate on 1 host expires within 30 days";
  world.incident.text = "* CN=mx1.example.net expires in 28 days (2026-12-20)\n  1 host: mx1\n";
  const Message message = world.message(MessageKind::notice);
  check_form(message);
  CHECK(message.body ==
        "1 certificate on 1 host expires within 30 days.\n"
        "\n"
        "* CN=mx1.example.net expires in 28 days (2026-12-20)\n"
        "  1 host: mx1\n");
}

TEST_CASE("members that are no longer watched are left out", "[watch][compose]") {
  World world;
  world.prefix(3, 3);
  world.monitors.resize(1);
  const Message message = world.message(MessageKind::opening);
  check_form(message);
  CHECK(message.targets == std::vector<std::string>{"mx1.example.net (192.0.2.1)"});
}

TEST_CASE("evidence that is no record is left out", "[watch][compose]") {
  World world;
  world.one_host();
  for (const char* record : {"", "{", "[1]", "7", "{\"a\":1}}"}) {
    world.evidence.push_back({42, "customers mx1.example.net:25", kSince, record});
  }
  world.evidence.push_back(
      {42, "customers mx1.example.net:25", kSince, "{\"x\":\"" + std::string(40'000, 'x') + "\"}"});
  const Message message = world.message(MessageKind::opening);
  check_form(message);
  CHECK(message.evidence.empty());
  CHECK(message.json.ends_with("\"evidence\":[]}"));
}

TEST_CASE("the incident as JSON", "[watch][compose]") {
  World world;
  world.one_host();
  world.monitors[0].meta = R"({"rack":"b7"})";
  world.monitors[0].host = "mail.example.net";
  world.evidence.push_back({42, "customers mx1.example.net:25", kSince, "{\"v\":1}\n"});
  const std::string incident =
      R"("incident":{"id":42,"kind":"down","severity":"critical",)"
      R"("scope":{"kind":"monitor","value":"customers mx1.example.net:25 192.0.2.1"},)"
      R"("since":"2026-11-26T10:02:10Z","opened":"2026-11-26T10:02:55Z","phase":"connect",)"
      R"("cause":"net.timeout","percent":100,"members":1,"members_peak":1,"watched":1,)"
      R"("revision":3},"targets":[{"key":"customers mx1.example.net:25","group":"customers",)"
      R"("target":"mx1.example.net","name":"mail.example.net","ip":"192.0.2.1","port":25,)"
      R"("meta":{"rack":"b7"}}],"evidence":[{"v":1}]})";
  CHECK(to_json(world.subject()) == "{\"version\":1," + incident);
  CHECK(world.message(MessageKind::opening).json ==
        R"({"version":1,"kind":"opening",)"
        R"x("subject":"[DOWN] mx1.example.net:25 (192.0.2.1): connect timeout (since 10:02 UTC)",)x"
        R"("summary":"mx1.example.net:25 (192.0.2.1) has been down since 10:02 UTC: )"
        R"(connect timeout",)" +
            incident);
}

TEST_CASE("messages that a limit has held back are told in one", "[watch][compose]") {
  World world;
  world.one_host();
  world.channel.max_per_hour = 5;
  const std::vector<Message> held = {world.message(MessageKind::opening),
                                     world.message(MessageKind::update)};
  const Message digest = compose_digest(held, world.channel, {Instant{}, kSince});
  check_form(digest);
  CHECK(digest.kind == MessageKind::digest);
  CHECK(digest.severity == Severity::critical);
  CHECK(digest.subject == "[DIGEST] 2 messages held back by the hourly limit of channel ops");
  CHECK(digest.body ==
        "2 messages in one, because the channel has reached its limit of 5 an hour.\n"
        "\n"
        "* [DOWN] mx1.example.net:25 (192.0.2.1): connect timeout (since 10:02 UTC)\n"
        "* [DOWN, update] mx1.example.net:25 (192.0.2.1): connect timeout (since 10:02\n"
        "  UTC)\n");
}

TEST_CASE("a test message names its channel", "[watch][compose]") {
  World world;
  const Message message = compose_test(world.channel, {Instant{}, kSince});
  check_form(message);
  CHECK(message.subject == "[TEST] mxsweep reaches channel ops");
  CHECK(message.kind == MessageKind::test);
}

TEST_CASE("a failed check says what was found, where, and what to do", "[watch][compose]") {
  World world;
  world.incident.kind = IncidentKind::check;
  world.incident.cause = Cause::none;
  world.incident.scope = ScopeKind::monitor;
  world.incident.scope_value = "customers example.org:25";
  world.incident.title = "spf.lookups_over";
  world.add_monitor("example.org", 1);
  Subject subject = world.subject();
  subject.findings = [](MonitorId) -> std::vector<OpenFinding> {
    return {{.check = "spf",
             .report = {.finding = CheckFinding::spf_lookups_over,
                        .at = "example.org",
                        .detail = "a\x1b[31m",
                        .n = 12,
                        .most = 10},
             .severity = mxsweep::Severity::error,
             .since = kSince}};
  };
  const Message message = compose(subject, MessageKind::opening, 0, world.channel,
                                  {Instant{}, kSince + std::chrono::minutes{1}});
  check_form(message);
  CHECK(message.subject == "[CHECK FAILED] example.org:25: spf.lookups_over (since 10:02 UTC)");
  CHECK(message.summary ==
        "example.org:25 has been failing the checks since 10:02 UTC: spf.lookups_over");
  CHECK(message.cause == "spf.lookups_over");
  CHECK(message.body.find("* spf.lookups_over (error): ") != std::string::npos);
  CHECK(message.body.find("  At: example.org, a\\u001b[31m (12, at most 10)\n") !=
        std::string::npos);
  CHECK(message.body.find("  To do: ") != std::string::npos);
  CHECK(message.json.find(R"("findings":[{"key":"customers example.org:25")") != std::string::npos);
}

}  // namespace
}  // namespace mxsweep::watch
