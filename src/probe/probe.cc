// SPDX-License-Identifier: MIT
#include "mxsweep/probe/probe.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/verdict/classify.h"

namespace mxsweep::probe {
namespace {

// A greeting, an EHLO reply and a 221 of ordinary size fit into one allocation.
constexpr std::size_t kHeardOctetsUsual = 320;

// Of a reply that is none, as much as a reader of the record needs.
constexpr std::size_t kNoiseOctetsKept = 1024;

std::uint32_t microseconds(Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max() - 1;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, kMost));
}

Outcome outcome_of_failure(Cause cause) {
  return cause == Cause::local_interrupted ? Outcome::local : Outcome::failed;
}

}  // namespace

Wants Probe::on_started(Instant now) {
  started_ = now;
  enter(Phase::connect, now);
  return await({}, plan_->connect_timeout, now);
}

Wants Probe::on_connected(Instant now) {
  stop_watch(now);
  if (plan_->depth == Depth::connect) {
    decided_ = Phase::connect;
    return finish(now, /*abort=*/false);
  }
  enter(Phase::greeting, now);
  return await({}, plan_->greeting_timeout, now);
}

Wants Probe::on_bytes(std::string_view octets, Instant now) {
  bytes_in_ += static_cast<std::uint32_t>(octets.size());
  if (state_ == smtp::State::leaving) {
    // Nothing was asked any more. Bounded like the rest of the session.
    anomalies_.add(Anomaly::unsolicited_octets);
    if (bytes_in_ > kSessionOctetsMax) return finish(now, /*abort=*/true);
    return {.deadline = deadline_};
  }
  if (heard_.empty()) heard_.reserve(kHeardOctetsUsual);
  heard_.append(octets);
  switch (reader_.read(current())) {
    case smtp::ReplyStatus::complete: return on_reply(now);
    case smtp::ReplyStatus::malformed: return on_noise(verdict::classify_noise(current()), now);
    case smtp::ReplyStatus::too_long: return on_noise(Cause::protocol_flood, now);
    case smtp::ReplyStatus::need_more: break;
  }
  if (bytes_in_ > kSessionOctetsMax) return on_noise(Cause::protocol_flood, now);
  return {.deadline = deadline_};
}

Wants Probe::on_noise(Cause cause, Instant now) {
  if (conversing()) return fail(cause, now);
  // All that we wanted to know is known: what answers QUIT cannot spoil it.
  anomalies_.add(Anomaly::no_221);
  return finish(now, /*abort=*/true);
}

Wants Probe::on_reply(Instant now) {
  anomalies_.add(reader_.anomalies());
  const std::size_t reply_end = reply_begin_ + reader_.reached();
  if (reply_end < heard_.size()) {
    // Said before we asked anything: it answers nothing, and read as the next command's reply it
    // would put every later answer one command out of step.
    anomalies_.add(Anomaly::unsolicited_octets);
    heard_.resize(reply_end);
  }
  const int code = reader_.code();
  const bool satisfied = state_ == smtp::State::greeting && plan_->depth == Depth::greeting;
  const smtp::Transition* const row = smtp::find(state_, smtp::event_of(code, satisfied));
  INVARIANT(row != nullptr);
  if (row->declined) decline(current(), code);
  if (state_ == smtp::State::quit) {
    if (code != 221) anomalies_.add(Anomaly::no_221);
    heard_.resize(reply_begin_);
    state_ = row->to;
    return {.deadline = deadline_};
  }

  stop_watch(now);
  if (state_ == smtp::State::greeting) {
    greeting_code_ = static_cast<std::uint16_t>(code);
    greeting_end_ = ehlo_end_ = static_cast<std::uint32_t>(heard_.size());
  } else {
    if (state_ == smtp::State::helo) {
      // HELO's reply takes the place of the refusal of EHLO.
      heard_.erase(greeting_end_, reply_begin_ - greeting_end_);
      verb_ = results::Verb::helo;
      if (!row->declined) anomalies_.add(Anomaly::ehlo_refused);
    } else if (smtp::has_masked_keyword(current())) {
      anomalies_.add(Anomaly::masked_keyword);
    }
    ehlo_code_ = static_cast<std::uint16_t>(code);
    ehlo_end_ = static_cast<std::uint32_t>(heard_.size());
  }
  reply_begin_ = static_cast<std::uint32_t>(heard_.size());
  reader_ = {};
  return take(*row, now);
}

Wants Probe::take(const smtp::Transition& row, Instant now) {
  state_ = row.to;
  switch (row.action) {
    case smtp::Action::send_ehlo:
      enter(Phase::ehlo, now);
      return await(plan_->commands.ehlo, plan_->command_timeout, now);
    case smtp::Action::send_helo: return await(plan_->commands.helo, plan_->command_timeout, now);
    case smtp::Action::send_quit:
      enter(Phase::quit, now);
      return await(plan_->commands.quit, plan_->quit_timeout, now);
    case smtp::Action::await_close:
      enter(Phase::quit, now);
      return await({}, plan_->quit_timeout, now);
  }
  INVARIANT(false && "an action outside its list");
  return {};
}

