// SPDX-License-Identifier: MIT
// The part of a trip that judges what it has seen.
#include <algorithm>
#include <utility>
#include <variant>

#include "mxsweep/message/headers.h"
#include "mxsweep/roundtrip/header_check.h"
#include "roundtrip/trip_parts.h"

namespace mxsweep::roundtrip {
namespace {

const StepResult* first_fault(const std::vector<StepResult>& steps) {
  const auto fault =
      std::ranges::find_if(steps, [](const StepResult& step) { return !step.fault.empty(); });
  return fault == steps.end() ? nullptr : &*fault;
}

const StepResult* first_fault(const std::vector<SentReport>& sent) {
  for (const SentReport& each : sent) {
    if (const StepResult* const fault = first_fault(each.steps)) return fault;
  }
  return nullptr;
}

std::string words_of(const NonDelivery& report) {
  std::string words = "a report of non-delivery has come";
  if (!report.status.empty()) words += ", " + report.status;
  if (!report.diagnostic.empty()) words += ": " + report.diagnostic;
  return words;
}

}  // namespace

Sent Trip::sent() const {
  if (accepted_) return Sent::queued;
  for (const Mail& mail : mails_) {
    if (mail.sending == nullptr && mail.report.steps.empty()) {
      if (interrupted_) return Sent::stopped;
      continue;  // Not begun, because one before it has failed.
    }
    if (mail.sending == nullptr) return mail.local ? Sent::stopped : Sent::failed;
    if (mail.sending->sent() != Sent::queued) return mail.sending->sent();
  }
  return Sent::queued;
}

Found Trip::found() const {
  if (watch_ == nullptr) return Found::not_tried;
  // All went as the script wants, and no message is on its way.
  if (!accepted_ && sent() == Sent::queued) return Found::not_tried;
  const MailboxResult& last = watch_->report.last;
  if (last.seen()) {
    const std::string& wanted = std::get<Fetch>(watch_->step->action).want_folder;
    return wanted.empty() || wanted == last.folder ? Found::as_wanted : Found::elsewhere;
  }
  if (interrupted_ || watch_->local) return Found::stopped;
  // A folder that cannot be looked at may have it.
  return watch_->failed || !last.folder_faults.empty() ? Found::failed : Found::nowhere;
}

// What the message that has come is like.
void Trip::judge_message(Report& report) const {
  if (watch_ == nullptr || !report.seen) return;
  const message::Headers headers = message::read_headers(watch_->header);
  std::optional<std::chrono::sys_seconds> mailed;
  if (mailed_) mailed = std::chrono::floor<std::chrono::seconds>(send_order_.wall_time(*mailed_));
  report.hops = message::hops_of(headers, mailed);
  report.clock_skew = message::has_clock_skew(report.hops);
  report.signers = message::dkim_signers(headers);
  const std::string& authserv_id = order_.script.authserv_id;
  if (!authserv_id.empty()) {
    report.authentication = message::authentication_results(headers, authserv_id);
  }
  const std::vector<Step>& steps = order_.script.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    StepResult result{.step = i, .phase = Phase::headers};
    std::optional<std::string> fault;
    if (const auto* check = std::get_if<HeaderCheck>(&steps[i].action)) {
      fault = fault_of(*check, headers, authserv_id);
    } else if (const auto* hops = std::get_if<HopsCheck>(&steps[i].action)) {
      fault = fault_of(*hops, report.hops);
    } else if (std::holds_alternative<Delete>(steps[i].action)) {
      result.phase = Phase::remove;
      if (!watch_->report.last.kept.empty()) fault = watch_->report.last.kept;
    } else {
      continue;
    }
    if (fault) result.fault = *std::move(fault);
    report.checks.push_back(std::move(result));
  }
}

// From the facts of the report, its verdict and why.
void Trip::judge_all(Report& report) const {
  const StepResult* const send_fault = first_fault(report.sent);
  const StepResult* const check_fault = first_fault(report.checks);
  Outcome outcome{.sent = sent(), .found = found()};
  if (send_fault != nullptr) outcome.sent_until = send_fault->phase;
  const auto note_slow = [&outcome](Phase phase) {
    if (!std::exchange(outcome.slow, true)) outcome.slowest = phase;
  };
  for (const SentReport& each : report.sent) {
    for (const StepResult& step : each.steps) {
      const Duration within = order_.script.steps[step.step].within;
      if (within != Duration::zero() && step.took > within) note_slow(step.phase);
    }
  }
  if (report.fetch) {
    const MailboxResult& last = report.fetch->last;
    outcome.found_until = last.until;
    if (outcome.found == Found::failed && last.fault.empty()) outcome.found_until = Phase::select;
    outcome.bounced = last.report && last.report->failed;
    const Duration within = watch_->step->within;
    if (within != Duration::zero() && report.accepted_to_visible > within) note_slow(Phase::wait);
  }
  report.verdict = judge(outcome);
  const bool delivered = report.verdict.state == State::ok || report.verdict.state == State::slow;
  // A message that has come was sent, though its server has not said so.
  const bool unsure = outcome.sent == Sent::unsure && send_fault != nullptr &&
                      send_fault->phase == Phase::dot && report.seen;
  if (delivered && send_fault != nullptr && !unsure) {
    report.verdict = {State::send_failed, true, send_fault->phase};
  } else if (delivered && check_fault != nullptr) {
    report.verdict = {State::fetch_failed, true, check_fault->phase};
  }
  switch (report.verdict.state) {
    case State::ok: break;
    case State::slow:
      report.why = std::string(to_string(report.verdict.phase)) + " took longer than it may";
      break;
    case State::send_failed:
      report.why = send_fault != nullptr ? send_fault->fault : "the message was not accepted";
      break;
    case State::accepted_not_delivered:
      report.why = "the server has accepted the message, but it has not come";
      if (report.fetch->last.report) report.why += "; " + words_of(*report.fetch->last.report);
      break;
    case State::delivered_elsewhere:
      report.why = "it has come to " + report.fetch->last.folder;
      break;
    case State::fetch_failed: {
      const MailboxResult& last = report.fetch->last;
      report.why = check_fault != nullptr && last.seen() ? check_fault->fault : last.fault;
      if (report.why.empty() && !last.folder_faults.empty()) {
        report.why = last.folder_faults.front().folder + ": " + last.folder_faults.front().words;
      }
      break;
    }
    case State::bounced: report.why = words_of(*report.fetch->last.report); break;
    case State::unknown:
      report.why = "it was stopped before it was known";
      if (interrupted_) break;
      if (send_fault != nullptr) report.why = send_fault->fault;
      if (send_fault == nullptr && report.fetch) report.why = report.fetch->last.fault;
      break;
  }
}

Report Trip::report(Instant now) const {
  Report report{.name = order_.script.name,
                .at = send_order_.wall_time(began_),
                .total = now - began_,
                .token = token_};
  for (const Mail& mail : mails_) {
    if (!mail.report.steps.empty()) report.sent.push_back(mail.report);
  }
  if (accepted_) report.accepted = send_order_.wall_time(*accepted_);
  if (watch_ != nullptr) {
    report.fetch = watch_->report;
    if (report.fetch->last.seen_at) {
      report.seen = send_order_.wall_time(*report.fetch->last.seen_at);
      if (accepted_) {
        report.accepted_to_visible =
            std::max(*report.fetch->last.seen_at - *accepted_, Duration::zero());
      }
    }
  }
  judge_message(report);
  judge_all(report);
  return report;
}

}  // namespace mxsweep::roundtrip
