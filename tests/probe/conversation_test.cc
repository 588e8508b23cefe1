// SPDX-License-Identifier: MIT
#include "mxsweep/probe/conversation.h"

#include <cerrno>

#include "mxsweep/results/json_writer.h"
#include "probe/transcript.h"
#include "support/catch.h"

namespace mxsweep::probe {
namespace {

// A conversation ends the same way however the network cuts it: in whole lines, in pieces of every
// small size, including one octet, and with everything that the server sends before our commands in
// two pieces.
void play(const std::string& text, const Plan& plan = Plan("scanner.test")) {
  for (const int piece : {100'000, 1, 2, 3, 7, 64}) {
    CAPTURE(piece);
    Transcript(plan, static_cast<std::size_t>(piece)).play(text);
  }
  if (text.find("[unconnected]") != text.npos || text.find("[interrupt]") != text.npos) return;
  bool more = true;
  for (std::size_t cut = 0; more; ++cut) {
    CAPTURE(cut);
    more = Transcript(plan, 1).play_ahead(text, cut);
  }
}

Plan plan_to(Depth depth) {
  Plan plan("scanner.test");
  plan.depth = depth;
  return plan;
}

TEST_CASE("a plain conversation goes from greeting to QUIT and the server's close", "[probe]") {
  play(R"(
    S: 220 mx.test ESMTP Postfix
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250-SIZE 10240000
    S: 250 STARTTLS
    C: QUIT
    S: 221 2.0.0 Bye
    [close]
    = ok quit none)");
}

TEST_CASE("nothing is sent before the last line of a greeting, however late it comes", "[probe]") {
  play(R"(
    S: 220-mx.test ESMTP
    [wait 6]
    S: 220-please wait
    [wait 3]
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
}

Plan plan_with_envelope(Depth depth) {
  Plan plan("scanner.test", {.octets = 5000,
                             .recipient = "postmaster@mx.test",
                             .foreign_recipient = "relay-test@example.org"});
  plan.depth = depth;
  return plan;
}

TEST_CASE("at depth mail a transaction is begun, with the size, and ended by RSET", "[probe]") {
  play(R"(
    S: 220 mx.test ESMTP Postfix
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250 SIZE 10240000
    C: MAIL FROM:<> SIZE=5000
    S: 250 2.1.0 Ok
    C: RSET
    S: 250 2.0.0 Ok
    C: QUIT
    S: 221 2.0.0 Bye
    [close]
    = ok quit none)",
       plan_with_envelope(Depth::mail));
}

TEST_CASE("the size is left out for a server that does not offer SIZE", "[probe]") {
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 500 5.5.1 Command unrecognized
    C: HELO scanner.test
    S: 250 mx.test SIZE
    C: MAIL FROM:<>
    S: 250 Ok
    C: RSET
    S: 250 Ok
    C: QUIT
    S: 221 Bye
    [close]
    = ok quit none ehlo_refused)",
       plan_with_envelope(Depth::mail));
}

TEST_CASE("a full disk shows at MAIL, and there is no transaction to reset", "[probe]") {
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250 SIZE
    C: MAIL FROM:<> SIZE=5000
    S: 452 4.3.1 Insufficient system storage
    C: QUIT
    S: 221 Bye
    [close]
    = refused mail resources.storage)",
       plan_with_envelope(Depth::rcpt));
}

TEST_CASE("what is refused only at RCPT shows there", "[probe]") {
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 250 mx.test
    C: MAIL FROM:<>
    S: 250 Ok
    C: RCPT TO:<postmaster@mx.test>
    S: 554 5.7.1 Service unavailable; client [192.0.2.1] blocked using list.test
    C: RSET
    S: 250 Ok
    C: QUIT
    S: 221 Bye
    [close]
    = refused rcpt blocked.scanner_ip)",
       plan_with_envelope(Depth::relay));
}

TEST_CASE("a relay test is passed by a refusal and failed by an acceptance", "[probe]") {
  const std::string before = R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 250 mx.test
    C: MAIL FROM:<>
    S: 250 Ok
    C: RCPT TO:<postmaster@mx.test>
    S: 250 Ok
    C: RCPT TO:<relay-test@example.org>
)";
  const std::string after = R"(
    C: RSET
    S: 250 Ok
    C: QUIT
    S: 221 Bye
    [close]
)";
  const Plan plan = plan_with_envelope(Depth::relay);
  play(before + "S: 554 5.7.1 Relay access denied" + after + "= ok quit none", plan);
  play(before + "S: 454 4.7.1 Relay access denied" + after + "= ok quit none", plan);
  play(before + "S: 421 4.7.0 Goodbye\n[close]\n= ok quit none", plan);
  play(before + "S: 250 2.1.5 Ok" + after + "= degraded relay config.open_relay", plan);
}

