// SPDX-License-Identifier: MIT
// The part of sending before its first command and after the end of the conversation.
#include <algorithm>
#include <optional>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/dialogue.h"
#include "mxsweep/roundtrip/certificate_check.h"
#include "mxsweep/roundtrip/extension.h"
#include "mxsweep/roundtrip/sending.h"
#include "roundtrip/phases.h"
#include "roundtrip/submission.h"

namespace mxsweep::roundtrip {
namespace {

using CorePhase = mxsweep::Phase;

bool is_opening(const Step& step) {
  return std::holds_alternative<Connect>(step.action) ||
         std::holds_alternative<Ehlo>(step.action) || std::holds_alternative<StartTls>(step.action);
}

std::optional<std::string> fault_of_extensions(const Ehlo& ehlo, std::string_view reply) {
  for (const std::string& want : ehlo.want) {
    if (!is_offered(want, reply)) return "the server does not offer " + want;
  }
  return std::nullopt;
}

}  // namespace

const Endpoint& Sending::endpoint() const {
  return std::get<Connect>(steps_.front().action).endpoint;
}

Sending::Move Sending::begin(const Opening& opening, Instant now) {
  begun_ = true;
  under_tls_ = opening.under_tls;
  capabilities_ = opening.capabilities;
  check_opening(opening, now);
  return go_on(now);
}

// The steps of what the conversation has done already. A certificate that is not as wanted is a
// failure of TLS, whichever step has begun that.
void Sending::check_opening(const Opening& opening, Instant now) {
  const WallTime wall = order_.wall_time(now);
  CorePhase listing = CorePhase::ehlo;
  for (; at_ < steps_.size() && is_opening(step()); ++at_) {
    if (failed_) continue;
    CorePhase phase = CorePhase::greeting;
    std::optional<std::string> fault;
    std::optional<std::string> fault_of_certificate;
    if (const auto* connect = std::get_if<Connect>(&step().action)) {
      if (connect->endpoint.service == Service::smtps) {
        fault_of_certificate =
            fault_of({.host = endpoint().host, .verify = connect->verify}, opening.seen, wall);
      }
    } else if (const auto* ehlo = std::get_if<Ehlo>(&step().action)) {
      phase = listing;
      fault = fault_of_extensions(*ehlo, opening.seen.reply(phase));
    } else if (const auto* starttls = std::get_if<StartTls>(&step().action)) {
      phase = CorePhase::starttls;
      listing = CorePhase::ehlo_tls;
      const CertificateCheck check{endpoint().host, starttls->verify, starttls->days_left};
      if (under_tls_) {
        fault_of_certificate = fault_of(check, opening.seen, wall);
      } else {
        fault = "the server does not offer STARTTLS";
      }
    }
    phase_ = sending_phase_of(phase);
    StepResult done{.step = first_ + at_, .phase = phase_, .code = opening.seen.code(phase)};
    const std::string_view reply = opening.seen.reply(phase);
    done.reply = kept_text(reply);
    if (fault_of_certificate) {
      done.phase = Phase::tls;
      fault = std::move(fault_of_certificate);
    }
    if (!fault && done.code != 0) {
      fault = fault_of_reply(step().expect, submission_of(phase_), done.code, reply);
    }
    if (fault) done.fault = *std::move(fault);
    capture(step(), reply, variables_);
    keep(std::move(done));
  }
}

void Sending::on_end(const probe::Observation& seen, Instant now) {
  const bool stopped = seen.outcome() == mxsweep::Outcome::local;
  if (!begun_) {
    explain_early_end(seen);
  } else if (stage_ != Stage::idle) {
    if (stage_ == Stage::dot) sent_ = Sent::unsure;
    StepResult cut = result(now);
    cut.fault = row_of(seen.cause()).sentence;
    keep(std::move(cut));
  } else if (!failed_ && at_ < steps_.size() && std::holds_alternative<Quit>(step().action)) {
    StepResult quit{.step = first_ + at_, .phase = Phase::quit};
    quit.code = seen.code(CorePhase::quit);
    keep(std::move(quit));
  }
  const results::Record record = seen.record(endpoint().host);
  for (StepResult& each : results_) {
    if (each.took == Duration::zero()) each.took = time_of_step(each.phase, record.ms);
  }
  const std::vector<PhaseTime> opening = opening_times(record.ms);
  times_.insert(times_.begin(), opening.begin(), opening.end());
  if (record.ms[CorePhase::quit] != results::kNotReached) {
    times_.push_back({Phase::quit, record.ms[CorePhase::quit]});
  }
  if (sent_ == Sent::unsure) return;
  if (accepted_ || !failed_) {
    sent_ = Sent::queued;
  } else {
    sent_ = stopped ? Sent::stopped : Sent::failed;
  }
}

// The conversation ended before the transaction began: the step that belongs to its phase failed.
void Sending::explain_early_end(const probe::Observation& seen) {
  const Phase reached = sending_phase_of(seen.phase());
  std::size_t last = 0;
  for (std::size_t i = 0; i < steps_.size() && is_opening(steps_[i]); ++i) {
    if (phase_of(steps_[i].action) <= reached) last = i;
  }
  StepResult failure{.step = first_ + last, .phase = reached};
  failure.code = seen.code(seen.phase());
  failure.reply = kept_text(seen.reply(seen.phase()));
  failure.fault = row_of(seen.cause()).sentence;
  if (!failure.reply.empty()) failure.fault += ": " + failure.reply;
  keep(std::move(failure));
}

}  // namespace mxsweep::roundtrip
