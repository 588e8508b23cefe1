// SPDX-License-Identifier: MIT
// A conversation under TLS: the client and a server of the tests, connected in memory. The case
// chooses how the octets of both directions are cut.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/engine.h"
#include "probe/server_behaviour.h"
#include "support/catch.h"

namespace mxsweep::probe {

class SecurePair {
 public:
  SecurePair(Plan plan, ServerBehaviour behaviour, std::string_view name, std::size_t piece)
      : behaviour_(std::move(behaviour)), plan_(std::move(plan)), piece_(piece) {
    REQUIRE(client_.open({.authorities = trusting(behaviour_.papers->authority)}).ok());
    behaviour_.tls.chain_pem = behaviour_.papers->leaf.certificate_pem;
    behaviour_.tls.key_pem = behaviour_.papers->leaf.key_pem;
    REQUIRE(server_.open(behaviour_.tls).ok());
    plan_.tls = &client_;
    plan_.wall_at_zero = kToday - std::chrono::seconds{1000};
    if (behaviour_.implicit) target_.tls = targets::TlsMode::implicit;
    target_.port = 25;
    target_.set_words("192.0.2.1", name, {});
    probe_.emplace(plan_, target_);
  }

  results::Record talk() {
    client(probe_->on_started(now_));
    client(probe_->on_connected(now_));
    if (behaviour_.implicit) {
      engine_.emplace(server_);
    } else {
      send("220 mx.test ESMTP\r\n");
    }
    for (int turns = 0; !wants_.done; ++turns) {
      REQUIRE(turns < 100'000);
      next();
    }
    return probe_->observation().record(target_.name());
  }

  // Requires: talk() has ended; its record must not be used any more.
  [[nodiscard]] Observation take_observation() { return probe_->take_observation(); }

  std::string lines;     // What the client sent in clear text, under TLS or not.
  Duration step_cost{};  // Time of each call that passes octets of a handshake.

 private:
  void next() {
    if (!to_client_.empty()) {
      const std::string octets = to_client_.substr(0, piece_);
      to_client_.erase(0, octets.size());
      now_ += std::chrono::microseconds{100};
      const bool costly = probe_->next_is_costly();
      const Instant began = now_;
      const Wants wants = probe_->on_bytes(octets, began);
      if (costly) now_ += step_cost;
      probe_->on_step_ended(began, now_);
      return client(wants);
    }
    if (closes_) return client(probe_->on_closed(now_));
    if (!to_server_.empty()) {
      const std::string octets = to_server_.substr(0, piece_);
      to_server_.erase(0, octets.size());
      return receive(octets);
    }
    now_ = probe_->deadline();
    client(probe_->on_deadline(now_));
  }

  void client(const Wants& wants) {
    to_server_ += wants.send;
    wants_ = wants;
  }

  void send(std::string_view text) {
    if (!engine_) {
      to_client_ += text;
      return;
    }
    engine_->write(text);
    flush();
  }

  void flush() {
    std::string& out = engine_->outgoing();
    sealed_octets_ += out.size();
    to_client_ += out;
    out.clear();
    if (sealed_octets_ < behaviour_.cut_after) return;
    to_client_.resize(to_client_.size() - (sealed_octets_ - behaviour_.cut_after));
    closes_ = true;
  }

  void receive(std::string_view octets) {
    if (!engine_) {
      clear_ += octets;
      return answer();
    }
    to_client_ += std::exchange(behaviour_.before_handshake, {});
    const bool instead =
        !behaviour_.hello.empty() || behaviour_.hello_closes || behaviour_.hello_hangs;
    if (instead) {
      to_client_ += std::exchange(behaviour_.hello, {});
      closes_ = behaviour_.hello_closes;
      behaviour_.hello_hangs = true;
      return;
    }
    const bool was_handshake = engine_->status() == tls::EngineState::handshaking;
    const tls::EngineState status = engine_->advance(octets, clear_);
    flush();
    if (status == tls::EngineState::failed) closes_ = true;
    if (was_handshake && status == tls::EngineState::established) {
      if (behaviour_.implicit) send("220 mx.test ESMTP\r\n");
      if (!behaviour_.before_ehlo_tls.empty()) send(behaviour_.before_ehlo_tls);
      if (behaviour_.before_ehlo_tls_closes) {
        engine_->close();
        flush();
        closes_ = true;
        return;
      }
    }
    if (status == tls::EngineState::closed) {
      if (behaviour_.waits_for_close_notify) {
        engine_->close();
        flush();
      }
      closes_ = true;
    }
    answer();
  }

  void answer() {
    for (std::size_t end = 0; (end = clear_.find("\r\n")) != std::string::npos;) {
      const std::string line = clear_.substr(0, end);
      clear_.erase(0, end + 2);
      lines.append(line).append("\n");
      if (line.starts_with("EHLO")) {
        send(engine_ ? behaviour_.ehlo_tls : behaviour_.ehlo);
        closes_ = closes_ || behaviour_.ehlo_closes;
      }
      if (line == "STARTTLS") {
        if (!behaviour_.starttls_at_once) send(behaviour_.starttls);
        if (behaviour_.starttls.starts_with("220")) {
          engine_.emplace(server_);
          const std::string early = std::exchange(clear_, {});
          if (!early.empty()) receive(early);
        }
        if (behaviour_.starttls.empty() || behaviour_.starttls.starts_with("421") ||
            behaviour_.starttls.starts_with("221")) {
          closes_ = true;
        }
      }
      if (line == "QUIT") {
        send(behaviour_.quit);
        if (engine_ && behaviour_.close_notify) {
          engine_->close();
          flush();
        }
        closes_ = !behaviour_.waits_for_close_notify;
      }
    }
  }

  ServerBehaviour behaviour_;
  Plan plan_;
  tls::Client client_;
  tls::Server server_;
  targets::Target target_;
  std::optional<Conversation> probe_;
  std::optional<tls::Engine> engine_;
  Wants wants_;
  Instant now_{std::chrono::seconds{1000}};
  std::size_t piece_;
  std::size_t sealed_octets_ = 0;
  std::string to_client_;
  std::string to_server_;
  std::string clear_;
  bool closes_ = false;
};

}  // namespace mxsweep::probe
