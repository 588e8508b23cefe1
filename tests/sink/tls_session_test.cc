// SPDX-License-Identifier: MIT
// The server's side of TLS, connected to a client's engine in memory.
#include <algorithm>
#include <string>
#include <utility>

#include "mxsweep/sink/session.h"
#include "sink/stage.h"
#include "sink/tls_client.h"
#include "support/catch.h"

namespace mxsweep::sink {
namespace {

constexpr std::string_view kReady = "220 2.0.0 Ready to start TLS\r\n";

// The cause that a probe records when a handshake ends like this.
Cause cause_of(tls::Engine& engine, const Stage& stage) {
  switch (engine.failure()) {
    case tls::Failure::none: break;
    case tls::Failure::not_tls: return Cause::tls_not_tls;
    case tls::Failure::version: return Cause::tls_version;
    case tls::Failure::handshake_failure: return Cause::tls_handshake_failure;
    case tls::Failure::client_certificate: return Cause::tls_client_certificate;
    case tls::Failure::alert: return Cause::tls_alert;
    case tls::Failure::bad_certificate: return Cause::tls_bad_certificate;
    case tls::Failure::limit: return Cause::local_tls_limit;
    case tls::Failure::unsupported: return Cause::local_tls_unsupported;
    case tls::Failure::malformed: return Cause::tls_malformed;
    case tls::Failure::closed: return Cause::net_closed_early;
    case tls::Failure::shortage: return Cause::local_resource;
  }
  if (engine.status() == tls::Status::established) return Cause::none;
  switch (stage.ended()) {
    case Reaction::End::no: break;
    case Reaction::End::close: return Cause::net_closed_early;
    case Reaction::End::reset: return Cause::net_reset;
  }
  return Cause::protocol_silent;
}

const Persona& implicit(std::string_view name) {
  static const std::vector<Persona> equipped = [] {
    std::vector<Persona> personas = equipped_personas();
    begin_with_tls(personas);
    REQUIRE(authority().equip(personas) == "");
    return personas;
  }();
  return persona_named(equipped, name);
}

TEST_CASE("a client finds what a persona expects of TLS", "[sink][tls]") {
  for (const Persona& persona : equipped_personas()) {
    const ExpectedTls& expect = persona.expect.tls;
    const bool in_handshake = persona.expect.phase == Phase::tls;
    if (expect.version.empty() && !in_handshake) continue;
    INFO(persona.name);
    Stage stage(persona);
    stage.receive(12'000);
    stage.send("EHLO client.test\r\n");
    REQUIRE(stage.send("STARTTLS\r\n").substr(0, 4) == "220 ");
    TlsClient client(stage);
    client.handshake();
    CHECK(cause_of(client.engine(), stage) == (in_handshake ? persona.expect.cause : Cause::none));
    if (in_handshake) continue;
    const tls::Facts facts = client.facts();
    CHECK(facts.session.version == expect.version);
    CHECK(facts.verified == expect.verified);
    CHECK(facts.name_match == expect.name_match);
    const bool sound = facts.verify_error == tls::VerifyError::none;
    CHECK((sound ? "" : to_string(facts.verify_error)) == expect.verify_error);
  }
}

TEST_CASE("personas differ in the feature that they are for", "[sink][tls]") {
  const auto with_client = [](std::string_view name, const auto& look) {
    Stage stage(builtin(name));
    stage.receive(0);
    stage.send("STARTTLS\r\n");
    TlsClient client(stage);
    client.handshake();
    REQUIRE(client.engine().status() == tls::Status::established);
    look(client);
  };
  with_client("plain", [](TlsClient& client) {
    CHECK(client.engine().peer_chain().size() == 2);
    CHECK(client.facts().chain->certificates.at(0).key == "EC P-256");
    CHECK(client.engine().session().group == "X25519");
    CHECK_FALSE(client.engine().client_certificate_requested());
  });
  with_client("rsa_key", [](TlsClient& client) {
    CHECK(client.facts().chain->certificates.at(0).key == "RSA 2048");
  });
  with_client("certificate_weak_key", [](TlsClient& client) {
    CHECK(client.facts().chain->certificates.at(0).key == "RSA 1024");
  });
  with_client("certificate_sha1", [](TlsClient& client) {
    CHECK(client.facts().chain->certificates.at(0).signature == "ecdsa-with-SHA1");
  });
  with_client("certificate_self_signed", [](TlsClient& client) {
    CHECK(client.engine().peer_chain().size() == 1);
    CHECK(client.facts().chain->certificates.at(0).self_signed);
  });
  with_client("certificate_long_chain",
              [](TlsClient& client) { CHECK(client.engine().peer_chain().size() == 8); });
  with_client("certificate_not_yet_valid", [](TlsClient& client) {
    CHECK(client.facts().chain->certificates.at(0).not_before > kToday);
  });
  with_client("client_certificate_requested",
              [](TlsClient& client) { CHECK(client.engine().client_certificate_requested()); });
  with_client("hello_retry_request",
              [](TlsClient& client) { CHECK(client.engine().session().group == "P-384"); });
}

TEST_CASE("personas with the same behaviour share a server, others do not", "[sink][tls]") {
  CHECK(builtin("plain").tls_server == builtin("exim").tls_server);
  CHECK(builtin("plain").tls_server != builtin("rsa_key").tls_server);
  CHECK(builtin("starttls_454").tls_server == nullptr);
}

TEST_CASE("behaviour that no server can have is reported with its persona", "[sink][tls]") {
  std::vector<Persona> personas = {builtin("plain")};
  personas[0].tls.ciphers = "RUBBISH";
  personas[0].tls_server = nullptr;
  CHECK(authority().equip(personas).rfind("plain.tls: ", 0) == 0);
}

TEST_CASE("a handshake does not depend on how the stream was segmented", "[sink][tls]") {
  Stage stage(builtin("plain"));
  stage.receive(0);
  REQUIRE(stage.send("STARTTLS\r\n") == kReady);
  tls::Engine engine(trusting_client(), "mx-127-1-2-3.sink.test");
  std::string clear;
  engine.advance({}, clear);
  while (!engine.outgoing().empty()) {
    const std::string sent = std::exchange(engine.outgoing(), {});
    std::string received;
    for (const char& octet : sent) received += stage.send({&octet, 1});
    engine.advance(received, clear);
  }
  REQUIRE(engine.status() == tls::Status::established);
  CHECK(stage.ended() == Reaction::End::no);
}

TEST_CASE("with implicit TLS the greeting is under TLS, and STARTTLS is not a command",
          "[sink][tls]") {
  Stage stage(implicit("plain"));
  CHECK(stage.receive(0) == "");
  TlsClient client(stage);
  CHECK(client.handshake() == "220 mail.sink.test ESMTP Postfix\r\n");
  CHECK(client.send("STARTTLS\r\n") == "502 5.5.2 Error: command not recognized\r\n");
  const std::string reply = client.send("EHLO client.test\r\n");
  CHECK(reply.rfind("250-mail.sink.test\r\n", 0) == 0);
  CHECK(reply.find("STARTTLS") == std::string::npos);
  CHECK(client.send("QUIT\r\n") == "221 2.0.0 Bye\r\n");
  CHECK(client.engine().status() == tls::Status::closed);
  CHECK(stage.ended() == Reaction::End::close);
  CHECK(stage.out_of_turn() == 0);
}

TEST_CASE("faults before STARTTLS are the same with implicit TLS", "[sink][tls]") {
  {
    Stage stage(implicit("postscreen"));
    TlsClient client(stage);
    CHECK(client.handshake() ==
          "220-mx-127-1-2-3.sink.test ESMTP Postfix\r\n"
          "220 mx-127-1-2-3.sink.test ESMTP Postfix\r\n");
    CHECK(stage.ms() == 6000);
  }
  {
    Stage stage(implicit("reset_at_greeting"));
    TlsClient client(stage);
    CHECK(client.handshake() == "");
    CHECK(client.engine().status() == tls::Status::established);
    CHECK(stage.ms() == 1000);
    CHECK(stage.ended() == Reaction::End::reset);
  }
  {
    Stage stage(implicit("flood"));
    TlsClient client(stage);
    const std::size_t octets = client.handshake().size();
    CHECK(octets >= kFloodOctetsMax);
    CHECK(octets < kFloodOctetsMax + kFloodChunkOctets * 2);
  }
  {
    Stage stage(implicit("alert_internal_error"));
    TlsClient client(stage);
    client.handshake();
    CHECK(client.engine().alert() == "internal_error");
    CHECK(stage.ended() == Reaction::End::close);
  }
}

TEST_CASE("under TLS, clear text out of turn is counted, ciphertext is not", "[sink][tls]") {
  Stage stage(implicit("plain"));
  TlsClient client(stage);
  client.handshake();
  CHECK(client.send("NOOP\r\nNOOP\r\n") == "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n");
  CHECK(stage.out_of_turn() == 6);
  CHECK(client.send("EH") == "");
  CHECK(client.send("LO a\r\n").rfind("250-", 0) == 0);
  CHECK(stage.out_of_turn() == 6);
}

TEST_CASE("commands after STARTTLS are counted and never answered", "[sink][tls]") {
  Stage stage(builtin("plain"));
  stage.receive(0);
  CHECK(stage.send("STARTTLS\r\nNOOP\r\n") == kReady);
  CHECK(stage.out_of_turn() == 6);
  TlsClient client(stage);
  CHECK(client.handshake() == "");
  CHECK(client.engine().status() == tls::Status::established);
  CHECK(client.send("NOOP\r\n") == "250 2.0.0 Ok\r\n");
}

TEST_CASE("octets that are not TLS where TLS should begin end the session", "[sink][tls]") {
  Stage stage(builtin("plain"));
  stage.receive(0);
  stage.send("STARTTLS\r\n");
  stage.send("EHLO client.test\r\n");
  CHECK(stage.ended() == Reaction::End::close);
}

TEST_CASE("a damaged TLS record ends the session with an alert", "[sink][tls]") {
  Stage stage(implicit("plain"));
  TlsClient client(stage);
  client.handshake();
  client.engine().write("NOOP\r\n");
  std::string record = std::exchange(client.engine().outgoing(), {});
  record.back() = static_cast<char>(record.back() ^ 1);
  const std::string received = stage.send(record);
  CHECK(stage.ended() == Reaction::End::close);
  std::string clear;
  CHECK(client.engine().advance(received, clear) == tls::Status::failed);
  CHECK(client.engine().alert() == "bad_record_mac");
}

TEST_CASE("close_notify ends the session, unless it hangs", "[sink][tls]") {
  Stage stage(implicit("plain"));
  TlsClient client(stage);
  client.handshake();
  client.close();
  CHECK(client.engine().status() == tls::Status::closed);
  CHECK(stage.ended() == Reaction::End::close);

  Stage hung(implicit("never_closes"));
  TlsClient patient(hung);
  patient.handshake();
  CHECK(patient.send("QUIT\r\n") == "221 2.0.0 Bye\r\n");
  patient.close();
  CHECK(hung.ended() == Reaction::End::no);
}

TEST_CASE("ciphertext stays valid until it has been sent, and nothing overtakes it",
          "[sink][tls]") {
  const Persona& persona = implicit("plain");
  Session session(persona, *parse_address("127.0.0.1"));
  CHECK(session.on_start(Instant{}).send.empty());
  tls::Engine engine(trusting_client(), "");
  std::string clear;
  engine.advance({}, clear);
  CHECK(session.handshaking());
  const Reaction flight = session.on_bytes(std::exchange(engine.outgoing(), {}), Instant{});
  CHECK(flight.report_sent);
  engine.advance(flight.send, clear);
  REQUIRE(engine.status() == tls::Status::established);
  engine.write("QUIT\r\n");
  const Reaction early = session.on_bytes(std::exchange(engine.outgoing(), {}), Instant{});
  CHECK_FALSE(session.handshaking());
  CHECK(early.send.empty());
  CHECK(early.end == Reaction::End::no);
  const Reaction rest = session.on_sent(Instant{});
  CHECK(rest.report_sent);
  CHECK(rest.end == Reaction::End::no);
  engine.advance(rest.send, clear);
  CHECK(clear == "220 mail.sink.test ESMTP Postfix\r\n221 2.0.0 Bye\r\n");
  CHECK(engine.status() == tls::Status::closed);
  CHECK(session.on_sent(Instant{}).end == Reaction::End::close);
}

TEST_CASE("a delayed handshake processes everything that was received before", "[sink][tls]") {
  Stage stage(builtin("slow_handshake"));
  stage.receive(0);
  stage.send("STARTTLS\r\n");
  tls::Engine engine(trusting_client(), "");
  std::string clear;
  engine.advance({}, clear);
  const std::string hello = std::exchange(engine.outgoing(), {});
  CHECK(stage.send(std::string_view(hello).substr(0, 10)) == "");
  CHECK(stage.send(std::string_view(hello).substr(10)) == "");
  CHECK(stage.receive(1'999) == "");
  engine.advance(stage.receive(1), clear);
  CHECK(engine.status() == tls::Status::established);
}

TEST_CASE("a client that floods before the handshake begins is closed", "[sink][tls]") {
  Stage stage(builtin("slow_handshake"));
  stage.receive(0);
  stage.send("STARTTLS\r\n");
  const std::string chunk(kHelloOctetsMax, 'x');
  stage.send(chunk);
  CHECK(stage.ended() == Reaction::End::no);
  stage.send("x");
  CHECK(stage.ended() == Reaction::End::close);
}

TEST_CASE("half of the first flight is sent, then the connection is closed", "[sink][tls]") {
  const auto first_flight = [](std::string_view name) {
    Stage stage(builtin(name));
    stage.receive(0);
    stage.send("STARTTLS\r\n");
    tls::Engine engine(trusting_client(), "");
    std::string clear;
    engine.advance({}, clear);
    const std::size_t octets = stage.send(engine.outgoing()).size();
    return std::pair(octets, stage.ended());
  };
  const auto [whole, open] = first_flight("tls_1_2_only");
  const auto [half, closed] = first_flight("close_in_handshake");
  CHECK(open == Reaction::End::no);
  CHECK(closed == Reaction::End::close);
  CHECK(half > whole / 3);
  CHECK(half < whole * 2 / 3);
}

}  // namespace
}  // namespace mxsweep::sink
