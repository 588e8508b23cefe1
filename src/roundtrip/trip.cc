// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/trip.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/message/token.h"
#include "mxsweep/roundtrip/imap_transaction.h"
#include "roundtrip/phases.h"
#include "roundtrip/trip_parts.h"

namespace mxsweep::roundtrip {
namespace {

constexpr Duration kTimeLeast = std::chrono::milliseconds{1};
// A look at the deadline itself may take as long.
constexpr Duration kLastLook = std::chrono::seconds{30};
// Of POP3, which shows new messages only to a new connection.
constexpr std::array<Duration, 3> kLookAgain = {std::chrono::seconds{1}, std::chrono::seconds{2},
                                                std::chrono::seconds{5}};

bool is_of_mail(const Step& step) { return has_reply(step.action); }

targets::TlsMode tls_of(const Endpoint& endpoint, bool starttls) {
  switch (endpoint.service) {
    case Service::smtps:
    case Service::imaps:
    case Service::pop3s: return targets::TlsMode::implicit;
    case Service::smtp:
    case Service::imap:
    case Service::pop3: break;
  }
  return starttls ? targets::TlsMode::starttls : targets::TlsMode::off;
}

bool is_pop3(const Endpoint& endpoint) {
  return endpoint.service == Service::pop3 || endpoint.service == Service::pop3s;
}

}  // namespace

Trip::Trip(TripOrder order, Instant now)
    : order_(std::move(order)), began_(now), deadline_(now + order_.script.deadline) {
  send_order_ = {.secret = order_.sender.secret,
                 .token = order_.sender.token,
                 .nonce = order_.send_nonce,
                 .wall_at_zero = order_.wall_at_zero,
                 .files = order_.files};
  const auto at = std::chrono::floor<std::chrono::seconds>(send_order_.wall_time(now));
  token_ = message::write_token(order_.key, {.at = at, .run = order_.run});
  send_order_.message_token = token_;
  variables_.set("token", token_);
  variables_.set("user", order_.sender.user);
  split_into_legs();
}

Trip::~Trip() = default;

void Trip::split_into_legs() {
  const std::vector<Step>& steps = order_.script.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (std::holds_alternative<Connect>(steps[i].action)) {
      const auto is_next = [](const Step& step) {
        return std::holds_alternative<Connect>(step.action) || !is_of_mail(step);
      };
      const auto end =
          std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, steps.end(), is_next);
      const auto count = static_cast<std::size_t>(end - steps.begin()) - i;
      mails_.push_back({.first = i, .steps = std::span(steps).subspan(i, count)});
      mails_.back().report.endpoint = std::get<Connect>(steps[i].action).endpoint;
    } else if (const auto* fetch = std::get_if<Fetch>(&steps[i].action)) {
      watch_ = std::make_unique<Watch>();
      watch_->step = &steps[i];
      watch_->report.endpoint = fetch->endpoint;
    }
  }
  if (watch_ == nullptr) return;
  const auto& fetch = std::get<Fetch>(watch_->step->action);
  Variables users;
  users.set("user", order_.reader.user);
  MailboxOrder& mailbox = watch_->order;
  mailbox.credentials = {.user = users.expand(fetch.user.empty() ? "${user}" : fetch.user),
                         .secret = order_.reader.secret,
                         .host = fetch.endpoint.host,
                         .port = fetch.endpoint.port};
  mailbox.allow_in_clear = fetch.in_clear;
  mailbox.verify = fetch.verify;
  mailbox.token_is_secret = order_.reader.token;
  mailbox.nonce = order_.fetch_nonce;
  mailbox.folders = fetch.folders;
  mailbox.token = token_;
  mailbox.key = order_.key;
  mailbox.reports = true;
  mailbox.remove = std::ranges::any_of(
      steps, [](const Step& step) { return std::holds_alternative<Delete>(step.action); });
  watch_->again = began_;
  watch_->signals.until = deadline_;
}

std::optional<Trip::Leg> Trip::next(Instant now) {
  look_for_acceptance();
  if (watch_ != nullptr && !watch_->runs && !watch_->over && now >= watch_->again) {
    return next_visit(now);
  }
  if (!mail_runs_ && !mails_over() && (watch_ == nullptr || watch_->ready)) return next_mail(now);
  return std::nullopt;
}

// What the transactions that run have seen since the last turn.
void Trip::look_for_acceptance() {
  if (watch_ != nullptr && watch_->runs && watch_->result.ready_at) watch_->ready = true;
  if (accepted_) return;
  for (const Mail& mail : mails_) {
    if (mail.sending == nullptr || !mail.sending->accepted()) continue;
    mailed_ = mail.sending->mailed();
    accepted_ = mail.sending->accepted();
  }
  if (!mails_over() || mail_runs_ || watch_ == nullptr) return;
  // Nothing will come, unless a server has taken the message without saying so.
  const bool unsure = std::ranges::any_of(mails_, [](const Mail& mail) {
    return mail.sending != nullptr && mail.sending->sent() == Sent::unsure;
  });
  if (accepted_ || unsure) return;
  watch_->signals.stop = true;
  if (!watch_->runs) watch_->over = true;
}

std::optional<Trip::Leg> Trip::next_mail(Instant now) {
  Mail& mail = mails_[mail_at_];
  mail.sending = std::make_unique<Sending>(send_order_, mail.steps, mail.first, variables_);
  mail_runs_ = true;
  const bool starttls = std::ranges::any_of(
      mail.steps, [](const Step& step) { return std::holds_alternative<StartTls>(step.action); });
  return Leg{.number = mail_at_ + 1,
             .endpoint = &mail.report.endpoint,
             .tls = tls_of(mail.report.endpoint, starttls),
             .transaction = mail.sending.get(),
             .time_left = std::max(deadline_ - now, kTimeLeast),
             .session_octets_max = probe::kSessionOctetsMax};
}