Wants Probe::on_closed(Instant now) {
  if (conversing() && !current().empty()) anomalies_.add(Anomaly::truncated_reply);
  if (state_ == smtp::State::quit) anomalies_.add(Anomaly::no_221);
  if (state_ == smtp::State::helo) {
    // The refusal of EHLO was this server's last word.
    decline({heard_.data() + greeting_end_, ehlo_end_ - greeting_end_}, ehlo_code_);
  } else if (conversing()) {
    return fail(Cause::net_closed_early, now);
  }
  return finish(now, /*abort=*/false);
}

Wants Probe::on_error(int error, Instant now) {
  if (phase_ != Phase::connect && !conversing()) {
    // After QUIT a reset is as good as a close, but for the 221 that it swallowed.
    return on_closed(now);
  }
  socket_errno_ = error;
  if (state_ == smtp::State::helo) return on_closed(now);
  const verdict::Verdict verdict = verdict::classify_errno(phase_, error);
  fail(verdict.cause, now);
  outcome_ = verdict.outcome;
  return {.done = true};
}

Wants Probe::on_deadline(Instant now) {
  if (phase_ == Phase::connect) return fail(Cause::net_timeout, now);
  if (conversing()) {
    return fail(current().empty() ? Cause::protocol_silent : Cause::protocol_tarpit, now);
  }
  anomalies_.add(state_ == smtp::State::quit ? Anomaly::no_221 : Anomaly::no_close);
  return finish(now, /*abort=*/true);
}

Wants Probe::on_interrupted(Instant now) {
  if (phase_ == Phase::connect || conversing()) return fail(Cause::local_interrupted, now);
  return finish(now, /*abort=*/true);
}

void Probe::decline(std::string_view reply, int code) {
  const verdict::Verdict verdict = verdict::classify_reply(phase_, code, reply);
  outcome_ = verdict.outcome;
  cause_ = verdict.cause;
  decided_ = phase_;
}

Wants Probe::fail(Cause cause, Instant now) {
  outcome_ = outcome_of_failure(cause);
  cause_ = cause;
  decided_ = phase_;
  anomalies_.add(reader_.anomalies());
  // What came last is no reply, but a reader of the record wants to see how it began.
  heard_.resize(std::min(heard_.size(), reply_begin_ + kNoiseOctetsKept));
  return finish(now, /*abort=*/phase_ != Phase::connect);
}

Wants Probe::finish(Instant now, bool abort) {
  stop_watch(now);
  total_us_ = microseconds(now - started_);
  done_ = true;
  return {.done = true, .abort = abort};
}

Wants Probe::await(std::string_view send, Duration patience, Instant now) {
  bytes_out_ += static_cast<std::uint32_t>(send.size());
  deadline_ = std::min(now + patience, started_ + plan_->session_timeout);
  return {.send = send, .deadline = deadline_};
}

void Probe::enter(Phase phase, Instant now) {
  phase_ = phase;
  phase_began_ = now;
}

void Probe::stop_watch(Instant now) {
  took_us_[static_cast<std::size_t>(phase_)] = microseconds(now - phase_began_);
}

bool Probe::conversing() const {
  return phase_ != Phase::connect && (state_ == smtp::State::greeting ||
                                      state_ == smtp::State::ehlo || state_ == smtp::State::helo);
}

std::string_view Probe::current() const { return std::string_view(heard_).substr(reply_begin_); }

results::Offered Probe::starttls_offered() const {
  if (ehlo_code_ != 250 || verb_ != results::Verb::ehlo) return results::Offered::not_known;
  const std::string_view reply =
      std::string_view(heard_).substr(greeting_end_, ehlo_end_ - greeting_end_);
  if (smtp::offers(reply, "STARTTLS")) return results::Offered::yes;
  // A keyword that a middlebox has written over may have been this one.
  return anomalies_.has(Anomaly::masked_keyword) ? results::Offered::not_known
                                                 : results::Offered::no;
}

results::Record Probe::record() const {
  INVARIANT(done_);
  results::Record record;
  record.outcome = outcome_;
  record.phase = decided_;
  record.cause = cause_;
  record.socket_errno = socket_errno_;
  const std::string_view heard = heard_;
  if (greeting_code_ != 0) record.greeting = {greeting_code_, heard.substr(0, greeting_end_)};
  record.verb = verb_;
  if (ehlo_code_ != 0) {
    record.ehlo = {ehlo_code_, heard.substr(greeting_end_, ehlo_end_ - greeting_end_)};
  }
  if (outcome_ != Outcome::ok) {
    if (outcome_ == Outcome::failed || outcome_ == Outcome::local) {
      record.reply = {0, current()};
    } else {
      record.reply = decided_ == Phase::greeting ? record.greeting : record.ehlo;
    }
  }
  record.starttls_known = plan_->depth >= Depth::ehlo;
  record.starttls_offered = starttls_offered();
  record.anomalies = anomalies_;
  record.bytes_in = bytes_in_;
  record.bytes_out = bytes_out_;
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (took_us_[i] != kNotReachedUs) record.ms.of[i] = std::chrono::microseconds{took_us_[i]};
  }
  record.ms.total = std::chrono::microseconds{total_us_};
  return record;
}

}  // namespace mxsweep::probe
