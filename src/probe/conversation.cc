// SPDX-License-Identifier: MIT
#include "mxsweep/probe/conversation.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/imap/dialogue.h"
#include "mxsweep/pop3/dialogue.h"
#include "mxsweep/results/json_text.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/dialogue.h"
#include "mxsweep/verdict/classify.h"
#include "probe/dialogues.h"
#include "probe/secure.h"

namespace mxsweep::probe {
namespace {

// How much is kept of octets that are no reply: enough to recognise them in the record.
constexpr std::size_t kNoiseOctetsKept = 1024;

}  // namespace

Protocol protocol_of(const Plan& plan, const targets::Target& target) {
  if (target.protocol) return *target.protocol;
  return plan.protocol.value_or(protocol_of_port(target.port));
}

targets::TlsMode tls_mode(const Plan& plan, const targets::Target& target) {
  using targets::TlsMode;
  const TlsMode mode = target.tls == TlsMode::from_flags ? plan.tls_mode : target.tls;
  if (plan.tls == nullptr) return TlsMode::off;
  return mode == TlsMode::automatic && is_implicit_tls_port(target.port) ? TlsMode::implicit : mode;
}

Conversation::Conversation(const Plan& plan, const targets::Target& target)
    : plan_(&plan),
      target_(&target),
      observation_(plan, probe::tls_mode(plan, target), protocol_of(plan, target)),
      reader_(protocol_of(plan, target)),
      mode_(probe::tls_mode(plan, target)),
      state_(mode_ == targets::TlsMode::implicit ? State::implicit_tls : State::greeting) {}

Conversation::Conversation(Conversation&&) noexcept = default;

Conversation::~Conversation() = default;

Wants Conversation::on_started(Instant now, std::uint32_t others) {
  observation_.started_ = now;
  burst_ = others >= kBurstConnections;
  begin_phase(Phase::connect, now);
  return await({}, plan_->connect_timeout, now);
}

Wants Conversation::on_connected(Instant now, Instant arrived) {
  phase_began_ += now - arrived;  // As in on_bytes().
  close_phase_time(now);
  if (plan_->depth == Depth::connect) {
    observation_.phase_ = Phase::connect;
    return finish(now, /*abort=*/false);
  }
  return encrypt(enter(state_, now));
}

Wants Conversation::on_bytes(std::string_view octets, Instant now, Instant arrived) {
  observation_.count_received(octets.size());
  // The wait on our side is taken out of this phase's latency: the phase begins that much later.
  phase_began_ += now - arrived;
  reply_began_ += now - arrived;
  Wants wants = encrypt(secure_ == nullptr ? on_clear(octets, now) : on_ciphertext(octets, now));
  // For part of a reply, part of a flight, a session ticket. After a 221, nothing is held back.
  wants.acknowledge = wants.send.empty() && !wants.done && state_ != State::leaving;
  return wants;
}

// Reply by reply: the octets after one are read as if they had arrived later.
Wants Conversation::on_clear(std::string_view octets, Instant now) {
  Wants wants{.deadline = deadline_};
  while (!octets.empty() && !wants.done) {
    if (row().phase == Phase::tls) {
      follow(wants, on_ciphertext(std::exchange(octets, {}), now));
    } else if (state_ == State::transaction) {
      keep_until_sent(wants);
      follow(wants, make_move(plan_->transaction->on_bytes(std::exchange(octets, {}), now), now));
    } else {
      follow(wants, read_reply(octets, now));
    }
  }
  return wants;
}

// Leaves in `octets` those after the reply.
Wants Conversation::read_reply(std::string_view& octets, Instant now) {
  if (state_ == State::leaving) {
    // No reply is expected any more. Bounded like the rest of the session.
    octets = {};
    observation_.anomalies_.add(Anomaly::unsolicited_octets);
    if (observation_.bytes_in() > plan_->session_octets_max)
      return on_noise(Cause::protocol_flood, now);
    return {.deadline = deadline_};
  }
  const std::size_t before = observation_.unfinished().size();
  observation_.append(octets);
  const ReplyStatus status = reader_.read(observation_.unfinished(), state_);
  if (reader_.begin() >= before) reply_began_ = now;  // A text before it is no part of it.
  if (status == ReplyStatus::complete) {
    octets.remove_prefix(reader_.reached() - before);
    observation_.cut_unfinished(reader_.reached());
    observation_.drop_front(reader_.begin());
    return on_reply(now);
  }
  octets = {};
  if (status == ReplyStatus::malformed) {
    return on_noise(verdict::classify_noise(observation_.unfinished()), now);
  }
  if (status == ReplyStatus::too_long || observation_.bytes_in() > plan_->session_octets_max) {
    return on_noise(Cause::protocol_flood, now);
  }
  return {.deadline = deadline_};
}

Wants Conversation::on_noise(Cause cause, Instant now) {
  if (conversing()) return fail(cause, now);
  // There is no more to learn: the reply to QUIT does not change the outcome.
  if (expects_221()) observation_.anomalies_.add(Anomaly::no_221);
  return finish(now, /*abort=*/true);
}

Wants Conversation::on_reply(Instant now) {
  observation_.anomalies_.add(reader_.anomalies());
  if (reader_.anomalies().has(Anomaly::eight_bit) &&
      results::encoding_of(observation_.unfinished()) == results::Encoding::latin1) {
    observation_.anomalies_.add(Anomaly::not_utf8);
  }
  if (now - reply_began_ >= kTrickle) observation_.anomalies_.add(Anomaly::trickled);
  const int code = reader_.code();
  const Transition* const transition = find(protocol(), state_, event_of(code));
  INVARIANT(transition != nullptr);
  if (transition->reads_on()) return on_stray_reply(now);
  if (transition->declined) decline(observation_.unfinished(), code);
  close_phase_time(now);
  keep_reply(code, *transition);
  reader_.restart();
  return enter(transition->to, now);
}

// The deadline of the command does not move.
Wants Conversation::on_stray_reply(Instant now) {
  observation_.anomalies_.add(Anomaly::stray_reply);
  stray_received_ = true;
  observation_.cut_unfinished(0);
  reader_.restart();
  if (++strays_ > kStrayRepliesMax) return on_noise(Cause::protocol_flood, now);
  return {.deadline = deadline_};
}

Event Conversation::event_of(int code) const {
  const std::string_view reply = observation_.unfinished();
  const bool offers_tls = wants_starttls() && may_list_capabilities(protocol(), state_) &&
                          offers_starttls(protocol(), reply);
  const Event event = probe::event_of(protocol(), state_, code, reply, plan_->depth, offers_tls);
  if (plan_->transaction == nullptr) return event;
  // A transaction takes the place of asking for no more.
  const Transition* const transition = find(protocol(), state_, event);
  const bool enough = transition != nullptr && transition->to == State::quit &&
                      !transition->declined && row().learning;
  return enough ? Event::transacts : event;
}

// Keeps the reply that was read, and what it shows beside its code.
void Conversation::keep_reply(int code, const Transition& transition) {
  const bool succeeded = is_success(protocol(), state_, code);
  switch (state_) {
    case State::ehlo: look_at_capabilities(); break;
    case State::helo:
      // This reply replaces the refusal of EHLO.
      observation_.verb_ = results::Verb::helo;
      if (!transition.declined) observation_.anomalies_.add(Anomaly::ehlo_refused);
      break;
    case State::quit:
      if (!succeeded) observation_.anomalies_.add(Anomaly::no_221);
      break;
    case State::relay:
      if (succeeded) {
        observation_.decide(outcome_of(Cause::config_open_relay), Cause::config_open_relay, phase_);
        observation_.declined_ = true;
      }
      break;
    case State::greeting:
    case State::starttls:
    case State::ehlo_tls:
    case State::mail:
    case State::rcpt:
    case State::rset: break;
    case State::implicit_tls:
    case State::handshake:
    case State::transaction:
    case State::leaving: INVARIANT(false && "a reply where none is read");
  }
  if (transition.declined || row().keeps_reply || plan_->keep_all_replies) {
    observation_.keep_reply(row().phase, code);
  } else {
    observation_.keep_code(row().phase, code);
  }
  const bool listed = row().phase == Phase::ehlo || may_list_capabilities(protocol(), state_);
  if (listed && !transition.declined && transition.to != State::helo) require_starttls();
}

// Requires: the reply to EHLO was read.
void Conversation::look_at_capabilities() {
  if (protocol() != Protocol::smtp || reader_.code() != 250) return;
  if (smtp::has_masked_keyword(observation_.unfinished()))
    observation_.anomalies_.add(Anomaly::masked_keyword);
  if (smtp::Capabilities(observation_.unfinished()).host().empty())
    observation_.anomalies_.add(Anomaly::ehlo_without_host);
}

Wants Conversation::enter(State state, Instant now) {
  state_ = state;
  if (row().phase != phase_) begin_phase(row().phase, now);
  if (row().phase == Phase::tls) return begin_tls(now);
  if (state_ == State::transaction) return begin_transaction(now);
  return await(next_command(), plan_->timeout_of(row().wait), now);
}

Wants Conversation::begin_transaction(Instant now) {
  const bool under_tls = secure_ != nullptr;
  // IMAP's greeting may be what lists them.
  std::string_view capabilities = observation_.reply(Phase::greeting);
  if (observation_.code(Phase::ehlo) != 0) capabilities = observation_.reply(Phase::ehlo);
  if (observation_.code(Phase::ehlo_tls) != 0) capabilities = observation_.reply(Phase::ehlo_tls);
  return make_move(
      plan_->transaction->begin({observation_, protocol(), under_tls, capabilities}, now), now);
}

Wants Conversation::make_move(const Transaction::Move& move, Instant now) {
  if (!move.finished) {
    if (observation_.bytes_in() > plan_->session_octets_max) {
      return fail(Cause::protocol_flood, now);
    }
    Wants wants = await(move.send, move.deadline - now, now);
    wants.transient = true;
    return wants;
  }
  close_phase_time(now);
  return enter(find(protocol(), state_, Event::satisfied)->to, now);
}

// The next move of a transaction ends the lifetime of the one before.
void Conversation::keep_until_sent(Wants& wants) {
  if (!wants.transient || wants.send.empty()) return;
  joined_ = std::make_unique<std::string>(wants.send);
  wants.send = *joined_;
}

// RFC 1870 section 6: the size is a parameter for servers that have offered it.
std::string_view Conversation::next_command() const {
  if (protocol() == Protocol::imap) return imap::exchange_in(state_).command;
  if (protocol() == Protocol::pop3) return pop3::exchange_in(state_).command;
  smtp::Command command = smtp::exchange_in(state_).command;
  if (command == smtp::Command::mail) {
    const Phase latest = observation_.code(Phase::ehlo_tls) != 0 ? Phase::ehlo_tls : Phase::ehlo;
    if (smtp::offers(observation_.reply(latest), "SIZE")) command = smtp::Command::mail_with_size;
  }
  return plan_->commands[command];
}

Wants Conversation::on_closed(Instant now) { return encrypt(closed(now)); }

Wants Conversation::closed(Instant now) {
  if (secure_ != nullptr && !secure_->close_received &&
      secure_->engine.status() == tls::EngineState::established) {
    observation_.anomalies_.add(Anomaly::no_close_notify);
  }
  const Cause noise = cause_of_noise();
  if (conversing() && noise != Cause::none) return fail(noise, now);
  if (conversing() && !observation_.unfinished().empty())
    observation_.anomalies_.add(Anomaly::truncated_reply);
  if (expects_221()) observation_.anomalies_.add(Anomaly::no_221);
  if (state_ == State::helo) {
    // The refusal of EHLO was the last reply of this server.
    decline(observation_.reply(Phase::ehlo), observation_.code(Phase::ehlo));
  } else if (conversing()) {
    return fail(Cause::net_closed_early, now);
  }
  return finish(now, /*abort=*/false);
}

Wants Conversation::on_error(int error, Instant now) {
  if (phase_ != Phase::connect && !conversing()) {
    // After QUIT a reset counts as a close; a 221 that it discarded counts as missing.
    return on_closed(now);
  }
  if (cause_of_noise() != Cause::none) return on_closed(now);
  observation_.socket_errno_ = static_cast<std::uint16_t>(error);
  if (state_ == State::helo) return on_closed(now);
  fail(verdict::classify_errno(phase_, error).cause, now);
  return {.done = true};
}

Wants Conversation::on_deadline(Instant now) {
  if (phase_ == Phase::connect) return fail(Cause::net_timeout, now);
  if (state_ == State::transaction && now < session_end()) {
    return encrypt(make_move(plan_->transaction->on_deadline(now), now));
  }
  if (conversing()) return fail(cause_of_deadline(), now);
  if (state_ == State::leaving && !sending_ended_) return encrypt(stop_sending(now));
  observation_.anomalies_.add(expects_221() ? Anomaly::no_221 : Anomaly::no_close);
  return finish(now, /*abort=*/true);
}

// The server may be waiting for us to close.
Wants Conversation::stop_sending(Instant now) {
  sending_ended_ = true;
  close_tls();
  Wants wants = await({}, plan_->quit_timeout, now);
  wants.half_close = secure_ == nullptr;  // Under TLS, close_notify does that.
  return wants;
}

// The cause if octets were received that are neither a reply nor TLS, and neither came after them.
Cause Conversation::cause_of_noise() const {
  if (secure_ != nullptr && !secure_->engine.secured()) {
    const bool text = secure_->clear_until_now &&
                      (!observation_.unfinished().empty() ||
                       observation_.anomalies_.has(Anomaly::plaintext_after_starttls));
    return text ? Cause::tls_not_tls : Cause::none;
  }
  return reader_.saw_text() ? Cause::protocol_not_smtp : Cause::none;
}

Cause Conversation::cause_of_deadline() const {
  const Cause noise = cause_of_noise();
  if (noise != Cause::none) return noise;
  if (secure_ != nullptr && !secure_->engine.secured()) {
    if (secure_->records_received) return Cause::protocol_tarpit;
  } else if (!observation_.unfinished().empty()) {
    return Cause::protocol_tarpit;
  } else if (stray_received_) {
    return Cause::protocol_not_smtp;  // It sent replies, but none to the command.
  }
  return observation_.bytes_in() == 0 && burst_ ? Cause::local_burst : Cause::protocol_silent;
}

Wants Conversation::on_interrupted(Instant now) {
  if (phase_ == Phase::connect || conversing()) return fail(Cause::local_interrupted, now);
  return finish(now, /*abort=*/true);
}

void Conversation::decline(std::string_view reply, int code) {
  const verdict::Verdict verdict =
      protocol() == Protocol::smtp ? verdict::classify_reply(phase_, code, reply,
                                                             {plan_->commands[smtp::Command::ehlo],
                                                              plan_->commands[smtp::Command::rcpt]})
                                   : verdict::classify_refusal(protocol(), phase_, reply);
  observation_.decide(verdict.outcome, verdict.cause, phase_);
  observation_.declined_ = true;
}

// For --tls starttls, after the reply to EHLO, HELO or their counterparts was kept. The
// conversation goes on, because a later refusal is more precise.
void Conversation::require_starttls() {
  if (mode_ != targets::TlsMode::starttls || plan_->depth < Depth::tls) return;
  if (observation_.starttls_offered() == results::Offered::yes) return;
  observation_.decide(Outcome::degraded,
                      observation_.anomalies_.has(Anomaly::masked_keyword)
                          ? Cause::config_middlebox_strips_starttls
                          : Cause::starttls_not_supported,
                      phase_);
}

Wants Conversation::fail(Cause cause, Instant now) {
  Outcome outcome = outcome_of(cause);
  if (outcome == Outcome::failed && row().worked_before) outcome = Outcome::degraded;
  observation_.decide(outcome, cause, phase_);
  observation_.anomalies_.add(reader_.anomalies());
  // The last octets are no reply, but the record shows how they begin.
  observation_.cut_unfinished(kNoiseOctetsKept);
  return finish(now, /*abort=*/phase_ != Phase::connect);
}

Wants Conversation::finish(Instant now, bool abort) {
  // The wait for the close belongs to no phase.
  if (state_ != State::leaving) close_phase_time(now);
  observation_.ended_ = true;
  if (secure_ != nullptr) learn_tls_end(now);
  observation_.compare_all(mode_ == targets::TlsMode::implicit);
  return {.done = true, .abort = abort};
}

Wants Conversation::await(std::string_view send, Duration patience, Instant now) {
  stray_received_ = false;
  deadline_ = std::min(now + patience, session_end());
  return {.send = send, .deadline = deadline_};
}

// `next` results from octets of the same piece as those of `wants`.
void Conversation::follow(Wants& wants, const Wants& next) {
  const Wants before = std::exchange(wants, next);
  if (before.send.empty()) return;
  wants.send = before.send;
  wants.transient = before.transient;
  if (next.send.empty()) return;
  auto joined = std::make_unique<std::string>(before.send);
  joined->append(next.send);
  joined_ = std::move(joined);
  wants.send = *joined_;
  wants.transient = true;
}

void Conversation::begin_phase(Phase phase, Instant now) {
  phase_ = phase;
  phase_began_ = now;
}

void Conversation::close_phase_time(Instant now) {
  observation_.set_time(phase_, now - phase_began_);
}

bool Conversation::wants_starttls() const {
  return plan_->depth >= Depth::tls &&
         (mode_ == targets::TlsMode::automatic || mode_ == targets::TlsMode::starttls);
}

Instant Conversation::session_end() const {
  return observation_.started_ + plan_->session_timeout + excused_;
}

bool Conversation::conversing() const { return phase_ != Phase::connect && row().learning; }

}  // namespace mxsweep::probe