TEST_CASE("a server that ends a transaction leaves one that had answered EHLO", "[probe]") {
  const std::string before = R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 250 mx.test
    C: MAIL FROM:<>
)";
  play(before + "[close]\n= degraded mail net.closed_early", plan_with_envelope(Depth::mail));
  play(before + "S: 250 Ok\nC: RSET\n[close]\n= ok quit none no_221",
       plan_with_envelope(Depth::mail));
  play(before + "S: 421 4.3.2 Shutting down\n[close]\n= refused mail resources.overload",
       plan_with_envelope(Depth::mail));
}

TEST_CASE("HELO follows a 5xx to EHLO, on the same connection, and nothing else does", "[probe]") {
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 502 5.5.1 Command not implemented
    C: HELO scanner.test
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none ehlo_refused)");
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 451 4.3.0 Try later
    C: QUIT
    S: 221 bye
    [close]
    = refused ehlo tempfail.unspecified)");
}

TEST_CASE("a server that accepts neither EHLO nor HELO has declined", "[probe]") {
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 500 5.5.1 Command unrecognized
    C: HELO scanner.test
    S: 500 5.5.1 Command unrecognized
    C: QUIT
    S: 221 bye
    [close]
    = refused ehlo protocol.ehlo_unsupported)");
}

TEST_CASE("a close after the refusal of EHLO leaves that refusal as the outcome", "[probe]") {
  for (const char* ending : {"[close]", "[reset]"}) {
    play(std::string(R"(
      S: 220 mx.test
      C: EHLO scanner.test
      S: 554 5.7.1 Service unavailable; client blocked using list.test
      C: HELO scanner.test
      )") +
         ending + R"(
      = refused ehlo blocked.scanner_ip)");
  }
}

TEST_CASE("a refusal at the greeting is followed by QUIT, a 421 by a close", "[probe]") {
  play(R"(
    S: 554 5.7.1 Service unavailable; client [192.0.2.1] blocked using list.test
    C: QUIT
    S: 221 bye
    [close]
    = refused greeting blocked.scanner_ip)");
  play(R"(
    S: 421 4.3.2 All server ports are busy
    [close]
    = refused greeting resources.overload)");
  play(R"(
    S: 421 4.3.2 All server ports are busy
    [wait 6]
    = refused greeting resources.overload no_close)");
}

TEST_CASE("silence, a trickle and a close before the reply have three causes", "[probe]") {
  play("[wait 61]\n= failed greeting protocol.silent");
  play("S| 22\n[wait 61]\n= failed greeting protocol.tarpit");
  play("S: 220-one line\n[wait 61]\n= failed greeting protocol.tarpit");
  play("[close]\n= failed greeting net.closed_early");
  play("S| 220 mx.te\n[close]\n= failed greeting net.closed_early truncated_reply");
  play("[reset]\n= failed greeting net.reset");
}

TEST_CASE("the deadline of a reply is not moved by the octets that trickle in", "[probe]") {
  const Plan plan("scanner.test");
  Transcript transcript(plan, 1);
  transcript.play("S| 220-a\n" + std::string("[wait 30]\nS| b\n[wait 29]\nS| c\n[wait 1]\n"
                                             "= failed greeting protocol.tarpit"));
  CHECK(transcript.record().ms[Phase::greeting] <= plan.greeting_timeout);
}

TEST_CASE("a session has a deadline of its own", "[probe]") {
  Plan plan("scanner.test");
  plan.session_timeout = std::chrono::seconds{70};
  play(R"(
    [wait 55]
    S: 220 mx.test
    C: EHLO scanner.test
    [wait 16]
    = failed ehlo protocol.silent)",
       plan);
}

TEST_CASE("octets that are not SMTP and unexpected TLS have different causes", "[probe]") {
  play("S: HTTP/1.1 400 Bad Request\n= failed greeting protocol.not_smtp");
  play("S: SSH-2.0-OpenSSH_9.2\n= failed greeting protocol.not_smtp");
  play("S| \\x15\\x03\\x01\\x00\\x02\\x02\\x50\n= failed greeting protocol.tls_first");
  play(
      "S: 200 news.test InterNetNews ready\nC: QUIT\nS: 205 bye\n[close]\n"
      "= failed greeting protocol.not_smtp no_221 stray_reply");
}

