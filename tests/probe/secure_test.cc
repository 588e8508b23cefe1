// SPDX-License-Identifier: MIT
// Conversations that go on under TLS.
#include <cerrno>
#include <string>

#include "probe/secure_ending.h"
#include "support/catch.h"

namespace mxsweep::probe {
namespace {

constexpr const char* kWholeConversation = "EHLO scanner.test\nSTARTTLS\nEHLO scanner.test\nQUIT\n";

TEST_CASE("STARTTLS, the handshake, EHLO again, QUIT and close_notify, however it is cut",
          "[probe][tls]") {
  for (const unsigned piece : {100'000U, 1000U, 100U, 7U, 1U}) {
    CAPTURE(piece);
    const Ending end = ending({}, Plan("scanner.test"), "mx.test", piece);
    CHECK(end.words == "ok quit none");
    CHECK(end.lines == kWholeConversation);
    CHECK(end.offered == results::Offered::yes);
    CHECK(end.starttls_code == 220);
    CHECK(end.secured);
  }
}

TEST_CASE("the record holds both EHLO replies, the session and the chain", "[probe][tls]") {
  SecurePair conversation(Plan("scanner.test"), {}, "mx.test", 100'000);
  const results::Record record = conversation.talk();
  CHECK(record.replies[Phase::ehlo].octets == "250-mx.test\r\n250-STARTTLS\r\n250 SIZE 1000\r\n");
  CHECK(record.replies[Phase::ehlo_tls].code == 250);
  CHECK(record.replies[Phase::ehlo_tls].octets == "250-mx.test\r\n250 SIZE 1000\r\n");
  CHECK(record.reply.octets.empty());
  REQUIRE(record.tls.has_value());
  CHECK(record.tls->session.version == "TLSv1.3");
  CHECK(record.tls->session.group == "X25519");
  CHECK(record.tls->verified);
  CHECK(record.tls->name_match == true);
  CHECK(record.tls->days_left == 79);  // Seventeen minutes short of eighty days.
  REQUIRE(record.tls->chain != nullptr);
  REQUIRE(record.tls->chain->certificates.size() == 1);
  CHECK(record.tls->chain->certificates[0].subject == "CN=mx.test");
  for (const Phase phase : {Phase::connect, Phase::greeting, Phase::ehlo, Phase::starttls,
                            Phase::tls, Phase::ehlo_tls, Phase::quit}) {
    CAPTURE(to_string(phase));
    CHECK(record.ms[phase] >= Duration::zero());
  }
}

TEST_CASE("implicit TLS: the handshake first, then an ordinary conversation", "[probe][tls]") {
  ServerBehaviour behaviour;
  behaviour.implicit = true;
  behaviour.ehlo_tls = "250 mx.test\r\n";
  for (const unsigned piece : {100'000U, 50U, 1U}) {
    SecurePair conversation(Plan("scanner.test"), behaviour, "", piece);
    const results::Record record = conversation.talk();
    CHECK(record.outcome == Outcome::ok);
    CHECK(record.replies[Phase::greeting].code == 220);
    CHECK(record.replies[Phase::ehlo].code == 250);
    CHECK(record.replies[Phase::ehlo_tls].code == 0);
    CHECK_FALSE(record.starttls_known);
    CHECK(conversation.lines == "EHLO scanner.test\nQUIT\n");
    REQUIRE(record.tls.has_value());
    CHECK_FALSE(record.tls->name_match.has_value());
    CHECK(record.tls->verified);
  }
}

TEST_CASE("port 465 means implicit TLS, unless the target or the user wants it otherwise",
          "[probe][tls]") {
  tls::Client client;
  REQUIRE(client.open({}).ok());
  Plan plan("scanner.test");
  plan.tls = &client;
  targets::Target target;
  const auto speaks_first = [&] {
    Conversation probe(plan, target);
    const Instant now{std::chrono::seconds{1}};
    (void)probe.on_started(now);
    return !probe.on_connected(now).send.empty();
  };
  target.port = 465;
  CHECK(speaks_first());
  target.tls = targets::TlsMode::starttls;
  CHECK_FALSE(speaks_first());
  target.tls = targets::TlsMode::from_flags;
  plan.tls_mode = targets::TlsMode::off;
  CHECK_FALSE(speaks_first());
  target.port = 25;
  plan.tls_mode = targets::TlsMode::implicit;
  CHECK(speaks_first());
}

TEST_CASE("clear text after the reply to STARTTLS is dropped and an anomaly", "[probe][tls]") {
  ServerBehaviour behaviour;
  behaviour.starttls = "220 go\r\n250 injected\r\n";
  const Ending end = ending(behaviour);
  CHECK(end.words == "ok quit none plaintext_after_starttls");
  CHECK(end.lines == kWholeConversation);
}

TEST_CASE("clear text that arrives after our ClientHello is also dropped and an anomaly",
          "[probe][tls]") {
  for (const unsigned piece : {100'000U, 100U, 1U}) {
    ServerBehaviour behaviour;
    behaviour.before_handshake = "250 injected\r\n250-and\r\n4 more lines\r\n";
    CHECK(ending(behaviour, Plan("scanner.test"), {}, piece).words ==
          "ok quit none plaintext_after_starttls");
    behaviour.hello_closes = true;
    CHECK(ending(behaviour, Plan("scanner.test"), {}, piece).words ==
          "degraded tls tls.not_tls plaintext_after_starttls");
    behaviour.hello_closes = false;
    behaviour.hello_hangs = true;
    CHECK(ending(behaviour, Plan("scanner.test"), {}, piece).words ==
          "degraded tls tls.not_tls plaintext_after_starttls");
    behaviour.before_handshake = "no line end";
    CHECK(ending(behaviour, Plan("scanner.test"), {}, piece).words == "degraded tls tls.not_tls");
  }
}

TEST_CASE("clear text without an end instead of the handshake is a flood", "[probe][tls]") {
  ServerBehaviour behaviour;
  while (behaviour.hello.size() < 2 * kSessionOctetsMax) behaviour.hello += "220 one more line\r\n";
  SecurePair conversation(Plan("scanner.test"), behaviour, {}, 4096);
  const results::Record record = conversation.talk();
  CHECK(record.phase == Phase::tls);
  CHECK(to_string(record.cause) == "protocol.flood");
  CHECK(record.bytes_in <= kSessionOctetsMax + 4096);
}

TEST_CASE("octets after the reply to EHLO are the reply to STARTTLS, in one piece or in two",
          "[probe][tls]") {
  for (const unsigned piece : {100'000U, 30U, 1U}) {
    CAPTURE(piece);
    const auto words = [piece](const ServerBehaviour& behaviour) {
      return ending(behaviour, Plan("scanner.test"), {}, piece).words;
    };
    ServerBehaviour behaviour;
    behaviour.ehlo = "250-mx\r\n250-STARTTLS\r\n250 SIZE\r\n421 4.7.0 too many connections\r\n";
    behaviour.ehlo_closes = true;
    CHECK(words(behaviour) == "refused starttls throttled.connections");
    behaviour.ehlo_closes = false;
    behaviour.ehlo = "250-mx\r\n250 STARTTLS\r\n250 HELP\r\n";
    CHECK(words(behaviour) == "ok quit none stray_reply");
    behaviour.ehlo = "250-mx\r\n250-STARTTLS\r\n250 SIZE\r\n220 go\r\n";
    behaviour.starttls_at_once = true;
    CHECK(words(behaviour) == "ok quit none");
    behaviour = {};
    behaviour.starttls = "250 go\r\n";
    behaviour.quit = "";
    CHECK(words(behaviour) == "degraded starttls protocol.not_smtp stray_reply");
    behaviour.starttls = "221 no\r\n";
    CHECK(words(behaviour) == "refused starttls reject.unspecified");
  }
}

TEST_CASE("octets sent under TLS before our EHLO are read as if they had arrived later",
          "[probe][tls]") {
  for (const tls::Version version : {tls::Version::tls1_2, tls::Version::tls1_3}) {
    ServerBehaviour behaviour;
    behaviour.tls.version_max = version;  // Up to TLS 1.2 the server finishes last.
    behaviour.before_ehlo_tls = "250 mx.test\r\n";
    CHECK(ending(behaviour).words == "ok quit none stray_reply");
    behaviour.before_ehlo_tls = "220 mx.test once more\r\n";
    CHECK(ending(behaviour).words == "ok quit none stray_reply");
    behaviour.before_ehlo_tls = "421 4.7.0 too many connections\r\n";
    behaviour.before_ehlo_tls_closes = true;
    CHECK(ending(behaviour).words == "refused ehlo_tls throttled.connections");
  }
}

TEST_CASE("close_notify is waited for, and an anomaly when it does not come", "[probe][tls]") {
  ServerBehaviour behaviour;
  behaviour.close_notify = false;
  behaviour.waits_for_close_notify = true;
  CHECK(ending(behaviour).words == "ok quit none");
}

TEST_CASE("a refused STARTTLS is recorded, and QUIT ends the conversation", "[probe][tls]") {
  ServerBehaviour behaviour;
  behaviour.starttls = "454 4.7.0 TLS not available due to local problem\r\n";
  Ending end = ending(behaviour);
  CHECK(end.words == "degraded starttls config.tls_unavailable");
  CHECK(end.starttls_code == 454);
  CHECK(end.reply == behaviour.starttls);
  CHECK(end.lines == "EHLO scanner.test\nSTARTTLS\nQUIT\n");
  CHECK_FALSE(end.secured);
  behaviour.starttls = "554 5.7.3 no\r\n";
  CHECK(ending(behaviour).words == "degraded starttls config.tls_advertised_but_refused");
  behaviour.starttls = "";
  CHECK(ending(behaviour).words == "degraded starttls net.closed_early");
  behaviour.starttls = "not a reply\r\n";
  CHECK(ending(behaviour).words == "degraded starttls protocol.not_smtp");
  behaviour.starttls = "421 4.3.2 busy\r\n";
  CHECK(ending(behaviour).words == "refused starttls resources.overload");
}

TEST_CASE("STARTTLS that is not offered is a finding only where it is required", "[probe][tls]") {
  ServerBehaviour behaviour;
  behaviour.ehlo = "250-mx.test\r\n250 SIZE 1000\r\n";
  Plan insists("scanner.test");
  insists.tls_mode = targets::TlsMode::starttls;
  CHECK(ending(behaviour).words == "ok quit none");
  CHECK(ending(behaviour).offered == results::Offered::no);
  CHECK(ending(behaviour, insists).words == "degraded ehlo starttls-not-supported");
  CHECK(ending(behaviour, insists).lines == "EHLO scanner.test\nQUIT\n");
  behaviour.ehlo = "250-mx.test\r\n250 XXXXXXXA\r\n";
  CHECK(ending(behaviour).words == "ok quit none masked_keyword");
  CHECK(ending(behaviour).offered == results::Offered::not_known);
  CHECK(ending(behaviour, insists).words ==
        "degraded ehlo config.middlebox_strips_starttls masked_keyword");
  CHECK(ending({}, insists).words == "ok quit none");
}

TEST_CASE("TLS does not begin if it is off or the depth ends before it", "[probe][tls]") {
  Plan plan("scanner.test");
  plan.tls_mode = targets::TlsMode::off;
  CHECK(ending({}, plan).lines == "EHLO scanner.test\nQUIT\n");
  plan.tls_mode = targets::TlsMode::automatic;
  plan.depth = Depth::ehlo;
  CHECK(ending({}, plan).lines == "EHLO scanner.test\nQUIT\n");
}

TEST_CASE("each way in which a handshake fails has its own cause", "[probe][tls]") {
  ServerBehaviour behaviour;
  SECTION("an alert: nothing in common") {
    behaviour.hello = std::string("\x15\x03\x03\x00\x02\x02\x28", 7);
    CHECK(ending(behaviour).words == "degraded tls tls.handshake_failure");
  }
  SECTION("an alert: no version in common") {
    behaviour.hello = std::string("\x15\x03\x01\x00\x02\x02\x46", 7);
    CHECK(ending(behaviour).words == "degraded tls tls.version");
  }
  SECTION("another alert") {
    behaviour.hello = std::string("\x15\x03\x03\x00\x02\x02\x50", 7);
    CHECK(ending(behaviour).words == "degraded tls tls.alert");
  }
  SECTION("clear text instead") {
    behaviour.hello = "500 5.5.1 what was that?\r\n";
    const Ending end = ending(behaviour);
    CHECK(end.words == "degraded tls tls.not_tls");
    CHECK(end.reply == behaviour.hello);
  }
  SECTION("a record that holds nonsense") {
    behaviour.hello = std::string("\x16\x03\x03\x00\x04\x63\x00\x00\x00", 9);
    CHECK(ending(behaviour).words == "degraded tls tls.malformed");
  }
  SECTION("closed instead") {
    behaviour.hello_closes = true;
    CHECK(ending(behaviour).words == "degraded tls net.closed_early");
  }
  SECTION("closed in the middle") {
    behaviour.cut_after = 300;
    CHECK(ending(behaviour).words == "degraded tls net.closed_early");
  }
  SECTION("silence") {
    behaviour.hello_hangs = true;
    CHECK(ending(behaviour).words == "degraded tls protocol.silent");
  }
  SECTION("a server that wants a client certificate, TLS 1.3") {
    behaviour.tls.client_certificate = tls::ClientCertificate::required;
    CHECK(ending(behaviour).words == "degraded tls tls.client_certificate");
  }
  SECTION("a server that wants a client certificate, TLS 1.2") {
    behaviour.tls.client_certificate = tls::ClientCertificate::required;
    behaviour.tls.version_max = tls::Version::tls1_2;
    CHECK(ending(behaviour).words == "degraded tls tls.client_certificate");
  }
  SECTION("under implicit TLS nothing had worked before") {
    behaviour.implicit = true;
    behaviour.hello_closes = true;
    CHECK(ending(behaviour).words == "failed tls net.closed_early");
    behaviour.hello_closes = false;
    behaviour.hello = "220 mx.test ESMTP\r\n";
    CHECK(ending(behaviour).words == "failed tls tls.not_tls");
  }
}

TEST_CASE("a server that only requests a client certificate is ok", "[probe][tls]") {
  for (const tls::Version version : {tls::Version::tls1_2, tls::Version::tls1_3}) {
    ServerBehaviour behaviour;
    behaviour.tls.client_certificate = tls::ClientCertificate::requested;
    behaviour.tls.version_max = version;
    SecurePair conversation(Plan("scanner.test"), behaviour, "", 100'000);
    const results::Record record = conversation.talk();
    CHECK(record.outcome == Outcome::ok);
    REQUIRE(record.tls.has_value());
    CHECK(record.tls->client_certificate_requested);
  }
}

TEST_CASE("an invalid certificate matters only if a valid one is required", "[probe][tls]") {
  Plan requires_it("scanner.test");
  requires_it.require_valid = true;
  CHECK(ending({}, requires_it, "mx.test").words == "ok quit none");
  CHECK(ending({}, requires_it).words == "ok quit none");  // No name is known.
  CHECK(ending({}, Plan("scanner.test"), "mail.test").words == "ok quit none other_name");
  CHECK(ending({}, requires_it, "mail.test").words ==
        "degraded tls certificate-host-mismatch other_name");
}

TEST_CASE("a refusal under TLS is like any other; without close_notify it has an anomaly",
          "[probe][tls]") {
  ServerBehaviour behaviour;
  behaviour.ehlo_tls = "421 4.3.2 busy\r\n";
  CHECK(ending(behaviour).words == "refused ehlo_tls resources.overload no_close_notify");
  behaviour = {};
  behaviour.close_notify = false;
  CHECK(ending(behaviour).words == "ok quit none no_close_notify");
  behaviour = {};
  behaviour.quit = "500 what\r\n";
  CHECK(ending(behaviour).words == "ok quit none no_221");
}

TEST_CASE("the time of the last handshake step counts for the handshake, not for the next phase",
          "[probe][tls]") {
  Plan plan("scanner.test");
  SecurePair conversation(plan, {}, "mx.test", 100'000);
  conversation.step_cost = std::chrono::milliseconds{7};
  const results::Record record = conversation.talk();
  CHECK(record.ms[Phase::tls] >= std::chrono::milliseconds{7});
  CHECK(record.ms[Phase::ehlo_tls] < std::chrono::milliseconds{7});
  CHECK(record.ms[Phase::quit] < std::chrono::milliseconds{7});
  CHECK(record.ms[Phase::starttls] < std::chrono::milliseconds{7});
}

TEST_CASE("the wait of a queued handshake step counts in no latency", "[probe][tls]") {
  tls::Client client;
  REQUIRE(client.open({}).ok());
  Plan plan("scanner.test");
  plan.tls = &client;
  const targets::Target target;
  Conversation probe(plan, target);
  const Instant start{std::chrono::seconds{1}};
  const auto at = [start](int ms) { return start + std::chrono::milliseconds{ms}; };
  (void)probe.on_started(start);
  (void)probe.on_connected(at(1));
  (void)probe.on_bytes("220 mx.test\r\n", at(2));
  (void)probe.on_bytes("250-mx.test\r\n250 STARTTLS\r\n", at(3));
  CHECK(probe.next_is_costly());
  (void)probe.on_bytes("220 go\r\n", at(500), at(4));
  CHECK(probe.next_is_costly());
  CHECK(probe.on_error(ECONNRESET, at(510)).done);
  const results::Record record = probe.observation().record({});
  CHECK(record.ms[Phase::starttls] == std::chrono::milliseconds{1});
  CHECK(record.ms[Phase::tls] == std::chrono::milliseconds{10});
}

// The last case of this room, so that it runs after those that make the records.
TEST_CASE("every record of a transcript is valid by the schema", "[probe][tls]") {
  records_of_transcripts().expect_valid();
}

}  // namespace
}  // namespace mxsweep::probe
