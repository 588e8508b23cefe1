// SPDX-License-Identifier: MIT
#include "mxsweep/probe/tls_survey.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/memory.h"

namespace mxsweep::probe {
namespace {

bool is_secured(const Observation& seen) {
  return seen.tls() != nullptr && !seen.tls()->session.cipher.empty();
}

bool accepts(const tls::Enumeration& found, std::uint16_t version) {
  return std::any_of(found.versions.begin(), found.versions.end(),
                     [version](const tls::VersionSupport& row) {
                       return row.version == version && row.accepted == tls::Known::yes;
                     });
}

}  // namespace

Status SurveyClients::open(const tls::ClientOptions& options) {
  tls::ClientOptions own = options;
  own.ciphers.clear();
  own.version_min = own.version_max = tls::Version::tls1_2;
  const Status status = tls1_2.open(own);
  if (!status.ok()) return status;
  own.version_min = own.version_max = tls::Version::tls1_3;
  return tls1_3.open(own);
}

bool TlsSurvey::can_follow(const Observation& seen) {
  // A handshake that failed says even less about other versions and ciphers than one that did not.
  return seen.tls() != nullptr && seen.outcome() != Outcome::local;
}

TlsSurvey::TlsSurvey(const Plan& plan, const targets::Target& target, SurveyClients& clients,
                     const Observation& seen, const std::vector<std::string>& names)
    : plan_of_visit_(plan),
      clients_(clients),
      plan_(plan),
      target_(target),
      own_name_(target.name()),
      enumerator_(own_name_) {
  keep_leaf(own_name_, seen);
  if (!own_name_.empty()) add_name({});
  for (const std::string& name : names) add_name(name);
  if (seen.chain() != nullptr && !seen.chain()->certificates.empty()) {
    const tls::Certificate& leaf = seen.chain()->certificates.front();
    const std::size_t most = names_.size() + kSurveyNamesMax;
    for (std::size_t i = 0; i < leaf.dns_names && names_.size() < most; ++i)
      add_name(leaf.names[i]);
  }
  std::reverse(names_.begin(), names_.end());
}

// Empty: no SNI. A wildcard is not the name of a host.
void TlsSurvey::add_name(std::string name) {
  const bool usable = name.empty() || scan_host_name(name, {.underscore = true}).faults.empty();
  if (name == own_name_ || !usable) return;
  if (std::find(names_.begin(), names_.end(), name) != names_.end()) return;
  names_.push_back(std::move(name));
}

void TlsSurvey::use_plan_of_visit() {
  plan_.exchange = nullptr;
  plan_.ticket = nullptr;
  plan_.tls = plan_of_visit_.tls;
  plan_.depth = Depth::tls;
}

bool TlsSurvey::next() {
  if (step_ == Step::hellos && next_hello()) return true;
  if ((step_ == Step::first_session || step_ == Step::second_session) && next_session())
    return true;
  return step_ == Step::names && next_name();
}

bool TlsSurvey::next_hello() {
  const tls::HelloSpec* const hello = enumerator_.next();
  if (hello != nullptr) {
    use_plan_of_visit();
    exchange_.emplace(tls::client_hello(*hello, visits_++));
    plan_.exchange = &*exchange_;
    return true;
  }
  take_hellos();
  visits_ = result_.connections;
  if (accepts(result_, tls::kTls12)) sessions_.push_back(tls::Version::tls1_2);
  if (accepts(result_, tls::kTls13)) sessions_.push_back(tls::Version::tls1_3);
  step_ = result_.stopped == Cause::none ? Step::first_session : Step::done;
  return false;
}

// The leaves are not of the enumerator.
void TlsSurvey::take_hellos() {
  std::vector<tls::ShownLeaf> leaves = std::move(result_.leaves);
  result_ = enumerator_.take_result();
  result_.leaves = std::move(leaves);
}

bool TlsSurvey::next_session() {
  if (sessions_.empty()) {
    step_ = Step::names;
    return false;
  }
  use_plan_of_visit();
  plan_.tls = sessions_.back() == tls::Version::tls1_3 ? &clients_.tls1_3 : &clients_.tls1_2;
  plan_.ticket = &ticket_;
  ++visits_;
  return true;
}

bool TlsSurvey::next_name() {
  if (names_.empty()) {
    step_ = Step::done;
    return false;
  }
  use_plan_of_visit();
  const std::string text(target_.text());
  target_.set_words(text, names_.back(), {});
  ++visits_;
  return true;
}

void TlsSurvey::on_end(const Observation& seen) {
  switch (step_) {
    case Step::hellos: return on_hello_end(seen);
    case Step::first_session:
    case Step::second_session: return on_session_end(seen);
    case Step::names:
      keep_leaf(names_.back(), seen);
      names_.pop_back();
      return;
    case Step::done: INVARIANT(false && "a conversation after the last");
  }
}

// Drops what an attempt before has received: half an answer, or the session that the second visit
// of a pair is to resume.
void TlsSurvey::begin_again() {
  if (step_ == Step::hellos) exchange_->flight = {};
  if (step_ == Step::first_session) ticket_ = {};
}

void TlsSurvey::on_hello_end(const Observation& seen) {
  const tls::ServerAnswer& answer = exchange_->flight.answer();
  if (answer.kind != tls::ServerAnswer::Kind::none) return enumerator_.on_answer(answer);
  // Without a cause it did not offer STARTTLS this time.
  const bool no_starttls = seen.cause() == Cause::none;
  enumerator_.on_failure(no_starttls ? Phase::ehlo : seen.phase(),
                         no_starttls ? Cause::starttls_not_supported : seen.cause());
}

void TlsSurvey::on_session_end(const Observation& seen) {
  const bool first = step_ == Step::first_session;
  const bool secured = is_secured(seen);
  if (first && secured && !ticket_.session.empty()) {
    step_ = Step::second_session;
    return;
  }
  tls::Known resumed = tls::Known::not_known;
  if (secured) resumed = !first && ticket_.resumed ? tls::Known::yes : tls::Known::no;
  result_.resumption.push_back({.version = sessions_.back(), .resumed = resumed});
  sessions_.pop_back();
  ticket_ = {};
  step_ = Step::first_session;
}

void TlsSurvey::keep_leaf(const std::string& name, const Observation& seen) {
  tls::ShownLeaf leaf{.server_name = name};
  if (seen.chain() != nullptr && !seen.chain()->certificates.empty())
    leaf.sha256 = seen.chain()->certificates.front().sha256;
  result_.leaves.push_back(std::move(leaf));
}

const tls::Enumeration& TlsSurvey::result() {
  if (step_ == Step::hellos) {
    take_hellos();
  } else {
    result_.connections = visits_;
  }
  if (step_ != Step::done) {
    result_.stopped = Cause::local_interrupted;
    result_.stopped_in = Phase::connect;
    step_ = Step::done;
  }
  return result_;
}

std::size_t TlsSurvey::octets_held() const {
  std::size_t octets = allocated(sizeof *this) + held_by(own_name_) + held_by(ticket_.session);
  if (exchange_) octets += held_by(exchange_->hello);
  for (const std::string& name : names_) octets += allocated(sizeof name) + held_by(name);
  return octets + tls::octets_held(result_);
}

}  // namespace mxsweep::probe
