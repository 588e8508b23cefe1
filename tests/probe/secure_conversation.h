// SPDX-License-Identifier: MIT
// A conversation that goes on under TLS: the probe and a server of the tests' own, joined in
// memory, the octets of both directions cut as the case asks for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/probe/probe.h"
#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/issue.h"
#include "probe/transcript.h"
#include "support/catch.h"

namespace mxsweep::probe {

inline const WallTime kToday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

// An authority, and a certificate of its for mx.test.
struct Papers {
  Papers() {
    authority = tls::issue({.common_name = "an authority",
                            .not_before = kToday - std::chrono::days{10},
                            .not_after = kToday + std::chrono::days{1000},
                            .authority = true});
    leaf = tls::issue({.common_name = "mx.test",
                       .dns_names = {"mx.test"},
                       .serial = 2,
                       .not_before = kToday - std::chrono::days{10},
                       .not_after = kToday + std::chrono::days{80}},
                      &authority);
  }
  tls::IssuedCertificate authority;
  tls::IssuedCertificate leaf;
};

inline const Papers& papers() {
  static const Papers all;
  return all;
}

// What the server does when it has heard something: a line of clear text, or in hello() the
// client's first octets of TLS.
struct ServerBehaviour {
  std::string ehlo = "250-mx.test\r\n250 STARTTLS\r\n";
  bool ehlo_closes = false;  // FIN behind that reply.
  std::string starttls = "220 go ahead\r\n";
  std::string ehlo_tls = "250-mx.test\r\n250 SIZE 1000\r\n";
  std::string quit = "221 bye\r\n";
  std::string hello;                          // Instead of the handshake: these octets.
  bool hello_closes = false;                  // ... and FIN, instead of the handshake.
  bool hello_hangs = false;                   // Nothing, instead of the handshake.
  std::size_t cut_after = std::string::npos;  // FIN after so many octets of the handshake.
  std::string before_handshake;               // Clear text before the handshake's first octet.
  bool starttls_at_once = false;              // The reply to STARTTLS was said before.
  std::string before_ehlo_tls;                // Said under TLS without having been asked.
  bool before_ehlo_tls_closes = false;        // ... and then close_notify and FIN.
  bool close_notify = true;                   // Behind the reply to QUIT.
  bool waits_for_close_notify = false;        // Of the client, and answers it.
  bool implicit = false;
  tls::ServerOptions tls;
};

inline std::shared_ptr<const tls::Authorities> trusting(const tls::IssuedCertificate& authority) {
  return *tls::read_authorities(authority.certificate_pem);
}

class Conversation {
 public:
  Conversation(Plan plan, ServerBehaviour behaviour, std::string_view name, std::size_t piece)
      : behaviour_(std::move(behaviour)), plan_(std::move(plan)), piece_(piece) {
    REQUIRE(client_.open({.authorities = trusting(papers().authority)}).ok());
    behaviour_.tls.chain_pem = papers().leaf.certificate_pem;
    behaviour_.tls.key_pem = papers().leaf.key_pem;
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
      say("220 mx.test ESMTP\r\n");
    }
    for (int turns = 0; !wants_.done; ++turns) {
      REQUIRE(turns < 100'000);
      next();
    }
    return probe_->record(target_.name());
  }

  std::string lines;     // What the client said in clear text, under TLS or not.
  Duration step_cost{};  // Of each call that takes octets in a handshake.

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
      return hear(octets);
    }
    now_ = probe_->deadline();
    client(probe_->on_deadline(now_));
  }

  void client(const Wants& wants) {
    to_server_ += wants.send;
    wants_ = wants;
  }

  void say(std::string_view text) {
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

  void hear(std::string_view octets) {
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
      if (behaviour_.implicit) say("220 mx.test ESMTP\r\n");
      if (!behaviour_.before_ehlo_tls.empty()) say(behaviour_.before_ehlo_tls);
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
        say(engine_ ? behaviour_.ehlo_tls : behaviour_.ehlo);
        closes_ = closes_ || behaviour_.ehlo_closes;
      }
      if (line == "STARTTLS") {
        if (!behaviour_.starttls_at_once) say(behaviour_.starttls);
        if (behaviour_.starttls.starts_with("220")) {
          engine_.emplace(server_);
          const std::string early = std::exchange(clear_, {});
          if (!early.empty()) hear(early);
        }
        if (behaviour_.starttls.empty() || behaviour_.starttls.starts_with("421") ||
            behaviour_.starttls.starts_with("221")) {
          closes_ = true;
        }
      }
      if (line == "QUIT") {
        say(behaviour_.quit);
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
  std::optional<Probe> probe_;
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

struct Ending {
  std::string words{};  // "degraded tls tls.alert no_close_notify"
  std::string lines;
  results::Offered offered;
  int starttls_code;
  bool secured;
  std::string reply;
};

inline Ending ending(const ServerBehaviour& behaviour, const Plan& plan = Plan("scanner.test"),
                     std::string_view name = {}, std::size_t piece = 100'000) {
  Conversation conversation(plan, behaviour, name, piece);
  const results::Record record = conversation.talk();
  records_of_transcripts().add(record);
  Ending end{};
  end.words.append(to_string(record.outcome)).append(" ").append(to_string(record.phase));
  end.words.append(" ").append(to_string(record.cause));
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    if (record.anomalies.has(anomaly)) end.words.append(" ").append(to_string(anomaly));
  }
  end.lines = conversation.lines;
  end.offered = record.starttls_offered;
  end.starttls_code = record.starttls_code;
  end.secured = record.tls != nullptr && !record.tls->session.version.empty();
  end.reply = record.reply.octets;
  return end;
}

}  // namespace mxsweep::probe
