// SPDX-License-Identifier: MIT
#include "mxsweep/sink/session.h"

#include <optional>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/tls/engine.h"

namespace mxsweep::sink {

// Exists from the moment when the next octets of the client are TLS.
struct Session::Secured {
  bool greets = false;                    // Implicit TLS: the greeting follows the handshake.
  bool established = false;               // The player's octets pass through the engine.
  bool sending = false;                   // `outgoing` is being sent.
  bool output_waits = false;              // The player waits for on_sent().
  Reaction::End end = Reaction::End::no;  // Once everything has been sent.
  Instant wake = kNever;
  std::string hello;     // The client's first octets, until the end of the script "hello".
  std::string outgoing;  // Ciphertext, until it has been sent.
  std::optional<tls::Engine> engine;
};

Session::Session(const Persona& persona, const Address& at) : player_(persona, at) {}
Session::~Session() = default;

bool Session::handshaking() const {
  return tls_ != nullptr && !tls_->established && tls_->end == Reaction::End::no;
}

Reaction Session::on_start(Instant now) {
  if (!player_.persona().implicit_tls) return in_clear(player_.on_start(now), now);
  tls_ = std::make_unique<Secured>();
  tls_->greets = true;
  return {};
}

Reaction Session::on_bytes(std::string_view octets, Instant now) {
  if (octets.empty()) return {};
  if (tls_ == nullptr) return in_clear(player_.on_bytes(octets, now), now);
  if (tls_->engine) return receive(octets, now);
  const bool first = tls_->hello.empty();
  if (tls_->hello.size() + octets.size() > kHelloOctetsMax) return {.end = Reaction::End::close};
  tls_->hello += octets;
  return first ? in_clear(player_.on_hello(now), now) : Reaction{.wake = tls_->wake};
}

Reaction Session::on_timer(Instant now) {
  if (tls_ == nullptr || !tls_->engine) return in_clear(player_.on_timer(now), now);
  if (tls_->end == Reaction::End::no) under_tls(player_.on_timer(now));
  return flush();
}

Reaction Session::on_sent(Instant now) {
  if (tls_ == nullptr || !tls_->engine) return in_clear(player_.on_sent(now), now);
  INVARIANT(tls_->sending);
  tls_->sending = false;
  tls_->outgoing = {};
  if (std::exchange(tls_->output_waits, false)) under_tls(player_.on_sent(now));
  return flush();
}

// Output in clear text: before TLS, or of the script "hello".
Reaction Session::in_clear(const PlayerOutput& output, Instant now) {
  Reaction reaction{.send = output.send, .report_sent = output.report_sent, .wake = output.wake};
  if (tls_ != nullptr) tls_->wake = output.wake;
  switch (output.action) {
    case StepAction::none:
    case StepAction::hang: break;
    case StepAction::close: reaction.end = Reaction::End::close; break;
    case StepAction::reset: reaction.end = Reaction::End::reset; break;
    case StepAction::cut: return begin_handshake(true, output.send, now);
    case StepAction::tls:
      if (tls_ != nullptr) return begin_handshake(false, output.send, now);
      tls_ = std::make_unique<Secured>();
      break;
  }
  return reaction;
}

// `before`: the last output of the script "hello", in clear text.
Reaction Session::begin_handshake(bool cut, std::string_view before, Instant now) {
  INVARIANT(player_.persona().tls_server != nullptr);
  tls_->engine.emplace(*player_.persona().tls_server);
  tls_->outgoing = before;
  const std::string hello = std::exchange(tls_->hello, {});
  if (!cut) return receive(hello, now);
  std::string clear;
  tls_->engine->advance(hello, clear);
  std::string& flight = tls_->engine->outgoing();
  flight.resize(flight.size() / 2);
  tls_->end = Reaction::End::close;
  return flush();
}

Reaction Session::receive(std::string_view octets, Instant now) {
  if (tls_->end != Reaction::End::no) return flush();
  std::string clear;
  const tls::Status status = tls_->engine->advance(octets, clear);
  const bool through = status == tls::Status::established || status == tls::Status::closed;
  if (through && !tls_->established) {
    tls_->established = true;
    player_.on_secured();
    if (tls_->greets) under_tls(player_.on_start(now));
  }
  if (!clear.empty()) under_tls(player_.on_bytes(clear, now));
  if (status == tls::Status::closed && tls_->end == Reaction::End::no && !player_.hung()) {
    tls_->engine->close();
    tls_->end = Reaction::End::close;
  }
  if (status == tls::Status::failed) tls_->end = Reaction::End::close;
  return flush();
}

void Session::under_tls(const PlayerOutput& output) {
  tls::Engine& engine = *tls_->engine;
  const auto writable = [&] { return engine.status() == tls::Status::established; };
  if (!output.send.empty() && writable()) engine.write(output.send);
  tls_->output_waits |= output.report_sent;
  tls_->wake = output.wake;
  if (output.action == StepAction::reset) tls_->end = Reaction::End::reset;
  if (output.action == StepAction::close) {
    if (writable()) engine.close();
    tls_->end = Reaction::End::close;
  }
}

// One send at a time, so that records cannot overtake each other; the end follows the last one.
Reaction Session::flush() {
  const Instant wake = tls_->end == Reaction::End::no ? tls_->wake : kNever;
  if (tls_->sending) return {.wake = wake};
  tls_->outgoing += std::exchange(tls_->engine->outgoing(), {});
  if (tls_->outgoing.empty()) return {.wake = wake, .end = tls_->end};
  tls_->sending = true;
  return {.send = tls_->outgoing, .report_sent = true, .wake = wake};
}

}  // namespace mxsweep::sink
