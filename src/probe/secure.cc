// SPDX-License-Identifier: MIT
// The part of a conversation that is under TLS, or on its way there.
#include "probe/secure.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/probe/probe.h"
#include "mxsweep/verdict/classify.h"

namespace mxsweep::probe {
namespace {

// Whether a whole line has the code of a refusal.
bool refuses(std::string_view line) {
  smtp::ReplyReader reader;
  static_cast<void>(reader.read(line));
  return reader.code() / 100 == 4 || reader.code() / 100 == 5;
}

}  // namespace

Wants Probe::on_ciphertext(std::string_view octets, Instant now) {
  Secure& secure = *secure_;
  secure.heard.clear();
  secure.said = {};
  if (secure.clear_until_now && !skip_clear_text(octets)) return on_noise(Cause::tls_not_tls, now);
  if (octets.empty()) return {.deadline = deadline_};
  secure.records_heard = true;
  const bool was_secured = secure.engine->secured();
  const tls::EngineState status = secure.engine->advance(octets, secure.heard);

  Wants wants{.deadline = deadline_};
  // What was decrypted came before whatever ended the session in the same piece.
  if (!was_secured && secure.engine->secured()) wants = on_secured(now);
  if (!secure.heard.empty()) follow(wants, on_clear(secure.heard, now));
  if (wants.done) return wants;
  if (status == tls::EngineState::failed) return on_tls_failure(octets, now);
  if (bytes_in_ > kSessionOctetsMax) return on_noise(Cause::protocol_flood, now);
  if (status == tls::EngineState::closed) {
    secure.goodbye_heard = true;
    say_goodbye();
    return closed(now);
  }
  return wants;
}

// Clear text between the reply to STARTTLS and the first TLS record, line by line: it was sent
// before the server could have heard of TLS, and kept it would be read as if it had come under TLS
// (RFC 3207 section 4.2, CVE-2011-0411). Leaves the TLS record in `octets`. False: this server does
// not begin with TLS; a refusal is one, for that is how a server answers a ClientHello that it
// takes for a command.
bool Probe::skip_clear_text(std::string_view& octets) {
  while (!octets.empty()) {
    if (current().empty() && octets.front() >= 20 && octets.front() <= 23) {
      secure_->clear_until_now = false;
      return true;
    }
    const std::size_t line_end = std::min(octets.find('\n'), octets.size() - 1) + 1;
    heard_.append(octets.substr(0, line_end));
    octets.remove_prefix(line_end);
    const std::string_view line = current();
    if (static_cast<unsigned char>(line.front()) < ' ' && line.front() != '\r' &&
        line.front() != '\n') {
      return false;
    }
    if (line.size() > smtp::kLineOctetsMax) return false;
    if (!line.ends_with('\n')) continue;
    if (refuses(line)) return false;
    anomalies_.add(Anomaly::plaintext_after_starttls);
    heard_.resize(reply_begin_);
  }
  return true;
}

Wants Probe::on_tls_failure(std::string_view octets, Instant now) {
  const tls::Failure failure = secure_->engine->failure();
  if (failure == tls::Failure::not_tls) heard_.append(octets);  // What it said instead.
  if (failure == tls::Failure::shortage) return on_tls_shortage(now);
  const Wants wants = on_noise(verdict::cause_of(failure), now);
  // TLS 1.3 tells it only when the handshake is over for us.
  if (cause_ == Cause::tls_client_certificate) decided_ = Phase::tls;
  return wants;
}

// We are short of memory: nothing is said of the server, but that it was not heard to the end.
Wants Probe::on_tls_shortage(Instant now) {
  if (!conversing()) return on_noise(Cause::local_resource, now);
  socket_errno_ = ENOMEM;
  Wants wants = fail(Cause::local_resource, now);
  wants.shortage = ENOMEM;
  return wants;
}

Wants Probe::begin_tls(Instant now) {
  enter(Phase::tls, now);
  secure_ = std::make_unique<Secure>(*plan_->tls, target_->name());
  secure_->clear_until_now = state_ == smtp::State::handshake;
  if (secure_->engine->advance({}, secure_->heard) == tls::EngineState::failed) {
    return on_tls_failure({}, now);
  }
  return await({}, plan_->tls_timeout, now);
}

Wants Probe::on_secured(Instant now) {
  stop_watch(now);
  secure_->learn(*plan_->tls, plan_->wall_time(now));
  if (secure_->chain == nullptr) return on_tls_shortage(now);
  judge(target_->name(), {});
  const smtp::Transition* const row = smtp::find(state_, smtp::Event::secured);
  INVARIANT(row != nullptr);
  return take(*row, now);
}

void Probe::on_step_ended(Instant began, Instant ended) {
  std::uint32_t& took = took_us_[static_cast<std::size_t>(Phase::tls)];
  const bool just_ended =
      took != kNotReachedUs && (done_ ? phase_ == Phase::tls : phase_began_ == began);
  if (!just_ended) return;
  took += microseconds(ended - began);
  phase_began_ += ended - began;
}

Wants Probe::sealed(Wants wants) {
  if (secure_ == nullptr) {
    if (wants.done) wants.send = {};
  } else {
    const tls::EngineState status = secure_->engine->status();
    if (!wants.send.empty()) {
      secure_->said = wants.send;
      if (status == tls::EngineState::established) secure_->engine->write(wants.send);
      // STARTTLS itself, whose reply came in the same piece as the one before it.
      if (status == tls::EngineState::handshaking)
        secure_->engine->outgoing().insert(0, wants.send);
    }
    secure_->sending = std::exchange(secure_->engine->outgoing(), {});
    wants.send = secure_->sending;
    wants.passing = true;
    if (wants.done && !wants.send.empty()) wants.abort = false;  // Our alert is to arrive.
  }
  bytes_out_ += static_cast<std::uint32_t>(wants.send.size());
  return wants;
}

// Close_notify, once, when nothing more is to be said (RFC 8446 section 6.1).
void Probe::say_goodbye() {
  if (secure_ == nullptr || std::exchange(secure_->goodbye_said, true)) return;
  const tls::EngineState status = secure_->engine->status();
  if (status == tls::EngineState::established || status == tls::EngineState::closed)
    secure_->engine->close();
}

Probe::ClearText Probe::clear_text() const {
  return secure_ == nullptr ? ClearText{} : ClearText{secure_->heard, secure_->said};
}

const tls::Facts* Probe::tls() const { return secure_ == nullptr ? nullptr : &secure_->facts; }

}  // namespace mxsweep::probe
