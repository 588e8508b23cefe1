// SPDX-License-Identifier: MIT
#include "mxsweep/tls/enumerator.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::tls {
namespace {

constexpr std::uint16_t kVersionsTried[] = {kTls13, kTls12, kTls11, kTls10, kSsl3};

// Alerts by which a server says that it has nothing in common with the hello (RFC 8446, 6.2).
constexpr std::uint8_t kAlertHandshakeFailure = 40;
constexpr std::uint8_t kAlertProtocolVersion = 70;
constexpr std::uint8_t kAlertInsufficientSecurity = 71;

bool is_refusal(std::uint8_t alert) {
  return alert == kAlertHandshakeFailure || alert == kAlertProtocolVersion ||
         alert == kAlertInsufficientSecurity;
}

bool accepts(const VersionSupport& support, std::uint16_t cipher) {
  return std::any_of(support.ciphers.begin(), support.ciphers.end(),
                     [cipher](const AcceptedCipher& seen) { return seen.number == cipher; });
}

void accept(VersionSupport& support, const ServerAnswer& answer) {
  support.accepted = Known::yes;
  if (accepts(support, answer.cipher)) return;
  support.ciphers.push_back(
      {.number = answer.cipher, .group = answer.group, .dh_bits = answer.dh_bits});
}

// Whether the server has chosen among what was offered.
bool fits(const ServerAnswer& answer, const HelloSpec& asked) {
  const CipherSuite* const suite = find_cipher_suite(answer.cipher);
  return suite != nullptr && suite->fits(answer.version) && answer.version <= asked.version_max &&
         (!asked.only_1_3 || answer.version == kTls13) &&
         std::find(asked.ciphers.begin(), asked.ciphers.end(), answer.cipher) !=
             asked.ciphers.end();
}

}  // namespace

Enumerator::Enumerator(std::string_view server_name, std::uint32_t connections_max)
    : server_name_(server_name), connections_max_(connections_max) {
  for (const std::uint16_t version : kVersionsTried)
    result_.versions.push_back({.version = version});
}

const HelloSpec* Enumerator::next() {
  if (!asked_ && step_ == Step::versions) ask_version();
  if (!asked_ && step_ == Step::fingerprint) ask_fingerprint();
  if (asked_ && result_.connections == connections_max_) {
    result_.limit_reached = true;
    asked_.reset();
    step_ = Step::done;
  }
  if (!asked_) return nullptr;
  ++result_.connections;
  return &*asked_;
}

// Those of the version in question that the server has not chosen yet.
std::vector<std::uint16_t> Enumerator::not_seen() const {
  std::vector<std::uint16_t> ciphers = ciphers_of(current().version);
  std::erase_if(ciphers, [this](std::uint16_t cipher) {
    const CipherSuite* const suite = find_cipher_suite(cipher);
    return accepts(current(), cipher) || (is_alone() && !suite->fits(kTls13));
  });
  return ciphers;
}

// Whether the hello in question is one of the fingerprint: the first of its version.
bool Enumerator::is_fresh() const {
  return step_ == Step::versions && current().ciphers.empty() && !alone_ && at_ <= 2;
}

void Enumerator::ask_version() {
  HelloSpec spec;
  spec.server_name = server_name_;
  spec.version_max = current().version;
  spec.only_1_3 = is_alone();
  spec.ciphers = not_seen();
  asked_ = std::move(spec);
}

void Enumerator::ask_fingerprint() {
  while (fingerprint_at_ < kFingerprintHellos && shown_[fingerprint_at_]) ++fingerprint_at_;
  if (fingerprint_at_ == kFingerprintHellos) {
    std::vector<ServerAnswer> answers;
    for (const std::optional<ServerAnswer>& shown : shown_) answers.push_back(*shown);
    result_.fingerprint = fingerprint(answers);
    step_ = Step::done;
    return;
  }
  asked_ = fingerprint_hello(static_cast<FingerprintHello>(fingerprint_at_), server_name_);
}