TEST_CASE("text before a reply is skipped when the reply follows, and noise when none does",
          "[probe]") {
  play(R"(
    S: loading, please wait
    S:
    S: 220 mx.test
    C: EHLO scanner.test
    S| \n
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none text_before_reply)");
  for (const char* ending : {"[close]", "[reset]", "[wait 61]"}) {
    play(std::string("S: what do you want?\n") + ending + "\n= failed greeting protocol.not_smtp");
    play(std::string("S| no line end\n") + ending + "\n= failed greeting protocol.not_smtp");
  }
  const Plan plan("scanner.test");
  Transcript transcript(plan, 3);
  transcript.play(
      "S: hello\nS: 554 no\nC: QUIT\nS: 221 bye\n[close]\n"
      "= refused greeting blocked.unspecified text_before_reply");
  CHECK(transcript.record().replies[Phase::greeting].octets == "554 no\r\n");
  CHECK(transcript.record().reply.octets == "554 no\r\n");
}

TEST_CASE("a flood is cut off, by octets and by lines", "[probe]") {
  const Plan plan("scanner.test");
  std::string lines;
  for (int i = 0; i < 600; ++i) lines += "S: 220-x\n";
  Transcript(plan, 2048).play(lines + "= failed greeting protocol.flood");
  Transcript octets(plan, 2048);
  octets.play("S: 220-" + std::string(70'000, 'x') +
              "\n= failed greeting protocol.flood long_line line_cut");
  CHECK(octets.last().abort);
  CHECK(octets.record().bytes_in <= smtp::kReplyOctetsMax + 2048);
}

TEST_CASE("octets after a reply are read as if they had arrived later", "[probe]") {
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 250 mx.test
    C: QUIT
    S: 421 4.7.0 too many connections
    [close]
    = ok quit none no_221)");
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 421 4.7.0 too many connections
    [close]
    = refused ehlo throttled.connections)");
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 500 5.5.1 what?
    C: HELO scanner.test
    S: 421 4.7.0 too many connections
    [reset]
    = refused ehlo throttled.connections)");
}

TEST_CASE("a reply that cannot belong to the command is ignored", "[probe]") {
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 220 mx.test once more
    S: 354 go on
    S: 250 mx.test
    C: QUIT
    S: 250 ok
    S: 221 bye
    [close]
    = ok quit none stray_reply)");
  const std::string stray = "S: 220 mx.test\nC: EHLO scanner.test\nS: 220 mx.test\n";
  play(stray + "[close]\n= failed ehlo net.closed_early stray_reply");
  play(stray + "[reset]\n= failed ehlo net.reset stray_reply");
  play(stray + "[wait 31]\n= failed ehlo protocol.not_smtp stray_reply");
  play(stray + "S: 550 5.7.1 no\nC: HELO scanner.test\nS: 550 5.7.1 no\nC: QUIT\nS: 221 bye\n" +
       "[close]\n= refused ehlo policy.rejected stray_reply");
  std::string many = "S: 220 mx.test\n";
  for (int i = 0; i <= kStrayRepliesMax; ++i) many += "S: 220 mx.test\n";
  Transcript(Plan("scanner.test"), 100'000)
      .play("S: 220 mx.test\nC: EHLO scanner.test\n" + many +
            "= failed ehlo protocol.flood stray_reply");
}

TEST_CASE("only the code that the command expects is its success", "[probe]") {
  play(R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 221 2.0.0 goodbye
    [close]
    = refused ehlo reject.unspecified)");
  play("S: 221 goodbye\n[close]\n= refused greeting reject.unspecified");
  play(R"(
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = failed greeting protocol.not_smtp)");
}

TEST_CASE("after a stray reply, a capability that is not listed is not known", "[probe]") {
  const Plan plan("scanner.test");
  const std::string text = R"(
    S: 220 mx.test
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250 SIZE 10
    C: QUIT
    S: 250-STARTTLS
    S: 250 HELP
    S: 221 bye
    [close]
    = ok quit none stray_reply)";
  play(text);
  Transcript transcript(plan, 100'000);
  transcript.play(text);
  CHECK(transcript.record().starttls_offered == results::Offered::not_known);
  CHECK(transcript.record().replies[Phase::ehlo].octets == "250-mx.test\r\n250 SIZE 10\r\n");
}

