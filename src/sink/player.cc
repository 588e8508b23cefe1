// SPDX-License-Identifier: MIT
#include "mxsweep/sink/player.h"

#include <algorithm>
#include <cctype>

#include "mxsweep/core/invariant.h"

namespace mxsweep::sink {
namespace {

static_assert(kStepsMax <= UINT8_MAX);

bool is_verb(std::string_view command, std::string_view verb) {
  if (command.size() < verb.size()) return false;
  const auto same = [](char upper, char any) {
    return upper == std::toupper(static_cast<unsigned char>(any));
  };
  if (!std::equal(verb.begin(), verb.end(), command.begin(), same)) return false;
  const std::string_view rest = command.substr(verb.size());
  return rest.empty() || rest[0] == ' ' || rest[0] == '\r' || rest[0] == '\n';
}

std::string fill_in(std::string_view octets, std::string_view field, std::string_view value) {
  std::string filled;
  for (;;) {
    const std::size_t found = octets.find(field);
    filled += octets.substr(0, found);
    if (found == std::string_view::npos) return filled;
    filled += value;
    octets.remove_prefix(found + field.size());
  }
}

}  // namespace

// Of IMAP's commands the tag is kept for the reply.
Trigger Player::read_command(std::string_view line) {
  if (persona_->protocol != Protocol::imap) return trigger_of(line);
  const std::string_view tag = line.substr(0, line.find_first_of(" \r\n"));
  scratch().tag = tag;
  line.remove_prefix(std::min(tag.size() + 1, line.size()));
  return trigger_of(line);
}

Trigger Player::trigger_of(std::string_view command) const {
  for (const TriggerRow& row : kTriggers) {
    const std::string_view verb = row.commands[static_cast<std::size_t>(persona_->protocol)];
    if (verb.empty() || !is_verb(command, verb)) continue;
    if (secured_ && row.trigger == Trigger::ehlo) return Trigger::ehlo_tls;
    if (secured_ && row.trigger == Trigger::starttls) return Trigger::other;
    if (has_recipient_ && row.trigger == Trigger::rcpt) return Trigger::relay;
    return row.trigger;
  }
  return is_verb(command, "RSET") ? Trigger::noop : Trigger::other;
}

PlayerOutput Player::on_start(Instant now) {
  begin_script(Trigger::greeting, now);
  return advance(now);
}

PlayerOutput Player::on_hello(Instant now) {
  begin_script(Trigger::hello, now);
  return advance(now);
}

PlayerOutput Player::on_timer(Instant now) { return advance(now); }

PlayerOutput Player::on_sent(Instant now) {
  INVARIANT(state_ == State::sending);
  state_ = State::running;
  return advance(now);
}

PlayerOutput Player::on_bytes(std::string_view octets, Instant now) {
  if (octets.empty()) return {};
  if (state_ != State::idle) {
    if (owes_octets()) out_of_turn_ += static_cast<std::uint32_t>(octets.size());
    if (state_ == State::hung) return {};
    keep(octets);
    return {.wake = state_ == State::running ? wake_ : kNever};
  }
  // Octets after the first command were sent before its reply.
  const std::size_t line_octets = std::min(octets.find('\n'), octets.size() - 1) + 1;
  out_of_turn_ += static_cast<std::uint32_t>(octets.size() - line_octets);
  if (scratch_ == nullptr && line_octets == octets.size() && octets.back() == '\n') {
    // The usual case: one whole command, processed without a copy.
    begin_script(read_command(octets), now);
  } else {
    keep(octets);
    if (!take_command(now)) return {};
  }
  return advance(now);
}

// Runs the script until it must wait. At most one piece is sent per call: the next one is sent when
// the first has been sent, so that pieces cannot overtake each other.
PlayerOutput Player::advance(Instant now) {
  PlayerOutput output;
  while (state_ == State::running) {
    const Script& script = persona_->script(trigger_);
    if (step_ == script.size()) {
      if (trigger_ == Trigger::hello) {
        output.action = act(StepAction::tls, now);
      } else {
        end_script(now);
      }
      continue;
    }
    const Step& step = script[step_];
    if (now < wake_) {
      output.wake = wake_;
      return output;
    }
    if (position_ < text(step).size()) {
      const bool first = output.send.empty();
      if (first) output.send = next_piece(step, now);
      if (!first || step.has_fields || step.forever || output.send.size() > kUnconfirmedOctetsMax) {
        output.report_sent = true;
        state_ = State::sending;
        return output;
      }
      continue;
    }
    output.action = act(step.action, now);
  }
  if (state_ == State::ended && output.action == StepAction::none)
    output.action = StepAction::close;
  return output;
}

StepAction Player::act(StepAction action, Instant now) {
  switch (action) {
    case StepAction::none: begin_step(step_ + std::size_t{1}, now); return StepAction::none;
    case StepAction::hang: state_ = State::hung; return StepAction::none;
    case StepAction::tls:
      // Commands after STARTTLS were sent in clear text and are discarded (RFC 3207, section 6).
      state_ = State::idle;
      scratch_.reset();
      return action;
    case StepAction::close:
    case StepAction::reset:
    case StepAction::cut: state_ = State::ended; return action;
  }
  return action;
}

void Player::begin_script(Trigger trigger, Instant now) {
  if (commands_++ == kCommandsMax) {
    state_ = State::ended;  // Too many commands: closed.
    return;
  }
  trigger_ = trigger;
  if (trigger == Trigger::mail || trigger == Trigger::rcpt) {
    has_recipient_ = trigger == Trigger::rcpt;
  }
  state_ = State::running;
  begin_step(0, now);
}

void Player::begin_step(std::size_t step, Instant now) {
  const Script& script = persona_->script(trigger_);
  step_ = static_cast<std::uint8_t>(step);
  position_ = 0;
  wake_ = step < script.size() ? now + script[step].after : now;
  if (scratch_ != nullptr) scratch_->rendered.clear();
}

void Player::end_script(Instant now) {
  state_ = State::idle;
  if (scratch_ == nullptr || take_command(now)) return;
  if (scratch_->unread.empty()) scratch_.reset();
}

Player::Scratch& Player::scratch() {
  if (scratch_ == nullptr) scratch_ = std::make_unique<Scratch>();
  return *scratch_;
}

std::string_view Player::text(const Step& step) {
  if (!step.has_fields) return step.octets;
  std::string& rendered = scratch().rendered;
  if (rendered.empty()) {
    rendered = fill_in(fill_in(step.octets, "{host}", host_name(at_)), "{tag}", scratch().tag);
  }
  return rendered;
}

std::string_view Player::next_piece(const Step& step, Instant now) {
  const std::string_view rest = text(step).substr(position_);
  const bool trickles = step.octet_interval > Duration::zero();
  const std::string_view piece = trickles ? rest.substr(0, 1) : rest;
  const bool last = piece.size() == rest.size() && !step.forever;
  if (trickles && !last) wake_ = now + step.octet_interval;
  position_ += static_cast<std::uint32_t>(piece.size());
  if (step.forever) {
    std::uint32_t& flooded = scratch().flooded;
    flooded += static_cast<std::uint32_t>(piece.size());
    if (piece.size() == rest.size() && flooded < kFloodOctetsMax) position_ = 0;
  }
  return piece;
}

// Whether the client must still wait for octets of the server.
bool Player::owes_octets() const {
  if (state_ == State::hung) return trigger_ == Trigger::greeting;
  if (state_ != State::running && state_ != State::sending) return false;
  const Script& script = persona_->script(trigger_);
  for (std::size_t step = step_; step < script.size(); ++step) {
    if (script[step].forever) return true;
    const bool rendered = step == step_ && script[step].has_fields && scratch_ != nullptr &&
                          !scratch_->rendered.empty();
    const std::size_t octets = rendered ? scratch_->rendered.size() : script[step].octets.size();
    if ((step == step_ ? position_ : 0) < octets) return true;
    if (script[step].action == StepAction::hang) return trigger_ == Trigger::greeting;
  }
  return false;
}

void Player::keep(std::string_view octets) {
  std::string& unread = scratch().unread;
  unread += octets.substr(0, kCommandOctetsMax - unread.size());
}

bool Player::take_command(Instant now) {
  std::string& unread = scratch_->unread;
  const std::size_t line_end = unread.find('\n');
  if (line_end == std::string::npos && unread.size() < kCommandOctetsMax) return false;
  const std::size_t line_octets = std::min(line_end, unread.size() - 1) + 1;
  const Trigger trigger = read_command(std::string_view(unread).substr(0, line_octets));
  unread.erase(0, line_octets);
  begin_script(trigger, now);
  return true;
}

}  // namespace mxsweep::sink