std::optional<Trip::Leg> Trip::next_visit(Instant now) {
  Watch& watch = *watch_;
  watch.result = {};
  watch.runs = true;
  watch.again = kNever;
  ++watch.report.visits;
  watch.order.wall_at_begin = std::chrono::floor<std::chrono::seconds>(send_order_.wall_time(now));
  if (is_pop3(watch.report.endpoint)) {
    watch.transaction =
        std::make_unique<Pop3Transaction>(watch.order, watch.signals, watch.seen, watch.result);
  } else {
    watch.transaction = std::make_unique<ImapTransaction>(watch.order, watch.signals, watch.result);
  }
  // The visit ends by itself at the deadline; its last look may take a little longer.
  return Leg{.number = 0,
             .endpoint = &watch.report.endpoint,
             .tls = tls_of(watch.report.endpoint, !watch.order.allow_in_clear),
             .transaction = watch.transaction.get(),
             .time_left = std::max(deadline_ - now, Duration::zero()) + kLastLook,
             .session_octets_max = kMailboxSessionOctetsMax};
}

Instant Trip::wake() const {
  return watch_ != nullptr && !watch_->runs && !watch_->over ? watch_->again : kNever;
}

void Trip::on_resolved(std::size_t leg, const Address& ip, Duration took) {
  if (leg == 0) {
    watch_->report.ip = ip;
    watch_->report.times = {{Phase::dns, took}};
  } else {
    mails_[leg - 1].report.ip = ip;
    mails_[leg - 1].report.times = {{Phase::dns, took}};
  }
}

void Trip::on_end(std::size_t leg, const probe::Observation& seen, Instant now) {
  if (leg != 0) {
    Mail& mail = mails_[leg - 1];
    mail.sending->on_end(seen, now);
    SentReport& report = mail.report;
    report.times.insert(report.times.end(), mail.sending->times().begin(),
                        mail.sending->times().end());
    report.steps = mail.sending->results();
    return end_of_mail(mail);
  }
  Watch& watch = *watch_;
  add_mailbox_times(seen, watch.result, accepted_, watch.report.times);
  watch.local = seen.outcome() == mxsweep::Outcome::local;
  std::string fault = watch.result.fault;
  Phase until = watch.result.until;
  // A login that fails again and again locks the account.
  watch.barred = !fault.empty() && (until == Phase::login || until == Phase::fetch_tls);
  if (fault.empty() && seen.outcome() != mxsweep::Outcome::ok) {
    fault = row_of(seen.cause()).sentence;
    if (!watch.result.logged_in_at) until = mailbox_phase_of(seen.phase());
  }
  end_of_visit(now, std::move(fault), until);
}

void Trip::on_unreachable(std::size_t leg, Cause cause, Instant now) {
  const std::string_view why = row_of(cause).sentence;
  const bool local = outcome_of(cause) == mxsweep::Outcome::local;
  if (leg == 0) {
    watch_->local = local;
    return end_of_visit(now, std::string(why), Phase::fetch_connect);
  }
  Mail& mail = mails_[leg - 1];
  mail.local = local;
  mail.sending.reset();
  mail.report.steps.push_back({.step = mail.first, .phase = Phase::dns, .fault = std::string(why)});
  end_of_mail(mail);
}

// After a failure, later connections are made only for steps that always run.
void Trip::end_of_mail(const Mail& mail) {
  mail_runs_ = false;
  const auto is_wanted = [](const Mail& later) {
    return std::ranges::any_of(later.steps, [](const Step& step) { return step.always; });
  };
  const bool failed = std::ranges::any_of(
      mail.report.steps, [](const StepResult& step) { return !step.fault.empty(); });
  if (!mails_over()) ++mail_at_;
  while (failed && mail_at_ < mails_.size() && !is_wanted(mails_[mail_at_])) ++mail_at_;
  look_for_acceptance();
}

void Trip::end_of_visit(Instant now, std::string fault, Phase until) {
  Watch& watch = *watch_;
  watch.runs = false;
  watch.ready = true;
  watch.failed = !fault.empty();
  watch.result.fault = std::move(fault);
  watch.result.until = until;
  watch.report.swept += watch.result.swept;
  if (watch.header.empty()) watch.header = std::exchange(watch.result.header, {});
  watch.report.last = watch.result;
  const std::size_t look = std::min<std::size_t>(watch.report.visits, kLookAgain.size()) - 1;
  const Duration pause = watch.failed ? kMailboxAgain : kLookAgain[look];
  watch.over = watch.barred || watch.result.seen() || watch.signals.stop ||
               now + pause >= deadline_ || (!watch.failed && !is_pop3(watch.report.endpoint));
  if (watch.result.report && watch.result.report->failed) watch.over = true;
  watch.again = now + pause;
}

void Trip::interrupt() {
  interrupted_ = true;
  mail_at_ = mails_.size();
  if (watch_ == nullptr) return;
  watch_->signals.stop = true;
  if (!watch_->runs) watch_->over = true;
}

bool Trip::mails_over() const { return mail_at_ >= mails_.size(); }

bool Trip::done() const {
  return mails_over() && !mail_runs_ && (watch_ == nullptr || (watch_->over && !watch_->runs));
}

}  // namespace mxsweep::roundtrip
