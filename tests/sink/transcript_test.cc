// SPDX-License-Identifier: MIT
// The whole conversation of each built-in persona with a well-behaved client.
#include <algorithm>
#include <string>
#include <vector>

#include "mxsweep/sink/session.h"
#include "sink/stage.h"
#include "sink/tls_client.h"
#include "support/catch.h"

namespace mxsweep::sink {
namespace {

// One line for each action of the server: when, and what (the first of many lines).
class Transcript {
 public:
  void add(const Stage& stage, std::string_view octets) {
    if (!octets.empty()) {
      begin(stage);
      const std::size_t first =
          std::min(octets.find('\n'), std::min<std::size_t>(octets.size(), 80) - 1);
      for (const char c : octets.substr(0, first + 1)) write(c);
      const auto more = std::count(octets.begin(), octets.end(), '\n') - 1;
      if (more > 0) text_ += " and " + std::to_string(more) + " more";
    }
    if (stage.ended() == Reaction::End::no) return;
    begin(stage);
    text_ += stage.ended() == Reaction::End::close ? "CLOSE" : "RESET";
  }
  void note(const Stage& stage, std::string_view words) {
    begin(stage);
    text_ += words;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void begin(const Stage& stage) {
    if (!text_.empty()) text_ += " | ";
    text_ += std::to_string(stage.ms()) + " ";
  }
  void write(char c) {
    if (c == '\r') {
      text_ += "<CR>";
    } else if (c == '\n') {
      text_ += "<LF>";
    } else if (c >= ' ' && c <= '~') {
      text_ += c;
    } else {
      text_ += '#';
    }
  }
  std::string text_;
};

bool is_complete(const std::string& received) {
  if (!received.ends_with("\n")) return false;
  const std::size_t before = received.rfind('\n', received.size() - 2);
  const std::size_t last = before == std::string::npos ? 0 : before + 1;
  return received.size() > last + 3 && received[last + 3] == ' ';
}

bool is_refusal(const std::string& received) {
  return !received.empty() && (received[0] == '4' || received[0] == '5');
}

std::string_view end_of_handshake(tls::Engine& engine) {
  switch (engine.failure()) {
    case tls::Failure::none: break;
    case tls::Failure::not_tls: return "NOT TLS";
    case tls::Failure::version: return "NO VERSION";
    case tls::Failure::handshake_failure: return "NO HANDSHAKE";
    case tls::Failure::client_certificate: return "NO CLIENT CERTIFICATE";
    case tls::Failure::alert: return "ALERT";
    case tls::Failure::bad_certificate: return "BAD CERTIFICATE";
    case tls::Failure::limit: return "TOO LONG";
    case tls::Failure::unsupported: return "UNKNOWN KIND";
    case tls::Failure::malformed: return "MALFORMED";
    case tls::Failure::closed: return "CLOSED";
    case tls::Failure::shortage: return "SHORTAGE";
  }
  return engine.status() == tls::EngineState::established ? engine.session().version : "NO END";
}

// The rest of the conversation, under TLS.
void converse_under_tls(Stage& stage, Transcript& transcript) {
  TlsClient client(stage);
  client.handshake();
  transcript.note(stage, end_of_handshake(client.engine()));
  transcript.add(stage, "");
  for (const std::string_view command : {"EHLO client.test\r\n", "QUIT\r\n"}) {
    if (client.engine().status() != tls::EngineState::established) return;
    transcript.add(stage, client.send(command));
  }
  if (client.engine().status() == tls::EngineState::closed) transcript.note(stage, "CLOSE_NOTIFY");
}

// A well-behaved client that waits 12 s: QUIT after a refusal, HELO after a refused EHLO, STARTTLS
// if it is offered, nothing to a server that is not SMTP.
std::string converse(std::string_view name) {
  Transcript transcript;
  Stage stage(builtin(name));
  std::string received = stage.receive(12'000);
  transcript.add(stage, received);
  // Returns whether the conversation can continue.
  const auto ask = [&](std::string_view command) {
    received = stage.send(command);
    transcript.add(stage, received);
    return stage.ended() == Reaction::End::no;
  };
  const bool greeted = is_complete(received) && (is_refusal(received) || received[0] == '2');
  if (stage.ended() != Reaction::End::no || !greeted || stage.wakes()) return transcript.text();
  if (received[0] == '2') {
    if (!ask("EHLO client.test\r\n")) return transcript.text();
    if (is_refusal(received) && !ask("HELO client.test\r\n")) return transcript.text();
    if (received.find("STARTTLS") != std::string::npos) {
      if (!ask("STARTTLS\r\n")) return transcript.text();
      if (received[0] == '2') {
        converse_under_tls(stage, transcript);
        CHECK(stage.out_of_turn() == 0);
        return transcript.text();
      }
    }
  }
  ask("QUIT\r\n");
  CHECK(stage.out_of_turn() == 0);
  return transcript.text();
}

struct Expectation {
  std::string_view persona;
  std::string_view begin;
  std::string_view middle = {};
  std::string_view end = {};
};

// What most personas with a TLS feature send.
constexpr std::string_view kToStarttls =
    "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
    "0 250-mx-127-1-2-3.sink.test<CR><LF> and 5 more | "
    "0 220 2.0.0 Ready to start TLS<CR><LF> | ";
constexpr std::string_view kUnderTls =
    "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
    "0 221 2.0.0 Bye<CR><LF> | "
    "0 CLOSE | "
    "0 CLOSE_NOTIFY";

constexpr Expectation kExpectations[] = {
    {"plain",
     "0 220 mail.sink.test ESMTP Postfix<CR><LF> | "
     "0 250-mail.sink.test<CR><LF> and 7 more | "
     "0 220 2.0.0 Ready to start TLS<CR><LF> | "
     "0 TLSv1.3 | "
     "0 250-mail.sink.test<CR><LF> and 6 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE | "
     "0 CLOSE_NOTIFY"},
    {"exim",
     "0 220 mx-127-1-2-3.sink.test ESMTP Exim 4.96 Sun, 22 Nov 2026 10:15:00 +0000<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test Hello client.sink.test [127.0.0.1]<CR><LF> and 8 more | "
     "0 220 TLS go ahead<CR><LF> | "
     "0 TLSv1.3 | "
     "0 250-mx-127-1-2-3.sink.test Hello client.sink.test [127.0.0.1]<CR><LF> and 7 more | "
     "0 221 mx-127-1-2-3.sink.test closing connection<CR><LF> | "
     "0 CLOSE | "
     "0 CLOSE_NOTIFY"},
    {"exchange",
     "0 220 mx-127-1-2-3.sink.test Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 202 | "
     "0 250-mx-127-1-2-3.sink.test Hello [127.0.0.1]<CR><LF> and 13 more | "
     "0 220 2.0.0 SMTP server ready<CR><LF> | "
     "0 TLSv1.3 | "
     "0 250-mx-127-1-2-3.sink.test Hello [127.0.0.1]<CR><LF> and 12 more | "
     "0 221 2.0.0 Service closing transmission channel<CR><LF> | "
     "0 CLOSE | "
     "0 CLOSE_NOTIFY"},
    {"multi_line_greeting",
     "0 220-mx-127-1-2-3.sink.test ESMTP<CR><LF> and 3 more | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 5 more | "
     "0 220 2.0.0 Ready to start TLS<CR><LF> | "
     "0 TLSv1.3 | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE | "
     "0 CLOSE_NOTIFY"},
    {"postscreen",
     "6000 220-mx-127-1-2-3.sink.test ESMTP Postfix<CR><LF> and 1 more | "
     "6000 250-mx-127-1-2-3.sink.test<CR><LF> and 5 more | "
     "6000 220 2.0.0 Ready to start TLS<CR><LF> | "
     "6000 TLSv1.3 | "
     "6000 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "6000 221 2.0.0 Bye<CR><LF> | "
     "6000 CLOSE | "
     "6000 CLOSE_NOTIFY"},
    {"slow_greeting",
     "3000 220 mx-127-1-2-3.sink.test ESMTP Sendmail 8.17.1<CR><LF> | "
     "3000 250-mx-127-1-2-3.sink.test<CR><LF> and 5 more | "
     "3000 220 2.0.0 Ready to start TLS<CR><LF> | "
     "3000 TLSv1.3 | "
     "3000 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "3000 221 2.0.0 Bye<CR><LF> | "
     "3000 CLOSE | "
     "3000 CLOSE_NOTIFY"},
    {"disk_full", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"greylisting", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"open_relay", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"silent", ""},
    {"tarpit", "12000 220 mx-127-1-"},
    {"flood",
     "0 220-mx-127-1-2-3.sink.test one more line of an endless greeting<CR><LF> and 64795 more"},
    {"long_line_flood",
     "0 220-a line without an end a line without an end a line without an end a line wit"},
    {"busy_421",
     "0 421 4.3.2 All server ports are busy<CR><LF> | "
     "0 CLOSE"},
    {"blocked_554",
     "0 554 5.7.1 Service unavailable; client [127.0.0.1] blocked using dnsbl.sink.test<CR> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"greeting_521",
     "0 521 mx-127-1-2-3.sink.test does not accept mail<CR><LF> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"ehlo_refused_helo_ok",
     "0 220 mx-127-1-2-3.sink.test SMTP<CR><LF> | "
     "0 502 Command not implemented<CR><LF> | "
     "0 250 mx-127-1-2-3.sink.test<CR><LF> | "
     "0 221 Bye<CR><LF> | "
     "0 CLOSE"},
    {"ehlo_and_helo_refused",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 502 Command not implemented<CR><LF> | "
     "0 502 Command not implemented<CR><LF> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"ehlo_busy_4xx",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 451 Requested action aborted: local error in processing<CR><LF> | "
     "0 250 mx-127-1-2-3.sink.test<CR><LF> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"huge_ehlo",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 299 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"bare_lf",
     "0 220 mx-127-1-2-3.sink.test ESMTP<LF> | "
     "0 250-mx-127-1-2-3.sink.test<LF> and 2 more | "
     "0 221 Bye<LF> | "
     "0 CLOSE"},
    {"eight_bit",
     "0 220 mx-127-1-2-3.sink.test ESMTP Gr## Gott<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test gr##t Sie<CR><LF> and 1 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"not_smtp_http",
     "0 HTTP/1.1 400 Bad Request<CR><LF> and 3 more | "
     "0 CLOSE"},
    {"not_smtp_ssh", "0 SSH-2.0-OpenSSH_9.2p1<CR><LF>"},
    {"tls_first",
     "0 ######P | "
     "0 CLOSE"},
    {"nul_octets", "0 ####220 mx-127-1-2-3.sink.test ESMTP<CR><LF>"},
    {"half_line_close",
     "0 220 mail.sink.te | "
     "0 CLOSE"},
    {"close_at_connect", "0 CLOSE"},
    {"reset_at_greeting", "1000 RESET"},
    {"reset_at_ehlo",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 RESET"},
    {"reset_at_quit", kToStarttls,
     "0 TLSv1.3 | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 RESET"},
    {"never_closes", kToStarttls,
     "0 TLSv1.3 | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 221 2.0.0 Bye<CR><LF>"},
    {"no_221", kToStarttls,
     "0 TLSv1.3 | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 CLOSE | "
     "0 CLOSE_NOTIFY"},
    {"tls_1_0_only", kToStarttls, "0 TLSv1.0 | ", kUnderTls},
    {"tls_1_1_only", kToStarttls, "0 TLSv1.1 | ", kUnderTls},
    {"tls_1_2_only", kToStarttls, "0 TLSv1.2 | ", kUnderTls},
    {"rsa_key", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"certificate_expired", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"certificate_not_yet_valid", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"certificate_self_signed", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"certificate_untrusted", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"certificate_wrong_name", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"certificate_long_chain", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"certificate_weak_key", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"certificate_sha1", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"client_certificate_requested", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
    {"client_certificate_required", kToStarttls,
     "0 NO CLIENT CERTIFICATE | "
     "0 CLOSE"},
    {"alert_handshake_failure", kToStarttls,
     "0 NO HANDSHAKE | "
     "0 CLOSE"},
    {"alert_protocol_version", kToStarttls,
     "0 NO VERSION | "
     "0 CLOSE"},
    {"alert_internal_error", kToStarttls,
     "0 ALERT | "
     "0 CLOSE"},
    {"junk_after_220", kToStarttls,
     "0 NOT TLS | "
     "0 CLOSE"},
    {"junk_in_records", kToStarttls,
     "0 MALFORMED | "
     "0 CLOSE"},
    {"plaintext_after_220",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 5 more | "
     "0 220 2.0.0 Go ahead<CR><LF> and 1 more | "
     "0 TLSv1.3 | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE | "
     "0 CLOSE_NOTIFY"},
    {"close_after_client_hello", kToStarttls,
     "0 NO END | "
     "0 CLOSE"},
    {"reset_after_client_hello", kToStarttls,
     "0 NO END | "
     "0 RESET"},
    {"close_in_handshake", kToStarttls,
     "0 NO END | "
     "0 CLOSE"},
    {"slow_handshake", kToStarttls,
     "2000 TLSv1.3 | "
     "2000 250-mx-127-1-2-3.sink.test<CR><LF> and 4 more | "
     "2000 221 2.0.0 Bye<CR><LF> | "
     "2000 CLOSE | "
     "2000 CLOSE_NOTIFY"},
    {"silent_in_handshake", kToStarttls, "0 NO END"},
    {"starttls_454",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 5 more | "
     "0 454 4.7.0 TLS not available due to local problem<CR><LF> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"starttls_554",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 5 more | "
     "0 554 5.7.3 Unable to initialize security subsystem<CR><LF> | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"starttls_close",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 5 more | "
     "0 CLOSE"},
    {"no_starttls",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 2 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"masked_starttls",
     "0 220 mx-127-1-2-3.sink.test ESMTP<CR><LF> | "
     "0 250-mx-127-1-2-3.sink.test<CR><LF> and 3 more | "
     "0 221 2.0.0 Bye<CR><LF> | "
     "0 CLOSE"},
    {"hello_retry_request", kToStarttls, "0 TLSv1.3 | ", kUnderTls},
};

TEST_CASE("every built-in persona plays its part", "[sink][session]") {
  for (const auto& [persona, begin, middle, end] : kExpectations) {
    INFO(persona);
    CHECK(converse(persona) == std::string(begin).append(middle).append(end));
  }
}

TEST_CASE("there is a transcript for every built-in persona", "[sink][session]") {
  const std::vector<Persona> personas = *read_personas(builtin_personas());
  REQUIRE(personas.size() == std::size(kExpectations));
  for (std::size_t i = 0; i < personas.size(); ++i) {
    CHECK(personas[i].name == kExpectations[i].persona);
  }
}

}  // namespace
}  // namespace mxsweep::sink
