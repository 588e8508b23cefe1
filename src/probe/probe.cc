// SPDX-License-Identifier: MIT
#include "mxsweep/probe/probe.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/verdict/classify.h"
#include "probe/secure.h"

namespace mxsweep::probe {
namespace {

// A greeting, an EHLO reply and a 221 of ordinary size fit into one allocation.
constexpr std::size_t kHeardOctetsUsual = 320;

// Of a reply that is none, as much as a reader of the record needs.
constexpr std::size_t kNoiseOctetsKept = 1024;

}  // namespace

targets::TlsMode tls_mode(const Plan& plan, const targets::Target& target) {
  using targets::TlsMode;
  const TlsMode mode = target.tls == TlsMode::from_flags ? plan.tls_mode : target.tls;
  if (plan.tls == nullptr) return TlsMode::off;
  return mode == TlsMode::automatic && target.port == kImplicitTlsPort ? TlsMode::implicit : mode;
}

Probe::Probe(const Plan& plan, const targets::Target& target)
    : plan_(&plan),
      target_(&target),
      mode_(tls_mode(plan, target)),
      state_(mode_ == targets::TlsMode::implicit ? smtp::State::implicit_tls
                                                 : smtp::State::greeting) {}

Probe::Probe(Probe&&) noexcept = default;

Probe::~Probe() = default;

Wants Probe::on_started(Instant now, std::uint32_t others) {
  started_ = now;
  burst_ = others >= kBurstConnections;
  enter(Phase::connect, now);
  return await({}, plan_->connect_timeout, now);
}

Wants Probe::on_connected(Instant now, Instant heard) {
  phase_began_ += now - heard;  // As in on_bytes().
  stop_watch(now);
  if (plan_->depth == Depth::connect) {
    decided_ = Phase::connect;
    return finish(now, /*abort=*/false);
  }
  if (state_ == smtp::State::implicit_tls) return sealed(begin_tls(now));
  enter(Phase::greeting, now);
  return await({}, plan_->greeting_timeout, now);
}

Wants Probe::on_bytes(std::string_view octets, Instant now, Instant heard) {
  bytes_in_ += static_cast<std::uint32_t>(octets.size());
  // Our own wait is taken out of this phase's latency by beginning it that much later.
  phase_began_ += now - heard;
  Wants wants = sealed(secure_ == nullptr ? on_clear(octets, now) : on_ciphertext(octets, now));
  // Part of a reply, part of a flight, a session ticket. When all is said, nothing is held back.
  wants.acknowledge = wants.send.empty() && !wants.done && state_ != smtp::State::leaving;
  return wants;
}

// Reply by reply: what stands behind one is read as if it had come later.
Wants Probe::on_clear(std::string_view octets, Instant now) {
  Wants wants{.deadline = deadline_};
  while (!octets.empty() && !wants.done) {
    const bool tls_begun = state_ == smtp::State::handshake;
    follow(wants,
           tls_begun ? on_ciphertext(std::exchange(octets, {}), now) : read_reply(octets, now));
  }
  return wants;
}

// Leaves in `octets` what stands behind the reply.
Wants Probe::read_reply(std::string_view& octets, Instant now) {
  if (state_ == smtp::State::leaving) {
    // Nothing was asked any more. Bounded like the rest of the session.
    octets = {};
    anomalies_.add(Anomaly::unsolicited_octets);
    if (bytes_in_ > kSessionOctetsMax) return on_noise(Cause::protocol_flood, now);
    return {.deadline = deadline_};
  }
  if (heard_.empty()) heard_.reserve(kHeardOctetsUsual);
  heard_.append(octets);
  const smtp::ReplyStatus status = reader_.read(current());
  if (status == smtp::ReplyStatus::complete) {
    const std::size_t reply_end = reply_begin_ + reader_.reached();
    octets.remove_prefix(octets.size() - (heard_.size() - reply_end));
    heard_.resize(reply_end);
    heard_.erase(reply_begin_, reader_.begin());
    return on_reply(now);
  }
  octets = {};
  if (status == smtp::ReplyStatus::malformed) {
    return on_noise(verdict::classify_noise(current()), now);
  }
  if (status == smtp::ReplyStatus::too_long || bytes_in_ > kSessionOctetsMax) {
    return on_noise(Cause::protocol_flood, now);
  }
  return {.deadline = deadline_};
}

Wants Probe::on_noise(Cause cause, Instant now) {
  if (conversing()) return fail(cause, now);
  // All that we wanted to know is known: what answers QUIT cannot spoil it.
  if (state_ == smtp::State::quit) anomalies_.add(Anomaly::no_221);
  return finish(now, /*abort=*/true);
}

Wants Probe::on_reply(Instant now) {
  anomalies_.add(reader_.anomalies());
  const int code = reader_.code();
  const smtp::Transition* const row = smtp::find(state_, event_of(code));
  INVARIANT(row != nullptr);
  if (row->action == smtp::Action::read_on) return on_stray_reply(now);
  if (row->declined) decline(current(), code);
  stop_watch(now);
  keep_reply(code, row->declined);
  reply_begin_ = static_cast<std::uint32_t>(heard_.size());
  reader_ = {};
  return take(*row, now);
}

// The deadline stays that of the command.
Wants Probe::on_stray_reply(Instant now) {
  anomalies_.add(Anomaly::stray_reply);
  stray_heard_ = true;
  heard_.resize(reply_begin_);
  reader_ = {};
  if (++strays_ > kStrayRepliesMax) return on_noise(Cause::protocol_flood, now);
  return {.deadline = deadline_};
}

smtp::Event Probe::event_of(int code) const {
  const smtp::Event event = smtp::event_of(state_, code);
  if (event != smtp::Event::accepted) return event;
  if ((state_ == smtp::State::greeting && plan_->depth == Depth::greeting) ||
      (state_ == smtp::State::ehlo && plan_->depth == Depth::ehlo)) {
    return smtp::Event::satisfied;
  }
  const bool offered =
      state_ == smtp::State::ehlo && wants_starttls() && smtp::offers(current(), "STARTTLS");
  return offered ? smtp::Event::offers_tls : event;
}

// Puts the reply that was read into its place in the record.
void Probe::keep_reply(int code, bool declined) {
  const auto heard_end = static_cast<std::uint32_t>(heard_.size());
  switch (state_) {
    case smtp::State::greeting:
      greeting_code_ = static_cast<std::uint16_t>(code);
      greeting_end_ = ehlo_end_ = heard_end;
      return;
    case smtp::State::helo:
      // HELO's reply takes the place of the refusal of EHLO.
      heard_.erase(greeting_end_, reply_begin_ - greeting_end_);
      verb_ = results::Verb::helo;
      if (!declined) anomalies_.add(Anomaly::ehlo_refused);
      [[fallthrough]];
    case smtp::State::ehlo:
      if (state_ == smtp::State::ehlo) look_at_capabilities();
      ehlo_code_ = static_cast<std::uint16_t>(code);
      ehlo_end_ = static_cast<std::uint32_t>(heard_.size());
      if (code == 250) require_starttls();
      return;
    case smtp::State::starttls:
      starttls_code_ = static_cast<std::uint16_t>(code);
      if (!declined) heard_.resize(reply_begin_);
      return;
    case smtp::State::ehlo_tls: ehlo_tls_code_ = static_cast<std::uint16_t>(code); return;
    case smtp::State::quit:
      if (code != 221) anomalies_.add(Anomaly::no_221);
      heard_.resize(reply_begin_);
      return;
    case smtp::State::implicit_tls:
    case smtp::State::handshake:
    case smtp::State::leaving: break;
  }
  INVARIANT(false && "a reply where none is read");
}

// Of the reply to EHLO that was read.
void Probe::look_at_capabilities() {
  if (reader_.code() != 250) return;
  if (smtp::has_masked_keyword(current())) anomalies_.add(Anomaly::masked_keyword);
  if (smtp::Capabilities(current()).host().empty()) anomalies_.add(Anomaly::ehlo_without_host);
}

Wants Probe::take(const smtp::Transition& row, Instant now) {
  state_ = row.to;
  switch (row.action) {
    case smtp::Action::await_greeting:
      enter(Phase::greeting, now);
      return await({}, plan_->greeting_timeout, now);
    case smtp::Action::send_ehlo:
      enter(row.to == smtp::State::ehlo_tls ? Phase::ehlo_tls : Phase::ehlo, now);
      return await(plan_->commands.ehlo, plan_->command_timeout, now);
    case smtp::Action::send_helo: return await(plan_->commands.helo, plan_->command_timeout, now);
    case smtp::Action::send_starttls:
      enter(Phase::starttls, now);
      return await(plan_->commands.starttls, plan_->command_timeout, now);
    case smtp::Action::begin_tls: return begin_tls(now);
    case smtp::Action::send_quit:
      enter(Phase::quit, now);
      return await(plan_->commands.quit, plan_->quit_timeout, now);
    case smtp::Action::await_close: phase_ = Phase::quit; return await({}, plan_->close_grace, now);
    case smtp::Action::read_on: break;
  }
  INVARIANT(false && "an action outside its list");
  return {};
}

Wants Probe::on_closed(Instant now) { return sealed(closed(now)); }

Wants Probe::closed(Instant now) {
  if (secure_ != nullptr && !secure_->goodbye_heard &&
      secure_->engine->status() == tls::EngineState::established) {
    anomalies_.add(Anomaly::no_close_notify);
  }
  const Cause noise = cause_of_noise();
  if (conversing() && noise != Cause::none) return fail(noise, now);
  if (conversing() && !current().empty()) anomalies_.add(Anomaly::truncated_reply);
  if (state_ == smtp::State::quit) anomalies_.add(Anomaly::no_221);
  if (state_ == smtp::State::helo) {
    // The refusal of EHLO was this server's last word.
    decline(ehlo_reply(), ehlo_code_);
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
  if (cause_of_noise() != Cause::none) return on_closed(now);
  socket_errno_ = error;
  if (state_ == smtp::State::helo) return on_closed(now);
  fail(verdict::classify_errno(phase_, error).cause, now);
  return {.done = true};
}

Wants Probe::on_deadline(Instant now) {
  if (phase_ == Phase::connect) return fail(Cause::net_timeout, now);
  if (conversing()) return fail(cause_of_deadline(), now);
  if (state_ == smtp::State::leaving && !sending_ended_) return sealed(stop_sending(now));
  anomalies_.add(state_ == smtp::State::quit ? Anomaly::no_221 : Anomaly::no_close);
  return finish(now, /*abort=*/true);
}

// The server may be waiting for us to close.
Wants Probe::stop_sending(Instant now) {
  sending_ended_ = true;
  say_goodbye();
  Wants wants = await({}, plan_->quit_timeout, now);
  wants.half_close = secure_ == nullptr;  // Under TLS close_notify says it.
  return wants;
}

// What came and was neither a reply nor TLS, and nothing that was one came after it.
Cause Probe::cause_of_noise() const {
  if (secure_ != nullptr && !secure_->engine->secured()) {
    const bool text = secure_->clear_until_now &&
                      (!current().empty() || anomalies_.has(Anomaly::plaintext_after_starttls));
    return text ? Cause::tls_not_tls : Cause::none;
  }
  return reader_.saw_text() ? Cause::protocol_not_smtp : Cause::none;
}

Cause Probe::cause_of_deadline() const {
  const Cause noise = cause_of_noise();
  if (noise != Cause::none) return noise;
  if (secure_ != nullptr && !secure_->engine->secured()) {
    if (secure_->records_heard) return Cause::protocol_tarpit;
  } else if (!current().empty()) {
    return Cause::protocol_tarpit;
  } else if (stray_heard_) {
    return Cause::protocol_not_smtp;  // It talks, and not about what it was asked.
  }
  return bytes_in_ == 0 && burst_ ? Cause::local_burst : Cause::protocol_silent;
}

Wants Probe::on_interrupted(Instant now) {
  if (phase_ == Phase::connect || conversing()) return fail(Cause::local_interrupted, now);
  return finish(now, /*abort=*/true);
}

void Probe::decline(std::string_view reply, int code) {
  const verdict::Verdict verdict =
      verdict::classify_reply(phase_, code, reply, plan_->commands.ehlo);
  outcome_ = verdict.outcome;
  cause_ = verdict.cause;
  decided_ = phase_;
  declined_ = true;
}

// The user insists on STARTTLS, and the reply to EHLO or HELO has just been kept. The conversation
// goes on: a later refusal says more.
void Probe::require_starttls() {
  if (mode_ != targets::TlsMode::starttls || plan_->depth != Depth::tls) return;
  if (starttls_offered() == results::Offered::yes) return;
  outcome_ = Outcome::degraded;
  cause_ = anomalies_.has(Anomaly::masked_keyword) ? Cause::config_middlebox_strips_starttls
                                                   : Cause::starttls_not_supported;
  decided_ = Phase::ehlo;
}

Wants Probe::fail(Cause cause, Instant now) {
  outcome_ = outcome_of(cause);
  if (outcome_ == Outcome::failed && worked_in_clear()) outcome_ = Outcome::degraded;
  cause_ = cause;
  decided_ = phase_;
  anomalies_.add(reader_.anomalies());
  // What came last is no reply, but a reader of the record wants to see how it began.
  heard_.resize(std::min(heard_.size(), reply_begin_ + kNoiseOctetsKept));
  return finish(now, /*abort=*/phase_ != Phase::connect);
}

Wants Probe::finish(Instant now, bool abort) {
  if (state_ != smtp::State::leaving) stop_watch(now);  // The wait for the close is no phase's.
  done_ = true;
  if (secure_ != nullptr) {
    // A handshake that failed may have shown its certificates first.
    const bool shown = secure_->chain == nullptr && !secure_->engine->peer_chain().empty();
    if (shown) secure_->learn(*plan_->tls, plan_->wall_time(now));
    secure_->facts.client_certificate_requested = secure_->engine->client_certificate_requested();
    secure_->facts.alert = secure_->engine->alert();
  }
  return {.done = true, .abort = abort};
}

Wants Probe::await(std::string_view send, Duration patience, Instant now) {
  stray_heard_ = false;
  deadline_ = std::min(now + patience, started_ + plan_->session_timeout + excused_);
  return {.send = send, .deadline = deadline_};
}

// `next` comes of octets in the same piece as those of `wants`.
void Probe::follow(Wants& wants, const Wants& next) {
  const Wants before = std::exchange(wants, next);
  if (before.send.empty()) return;
  wants.send = before.send;
  wants.passing = before.passing;
  if (next.send.empty()) return;
  auto joined = std::make_unique<std::string>(before.send);
  joined->append(next.send);
  joined_ = std::move(joined);
  wants.send = *joined_;
  wants.passing = true;
}

void Probe::enter(Phase phase, Instant now) {
  phase_ = phase;
  phase_began_ = now;
}

void Probe::stop_watch(Instant now) {
  took_us_[static_cast<std::size_t>(phase_)] = microseconds(now - phase_began_);
}

bool Probe::wants_starttls() const {
  return plan_->depth == Depth::tls &&
         (mode_ == targets::TlsMode::automatic || mode_ == targets::TlsMode::starttls);
}

bool Probe::conversing() const { return phase_ != Phase::connect && state_ < smtp::State::quit; }

bool Probe::worked_in_clear() const {
  return state_ >= smtp::State::starttls && state_ < smtp::State::quit;
}

bool Probe::next_is_costly() const {
  if (phase_ == Phase::connect) return state_ == smtp::State::implicit_tls;
  return phase_ == Phase::starttls || phase_ == Phase::tls;
}

}  // namespace mxsweep::probe