TEST_CASE("if EHLO is answered like any command, capabilities are not known", "[probe]") {
  for (const char* reply : {"250 2.0.0 Ok", "250 OK", "250"}) {
    const Plan plan("scanner.test");
    Transcript transcript(plan, 100'000);
    transcript.play(std::string("S: 220 mx.test\nC: EHLO scanner.test\nS: ") + reply +
                    "\nC: QUIT\nS: 221 bye\n[close]\n= ok quit none" +
                    (std::string(reply) == "250" ? " missing_text" : "") + " ehlo_without_host");
    CHECK(transcript.record().starttls_offered == results::Offered::not_known);
  }
}

TEST_CASE("silence beside many of our connections to one address is local.burst", "[probe]") {
  const Plan plan("scanner.test");
  const targets::Target target;
  const auto cause = [&](std::uint32_t others, std::string_view received) {
    Conversation probe(plan, target);
    Instant now{std::chrono::seconds{1}};
    (void)probe.on_started(now, others);
    (void)probe.on_connected(now);
    if (!received.empty()) (void)probe.on_bytes(received, now);
    CHECK(probe.on_deadline(now = probe.deadline()).done);
    return probe.observation().record({}).cause;
  };
  CHECK(cause(kBurstConnections, "") == Cause::local_burst);
  CHECK(cause(kBurstConnections - 1, "") == Cause::protocol_silent);
  CHECK(cause(kBurstConnections, "2") == Cause::protocol_tarpit);
  CHECK(cause(kBurstConnections, "220 mx.test\r\n") == Cause::protocol_silent);
}

TEST_CASE("we close first to a server that waits for it, and let other servers close first",
          "[probe]") {
  const Plan plan("scanner.test");
  const targets::Target target;
  Conversation probe(plan, target);
  Instant now{std::chrono::seconds{1}};
  (void)probe.on_started(now);
  (void)probe.on_connected(now);
  (void)probe.on_bytes("220 mx.test\r\n", now);
  (void)probe.on_bytes("250 mx.test\r\n", now);
  Wants wants = probe.on_bytes("221 bye\r\n", now += std::chrono::milliseconds{3});
  CHECK_FALSE(wants.half_close);
  CHECK(wants.deadline == now + plan.close_grace);
  wants = probe.on_deadline(now = wants.deadline);
  CHECK(wants.half_close);
  CHECK_FALSE(wants.done);
  CHECK(wants.deadline == now + plan.quit_timeout);
  CHECK(probe.on_closed(now += std::chrono::milliseconds{1}).done);
  CHECK(probe.observation().record({}).anomalies.empty());
  CHECK(probe.observation().record({}).ms[Phase::quit] == std::chrono::milliseconds{3});
  CHECK(probe.observation().record({}).ms.total == std::chrono::milliseconds{3});
}

TEST_CASE("after QUIT nothing changes the outcome", "[probe]") {
  const std::string known = "S: 220 mx.test\nC: EHLO scanner.test\nS: 250 mx.test\nC: QUIT\n";
  play(known + "[close]\n= ok quit none no_221");
  play(known + "[reset]\n= ok quit none no_221");
  play(known + "[wait 6]\n= ok quit none no_221");
  play(known + "S: 221 bye\n[wait 6]\n= ok quit none no_close");
  play(known + "S: 221 bye\n[reset]\n= ok quit none");
  play(known + "S: 500 what\n[close]\n= ok quit none no_221");
  play(known + "S: garbage\n[close]\n= ok quit none no_221");
  play(known + "S: garbage\nS: 221 bye\n[close]\n= ok quit none text_before_reply");
  play(known + "S| \\x00\n= ok quit none no_221");
  play(known + "S: 221 bye\nS: and more\n[close]\n= ok quit none unsolicited_octets");
}

TEST_CASE("a connection that fails has a cause on the peer's side or on ours", "[probe]") {
  play("[unconnected]\n[error ECONNREFUSED]\n= failed connect net.refused");
  play("[unconnected]\n[wait 11]\n= failed connect net.timeout");
  play("[unconnected]\n[error ENETUNREACH]\n= local connect local.no_route");
}

TEST_CASE("an interrupted conversation is local, a finished one keeps its outcome", "[probe]") {
  play("[interrupt]\n= local greeting local.interrupted");
  play("[unconnected]\n[interrupt]\n= local connect local.interrupted");
  play(
      "S: 220 mx.test\nC: EHLO scanner.test\nS: 250 mx.test\nC: QUIT\n[interrupt]\n"
      "= ok quit none");
}

TEST_CASE("a probe goes as far as it was asked to", "[probe]") {
  play("[unconnected]\n[wait 0]\n[interrupt]\n= local connect local.interrupted",
       plan_to(Depth::connect));
  play("S: 220 mx.test\nC: QUIT\nS: 221 bye\n[close]\n= ok quit none", plan_to(Depth::greeting));
  const Plan plan = plan_to(Depth::connect);
  const targets::Target target;
  Conversation connect_only(plan, target);
  const Instant now{std::chrono::seconds{1}};
  CHECK_FALSE(connect_only.on_started(now).done);
  CHECK(connect_only.on_connected(now).done);
  CHECK(connect_only.observation().record({}).outcome == Outcome::ok);
  CHECK(connect_only.observation().record({}).phase == Phase::connect);
}

}  // namespace
}  // namespace mxsweep::probe