void Enumerator::on_answer(const ServerAnswer& answer) {
  INVARIANT(asked_.has_value());
  if (answer.chose() && !fits(answer, *asked_)) return on_no_answer();
  if (step_ == Step::fingerprint) {
    shown_[fingerprint_at_] = answer;
    asked_.reset();
    failed_before_ = false;
    return learn_orders();
  }
  if (!answer.chose() && !is_refusal(answer.alert)) return on_no_answer();
  if (is_fresh()) shown_[at_] = answer;
  if (answer.chose() && result_.ja4s.empty()) result_.ja4s = ja4s(answer);
  asked_.reset();
  failed_before_ = false;
  answer.chose() ? on_choice(answer) : on_refusal(answer.alert);
}

void Enumerator::on_choice(const ServerAnswer& answer) {
  if (answer.version == current().version) return accept(current(), answer);
  // The server has chosen a lower version, because it has nothing left of those above.
  const auto lower =
      std::find_if(result_.versions.begin(), result_.versions.end(),
                   [&](const VersionSupport& row) { return row.version == answer.version; });
  accept(*lower, answer);
  if (answer.could_do_1_3 && current().version == kTls13 && current().ciphers.empty()) {
    alone_ = true;
    return;
  }
  const auto to = static_cast<std::size_t>(lower - result_.versions.begin());
  while (at_ < to) refuse_rest();
}

void Enumerator::on_refusal(std::uint8_t alert) {
  const bool all_below = alert == kAlertProtocolVersion && current().ciphers.empty() && !alone_;
  refuse_rest();
  while (all_below && step_ == Step::versions) refuse_rest();
}

// Nothing else is accepted in this version.
void Enumerator::refuse_rest() {
  if (current().ciphers.empty()) current().accepted = Known::no;
  current().complete = current().accepted == Known::yes;
  leave_version();
}

void Enumerator::leave_version() {
  alone_ = false;
  failed_before_ = false;
  if (++at_ == result_.versions.size()) finish_versions();
}

void Enumerator::finish_versions() {
  at_ = result_.versions.size() - 1;
  result_.complete =
      std::all_of(result_.versions.begin(), result_.versions.end(), [](const VersionSupport& row) {
        return row.accepted == Known::no || (row.accepted == Known::yes && row.complete);
      });
  const bool spoken =
      std::any_of(result_.versions.begin(), result_.versions.end(),
                  [](const VersionSupport& row) { return row.accepted == Known::yes; });
  step_ = spoken ? Step::fingerprint : Step::done;
}

// The hello is sent again, once.
void Enumerator::on_no_answer() {
  if (!std::exchange(failed_before_, true)) return;
  asked_.reset();
  if (step_ == Step::versions) return leave_version();
  step_ = Step::done;  // A fingerprint with a gap would look like another server's.
}

void Enumerator::on_failure(Phase phase, Cause cause) {
  INVARIANT(asked_.has_value());
  const bool again = !failed_before_;
  const bool closed =
      phase == Phase::tls && (cause == Cause::net_closed_early || cause == Cause::net_reset);
  if (!again && closed && (step_ == Step::fingerprint || is_fresh())) {
    // It refuses without an alert, and does so each time.
    shown_[step_ == Step::fingerprint ? fingerprint_at_ : at_] = ServerAnswer{};
    if (step_ == Step::fingerprint) {
      asked_.reset();
      failed_before_ = false;
      return;
    }
  }
  if (!again && phase != Phase::tls) {
    result_.stopped = cause;
    result_.stopped_in = phase;
    asked_.reset();
    step_ = Step::done;
    return;
  }
  on_no_answer();
}

// The server's choice among the same ciphers in two orders shows whose order counts.
void Enumerator::learn_orders() {
  constexpr std::pair<FingerprintHello, FingerprintHello> kTurned[] = {
      {FingerprintHello::everything, FingerprintHello::everything_turned},
      {FingerprintHello::from_1_2, FingerprintHello::from_1_2_turned},
  };
  for (const auto& [straight, turned] : kTurned) {
    const std::optional<ServerAnswer>& one = shown_[static_cast<std::size_t>(straight)];
    const std::optional<ServerAnswer>& other = shown_[static_cast<std::size_t>(turned)];
    if (!one || !other || !one->chose() || one->version != other->version) continue;
    for (VersionSupport& row : result_.versions) {
      if (row.version != one->version || row.ciphers.size() < 2) continue;
      row.order = one->cipher == other->cipher ? CipherOrder::server : CipherOrder::client;
    }
  }
}

Enumeration Enumerator::take_result() { return std::move(result_); }

}  // namespace mxsweep::tls
