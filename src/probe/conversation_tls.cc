// SPDX-License-Identifier: MIT
// The part of a conversation from the beginning of TLS on.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/probe/conversation.h"
#include "mxsweep/tls/cipher_suites.h"
#include "mxsweep/verdict/classify.h"
#include "probe/dialogues.h"
#include "probe/secure.h"

namespace mxsweep::probe {
namespace {

// In clear, in a record of each version from SSL 3.0 to TLS 1.2: the end of an exchange that has no
// keys (RFC 8446 section 6.1).
constexpr std::string_view kCloseNotify[] = {
    {"\x15\x03\x00\x00\x02\x01\x00", 7},
    {"\x15\x03\x01\x00\x02\x01\x00", 7},
    {"\x15\x03\x02\x00\x02\x01\x00", 7},
    {"\x15\x03\x03\x00\x02\x01\x00", 7},
};

}  // namespace

Wants Conversation::on_ciphertext(std::string_view octets, Instant now) {
  if (plan_->exchange != nullptr) return on_answer(octets, now);
  Secure& secure = *secure_;
  secure.received.clear();
  secure.sent = {};
  if (secure.clear_until_now && !skip_clear_text(octets)) return on_noise(Cause::tls_not_tls, now);
  if (octets.empty()) {
    if (observation_.bytes_in() > plan_->session_octets_max)
      return on_noise(Cause::protocol_flood, now);
    return {.deadline = deadline_};
  }
  secure.records_received = true;
  const bool was_secured = secure.engine.secured();
  const tls::EngineState status = secure.engine.advance(octets, secure.received);

  Wants wants{.deadline = deadline_};
  // The decrypted octets came before the event that ended the session in the same piece.
  if (!was_secured && secure.engine.secured()) wants = on_secured(now);
  if (!secure.received.empty()) follow(wants, on_clear(secure.received, now));
  if (wants.done) return wants;
  if (status == tls::EngineState::failed) return on_tls_failure(octets, now);
  if (observation_.bytes_in() > plan_->session_octets_max)
    return on_noise(Cause::protocol_flood, now);
  if (status == tls::EngineState::closed) {
    secure.close_received = true;
    close_tls();
    return closed(now);
  }
  return wants;
}

// Drops clear text between the reply to STARTTLS and the first TLS record, line by line: it was
// sent outside TLS, and if it were kept, it would be read as if it had come under TLS (RFC 3207
// section 4.2, CVE-2011-0411). Leaves the TLS record in `octets`. False: this server does not begin
// TLS. A line with the code of a refusal also means that: it is how a server answers a ClientHello
// that it takes for a command.
bool Conversation::skip_clear_text(std::string_view& octets) {
  while (!octets.empty()) {
    if (observation_.unfinished().empty() && octets.front() >= 20 && octets.front() <= 23) {
      secure_->clear_until_now = false;
      return true;
    }
    const std::size_t line_end = std::min(octets.find('\n'), octets.size() - 1) + 1;
    observation_.append(octets.substr(0, line_end));
    octets.remove_prefix(line_end);
    const std::string_view line = observation_.unfinished();
    if (static_cast<unsigned char>(line.front()) < ' ' && line.front() != '\r' &&
        line.front() != '\n') {
      return false;
    }
    if (line.size() > smtp::kLineOctetsMax) return false;
    if (!line.ends_with('\n')) continue;
    if (refuses(protocol(), line)) return false;
    observation_.anomalies_.add(Anomaly::plaintext_after_starttls);
    observation_.cut_unfinished(0);
  }
  return true;
}

Wants Conversation::on_tls_failure(std::string_view octets, Instant now) {
  const tls::Failure failure = secure_->engine.failure();
  if (failure == tls::Failure::not_tls) observation_.append(octets);  // Sent instead of TLS.
  if (failure == tls::Failure::shortage) return on_tls_shortage(now);
  const Wants wants = on_noise(verdict::cause_of(failure), now);
  // In TLS 1.3 the refusal arrives only after our handshake is complete.
  if (observation_.cause() == Cause::tls_client_certificate) observation_.phase_ = Phase::tls;
  return wants;
}

// This process is short of memory, which is no fault of the server.
Wants Conversation::on_tls_shortage(Instant now) {
  if (!conversing()) return on_noise(Cause::local_resource, now);
  observation_.socket_errno_ = ENOMEM;
  Wants wants = fail(Cause::local_resource, now);
  wants.shortage = ENOMEM;
  return wants;
}

// The server's answer to the hello of the plan.
Wants Conversation::on_answer(std::string_view octets, Instant now) {
  using State = tls::FirstFlight::State;
  switch (plan_->exchange->flight.read(octets)) {
    case State::reading: return {.deadline = deadline_};
    case State::complete: break;
    case State::not_tls: return fail(Cause::tls_not_tls, now);
    case State::malformed: return fail(Cause::tls_malformed, now);
    case State::flood: return fail(Cause::protocol_flood, now);
  }
  close_phase_time(now);
  Wants wants = enter(mxsweep::State::leaving, now);
  const tls::ServerAnswer& answer = plan_->exchange->flight.answer();
  if (answer.chose()) wants.send = kCloseNotify[std::min(answer.version, tls::kTls12) - tls::kSsl3];
  return wants;
}

Wants Conversation::begin_tls(Instant now) {
  if (plan_->exchange != nullptr) {
    Wants wants = await(plan_->exchange->hello, plan_->timeout_of(row().wait), now);
    wants.transient = true;
    return wants;
  }
  secure_ = std::make_unique<Secure>(*plan_->tls, target_->name(), plan_->ticket);
  secure_->clear_until_now = state_ == State::handshake;
  observation_.begin_tls();
  if (secure_->engine.advance({}, secure_->received) == tls::EngineState::failed) {
    return on_tls_failure({}, now);
  }
  return await({}, plan_->timeout_of(row().wait), now);
}

Wants Conversation::on_secured(Instant now) {
  close_phase_time(now);
  learn_chain(now);
  if (observation_.chain() == nullptr) return on_tls_shortage(now);
  const Transition* const transition = find(protocol(), state_, Event::secured);
  INVARIANT(transition != nullptr);
  return enter(transition->to, now);
}

// Keeps the session and the certificates that the server has sent so far.
void Conversation::learn_chain(Instant now) {
  Observation::Tls& tls = observation_.seen_tls();
  tls.seen = plan_->wall_time(now);
  tls.chain = plan_->tls->chain(secure_->engine.peer_chain(), tls.seen);
  tls.facts.session = secure_->engine.session();
  tls.facts.chain = tls.chain.get();
}

void Conversation::learn_tls_end(Instant now) {
  // In a handshake that failed, the server may have sent its certificates first.
  const bool shown = observation_.chain() == nullptr && !secure_->engine.peer_chain().empty();
  if (shown) learn_chain(now);
  tls::Facts& facts = observation_.seen_tls().facts;
  facts.client_certificate_requested = secure_->engine.client_certificate_requested();
  facts.alert = secure_->engine.alert();
  if (plan_->ticket != nullptr) secure_->engine.keep_session(*plan_->ticket);
}

void Conversation::on_step_ended(Instant began, Instant ended) {
  const bool just_ended = observation_.reached(Phase::tls) &&
                          (observation_.ended_ ? phase_ == Phase::tls : phase_began_ == began);
  if (!just_ended) return;
  observation_.add_time(Phase::tls, ended - began);
  phase_began_ += ended - began;
}

Wants Conversation::encrypt(Wants wants) {
  if (secure_ == nullptr) {
    if (wants.done) wants.send = {};
  } else {
    const tls::EngineState status = secure_->engine.status();
    if (!wants.send.empty()) {
      secure_->sent = wants.send;
      if (status == tls::EngineState::established) secure_->engine.write(wants.send);
      // STARTTLS itself, if its reply arrived in the same piece as the reply before it.
      if (status == tls::EngineState::handshaking) secure_->engine.outgoing().insert(0, wants.send);
    }
    secure_->sending = std::exchange(secure_->engine.outgoing(), {});
    wants.send = secure_->sending;
    wants.transient = true;
    if (wants.done && !wants.send.empty()) wants.abort = false;  // A reset could discard our alert.
  }
  observation_.count_sent(wants.send.size());
  return wants;
}

// Sends close_notify, once, when nothing more is to be sent (RFC 8446 section 6.1).
void Conversation::close_tls() {
  if (secure_ == nullptr || std::exchange(secure_->close_sent, true)) return;
  const tls::EngineState status = secure_->engine.status();
  if (status == tls::EngineState::established || status == tls::EngineState::closed)
    secure_->engine.close();
}

Conversation::ClearText Conversation::clear_text() const {
  return secure_ == nullptr ? ClearText{} : ClearText{secure_->received, secure_->sent};
}

}  // namespace mxsweep::probe
