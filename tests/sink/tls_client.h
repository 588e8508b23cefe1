// SPDX-License-Identifier: MIT
// The fleet with its certificates, and a TLS client connected to a session on a Stage.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/sink/authority.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/engine.h"
#include "sink/stage.h"
#include "support/catch.h"

namespace mxsweep::sink {

inline constexpr WallTime kToday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

inline Authority& authority() {
  static Authority authority(kToday);
  return authority;
}

inline const Persona& persona_named(const std::vector<Persona>& personas, std::string_view name) {
  for (const Persona& persona : personas) {
    if (persona.name == name) return persona;
  }
  FAIL("no persona is called " << name);
  return personas.front();
}

inline const std::vector<Persona>& equipped_personas() {
  static const std::vector<Persona> equipped = [] {
    std::vector<Persona> personas = read_personas(builtin_personas()).personas;
    REQUIRE(authority().equip(personas) == "");
    return personas;
  }();
  return equipped;
}

inline const Persona& builtin(std::string_view name) {
  return persona_named(equipped_personas(), name);
}

// A client that trusts only the fleet's authority.
inline tls::Client& trusting_client() {
  static tls::Client client;
  static const bool open = [] {
    tls::ClientOptions options;
    options.authorities = tls::read_authorities(authority().root_pem()).authorities;
    REQUIRE(client.open(options) == "");
    return true;
  }();
  REQUIRE(open);
  return client;
}

class TlsClient {
 public:
  explicit TlsClient(Stage& stage, std::string_view name = "mx-127-1-2-3.sink.test")
      : stage_(stage), engine_(trusting_client(), name) {}

  // Runs until the server waits for the client, and returns what it sent right after its handshake.
  std::string handshake(std::int64_t patience_ms = 12'000) {
    std::string clear;
    engine_.advance({}, clear);
    return exchange(patience_ms);
  }
  std::string send(std::string_view text) {
    engine_.write(text);
    return exchange(0);
  }
  std::string close() {
    engine_.close();
    return exchange(0);
  }

  [[nodiscard]] tls::Engine& engine() { return engine_; }
  [[nodiscard]] tls::Facts facts() {
    chain_ = trusting_client().chain(engine_.peer_chain(), kToday);
    tls::Facts facts;
    facts.chain = chain_.get();
    judge(*chain_, "mx-127-1-2-3.sink.test", kToday, facts);
    if (engine_.status() == tls::Status::established) facts.session = engine_.session();
    return facts;
  }

 private:
  std::string exchange(std::int64_t patience_ms) {
    std::string clear;
    for (;;) {
      const std::string sent = std::exchange(engine_.outgoing(), {});
      const bool over = sent.empty() || stage_.ended() != Reaction::End::no;
      std::string received = over ? std::string{} : stage_.send(sent);
      if (received.empty() && stage_.wakes()) received = stage_.receive(patience_ms);
      if (received.empty()) return clear;
      engine_.advance(received, clear);
    }
  }

  Stage& stage_;
  tls::Engine engine_;
  std::shared_ptr<const tls::Chain> chain_;
};

}  // namespace mxsweep::sink
