// SPDX-License-Identifier: MIT
// What a probe has learned, as a record.
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/memory.h"
#include "mxsweep/probe/probe.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/verdict/classify.h"
#include "probe/secure.h"

namespace mxsweep::probe {

std::string_view Probe::current() const { return std::string_view(heard_).substr(reply_begin_); }

std::string_view Probe::ehlo_reply() const {
  return std::string_view(heard_).substr(greeting_end_, ehlo_end_ - greeting_end_);
}

// The refusal of STARTTLS, or the reply to EHLO under TLS: there is never both.
std::string_view Probe::later_reply() const {
  return std::string_view(heard_).substr(ehlo_end_, reply_begin_ - ehlo_end_);
}

results::Offered Probe::starttls_offered() const {
  if (ehlo_code_ != 250 || verb_ != results::Verb::ehlo) return results::Offered::not_known;
  if (smtp::offers(ehlo_reply(), "STARTTLS")) return results::Offered::yes;
  // It may have been a keyword that a middlebox has written over, or one in a stray reply; and what
  // answers EHLO as any command need not have listed what it can do.
  const bool doubtful = anomalies_.has(Anomaly::masked_keyword) ||
                        anomalies_.has(Anomaly::stray_reply) ||
                        anomalies_.has(Anomaly::ehlo_without_host);
  return doubtful ? results::Offered::not_known : results::Offered::no;
}

// What the server said that decided an outcome other than ok.
results::ReplyText Probe::deciding_reply() const {
  if (outcome_ == Outcome::ok) return {};
  // What was being read when it failed.
  if (!declined_) return {0, current()};
  switch (decided_) {
    case Phase::greeting:
      return {greeting_code_, std::string_view(heard_).substr(0, greeting_end_)};
    case Phase::starttls: return {starttls_code_, later_reply()};
    case Phase::ehlo_tls: return {ehlo_tls_code_, later_reply()};
    case Phase::ehlo: return {ehlo_code_, ehlo_reply()};
    case Phase::input:
    case Phase::dns:
    case Phase::connect:
    case Phase::tls:
    case Phase::quit: break;
  }
  INVARIANT(false && "a refusal in a phase without replies");
  return {};
}

// What the certificate is worth to whoever knows the server by this name.
void Probe::judge(std::string_view name, std::string_view domain) {
  Secure& secure = *secure_;
  if (secure.chain == nullptr) return;
  tls::judge(*secure.chain, name, secure.seen, secure.facts);
  secure.facts.domain_match.reset();
  if (!domain.empty()) secure.facts.domain_match = tls::matches_name(*secure.chain, domain);
}

std::optional<Probe::Brief> Probe::brief() const {
  INVARIANT(done_);
  if (!heard_.empty() || bytes_in_ != 0 || bytes_out_ != 0 || secure_ != nullptr) {
    return std::nullopt;
  }
  const auto took = [this](Phase phase) { return took_us_[static_cast<std::size_t>(phase)]; };
  return Brief{.started = started_,
               .connect_us = took(Phase::connect),
               .greeting_us = took(Phase::greeting),
               .socket_errno = socket_errno_,
               .anomalies = anomalies_,
               .mode = mode_,
               .outcome = outcome_,
               .cause = cause_,
               .decided = decided_};
}

Probe::Probe(const Plan& plan, const Brief& brief)
    : plan_(&plan),
      target_(nullptr),
      started_(brief.started),
      socket_errno_(brief.socket_errno),
      anomalies_(brief.anomalies),
      mode_(brief.mode),
      state_(smtp::State::greeting),
      outcome_(brief.outcome),
      cause_(brief.cause),
      decided_(brief.decided),
      done_(true) {
  took_us_[static_cast<std::size_t>(Phase::connect)] = brief.connect_us;
  took_us_[static_cast<std::size_t>(Phase::greeting)] = brief.greeting_us;
}

void Probe::rest() {
  INVARIANT(done_);
  heard_.shrink_to_fit();
  if (secure_ == nullptr) return;
  secure_->engine.reset();
  // Assigning an empty string would keep the memory.
  std::string().swap(secure_->sending);
  std::string().swap(secure_->heard);
}

const std::shared_ptr<const tls::Chain>& Probe::chain() const {
  static const std::shared_ptr<const tls::Chain> kNone;
  return secure_ == nullptr ? kNone : secure_->chain;
}

std::size_t Probe::octets() const {
  const std::size_t joined =
      joined_ == nullptr ? 0 : allocated(sizeof(std::string)) + held_by(*joined_);
  const std::size_t secure = secure_ == nullptr ? 0 : allocated(sizeof(Secure));
  return sizeof *this + held_by(heard_) + joined + secure;
}

results::Record Probe::record(std::string_view name, std::string_view domain) {
  INVARIANT(done_);
  results::Record record;
  record.outcome = outcome_;
  record.phase = decided_;
  record.cause = cause_;
  record.socket_errno = socket_errno_;
  if (greeting_code_ != 0) {
    record.greeting = {greeting_code_, std::string_view(heard_).substr(0, greeting_end_)};
  }
  record.verb = verb_;
  if (ehlo_code_ != 0) record.ehlo = {ehlo_code_, ehlo_reply()};
  if (ehlo_tls_code_ != 0) record.ehlo_tls = {ehlo_tls_code_, later_reply()};
  record.starttls_known = plan_->depth >= Depth::ehlo && mode_ != targets::TlsMode::implicit;
  record.starttls_offered = starttls_offered();
  record.starttls_code = starttls_code_;
  if (secure_ != nullptr) {
    judge(name, domain);
    record.tls = &secure_->facts;
    record.chain_detail = plan_->chain_detail;
    if (outcome_ == Outcome::ok && plan_->require_valid && !secure_->facts.verified) {
      record.outcome = Outcome::degraded;
      record.cause = verdict::cause_of(secure_->facts.verify_error);
      record.phase = Phase::tls;
    }
  }
  record.reply = deciding_reply();
  record.anomalies = anomalies_;
  record.bytes_in = bytes_in_;
  record.bytes_out = bytes_out_;
  record.ms.total = Duration::zero();
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (took_us_[i] == kNotReachedUs) continue;
    record.ms.of[i] = std::chrono::microseconds{took_us_[i]};
    record.ms.total += record.ms.of[i];
  }
  return record;
}

}  // namespace mxsweep::probe
