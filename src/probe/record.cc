// SPDX-License-Identifier: MIT
// Makes records of an observation.
#include "mxsweep/core/invariant.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/verdict/classify.h"
#include "probe/comparisons.h"
#include "probe/dialogues.h"
#include "probe/received.h"

namespace mxsweep::probe {

results::Offered Observation::starttls_offered() const {
  const results::ReplyText list = capabilities();
  if (list.code == 0 || verb_ != results::Verb::ehlo) return results::Offered::not_known;
  if (offers_starttls(protocol_, list.octets)) return results::Offered::yes;
  // STARTTLS may have been a keyword that a middlebox has overwritten, or one in a stray reply; and
  // a server that answers EHLO like any other command need not have listed its capabilities.
  const bool doubtful = anomalies_.has(Anomaly::masked_keyword) ||
                        anomalies_.has(Anomaly::stray_reply) ||
                        anomalies_.has(Anomaly::ehlo_without_host);
  return doubtful ? results::Offered::not_known : results::Offered::no;
}

results::ReplyText Observation::reply_text(Phase phase) const {
  return {code(phase), reply(phase), protocol_};
}

results::ReplyText Observation::capabilities() const {
  for (const State state : {State::ehlo, State::greeting}) {
    const results::ReplyText list = reply_text(row_of(state).phase);
    if (may_list_capabilities(protocol_, state) && is_success(protocol_, state, list.code) &&
        lists_capabilities(protocol_, list.octets)) {
      return list;
    }
  }
  return {};
}

// The octets that decided an outcome other than ok.
results::ReplyText Observation::deciding_reply() const {
  if (outcome_ == Outcome::ok) return {};
  // The octets that were being read when it failed.
  if (!declined_) return {0, unfinished(), protocol_};
  return reply_text(phase_);
}

// What is compared with each other, and with a name.
Compared Observation::compared(bool secured) const {
  if (protocol_ != Protocol::smtp) return {};
  const auto success = [this](Phase phase, int expected) {
    return code(phase) == expected ? reply(phase) : std::string_view();
  };
  Compared replies;
  replies.greeting = success(Phase::greeting, 220);
  replies.secured = secured;
  if (verb_ == results::Verb::ehlo) replies.ehlo = success(Phase::ehlo, 250);
  // After a stray reply, a reply under TLS may belong to another command.
  if (!anomalies_.has(Anomaly::stray_reply)) replies.ehlo_tls = success(Phase::ehlo_tls, 250);
  return replies;
}

void Observation::compare_all(bool secured) {
  if (is_silent()) return;
  anomalies_.add(compare(compared(secured)));
  if (chain() != nullptr && issuer_ends_first(*chain())) {
    anomalies_.add(Anomaly::issuer_ends_first);
  }
}

results::Record Observation::record(std::string_view name, std::string_view domain) const {
  INVARIANT(ended_);
  results::Record record;
  record.attempt = attempt_;
  record.outcome = outcome_;
  record.phase = phase_;
  record.cause = cause_;
  record.socket_errno = socket_errno_;
  if (received_ != nullptr) {
    for (std::size_t i = index_of(Phase::greeting); i < kPhaseCount; ++i) {
      const auto phase = static_cast<Phase>(i);
      record.replies[phase] = reply_text(phase);
    }
  }
  record.protocol = protocol_;
  // Where the greeting lists the capabilities, CAPABILITY was not sent.
  if (record.replies[Phase::ehlo].code == 0) record.replies[Phase::ehlo] = capabilities();
  record.verb = verb_;
  record.starttls_known = starttls_known_;
  record.starttls_offered = starttls_offered();
  if (const Tls* const seen = seen_tls()) {
    tls::Facts& facts = record.tls.emplace(seen->facts);
    record.chain_detail = chain_detail_;
    record.tls_enumeration = seen->enumeration.get();
    if (seen->chain != nullptr) {
      tls::judge(*seen->chain, name, seen->seen, facts);
      if (!domain.empty()) facts.domain_match = tls::matches_name(*seen->chain, domain);
    }
    if (outcome_ == Outcome::ok && require_valid_ && !facts.verified) {
      record.outcome = Outcome::degraded;
      record.cause = verdict::cause_of(facts.verify_error);
      record.phase = Phase::tls;
    }
  }
  record.reply = deciding_reply();
  record.anomalies = anomalies_;
  if (!name.empty() && has_other_name(compared(false), name)) {
    record.anomalies.add(Anomaly::other_name);
  }
  record.bytes_in = bytes_in();
  record.bytes_out = received_ == nullptr ? 0 : received_->bytes_out;
  record.ms.total = Duration::zero();
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    const std::uint32_t took = us(static_cast<Phase>(i));
    if (took == kNotReachedUs) continue;
    record.ms.of[i] = std::chrono::microseconds{took};
    record.ms.total += record.ms.of[i];
  }
  return record;
}

}  // namespace mxsweep::probe
