// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/sending.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/message/mail_data.h"
#include "mxsweep/message/probe_message.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/command.h"
#include "roundtrip/authentication.h"
#include "roundtrip/submission.h"

namespace mxsweep::roundtrip {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// A file with a message of the user's gets what our own have.
std::string with_token(std::string_view message, std::string_view token) {
  return std::string(message::kTokenHeader) + ": " + std::string(token) +
         "\r\nAuto-Submitted: auto-generated\r\n" + std::string(message);
}

}  // namespace

Sending::Sending(const SendOrder& order, std::span<const Step> steps, std::size_t first,
                 Variables& variables)
    : order_(order), steps_(steps), first_(first), variables_(variables) {
  INVARIANT(!steps_.empty() && std::holds_alternative<Connect>(steps_.front().action));
}

Sending::~Sending() = default;

Sending::Move Sending::on_bytes(std::string_view octets, Instant now) {
  received_ += octets;
  while (stage_ != Stage::idle) {
    const ReplyStatus status = reader_.read(received_);
    if (status == ReplyStatus::need_more) return {.deadline = deadline_};
    if (status != ReplyStatus::complete) return give_up("the server's reply is not SMTP", now);
    const std::string reply =
        received_.substr(reader_.begin(), reader_.reached() - reader_.begin());
    const int code = reader_.code();
    received_.erase(0, reader_.reached());
    reader_ = {};
    Move move = on_reply(code, reply, now);
    // The octets behind a reply are looked at when the next command has been sent.
    if (!move.send.empty() || move.finished) return move;
  }
  return {.deadline = deadline_};
}

Sending::Move Sending::on_deadline(Instant now) {
  if (stage_ == Stage::dot) sent_ = Sent::unsure;
  return give_up("there is no reply", now);
}

// Runs the next step that may run.
Sending::Move Sending::go_on(Instant now) {
  stage_ = Stage::idle;
  for (; at_ < steps_.size() && !out_of_step_; ++at_) {
    if (failed_ && !step().always) continue;
    began_ = now;
    Move move = run(step(), now);
    if (stage_ != Stage::idle || move.finished) return move;
  }
  return {.finished = true};
}

// A step that cannot begin has failed, and leaves the stage idle.
Sending::Move Sending::run(const Step& step, Instant now) {
  phase_ = phase_of(step.action);
  const auto fail = [&](std::string fault) {
    StepResult failure = result(now);
    failure.fault = std::move(fault);
    keep(std::move(failure));
    return Move{};
  };
  if (const auto* auth = std::get_if<Authenticate>(&step.action)) return begin_auth(*auth, now);
  if (const auto* mail = std::get_if<MailFrom>(&step.action)) {
    sender_ = variables_.expand(mail->address);
    Result<std::string> line = mail_line(*mail);
    if (!line.ok()) return fail(line.status().sentence());
    mailed_ = now;
    return command(*std::move(line), phase_, now);
  }
  if (const auto* rcpt = std::get_if<RcptTo>(&step.action)) {
    const std::string address = variables_.expand(rcpt->address);
    const Status status = smtp::check_mailbox(address);
    if (!status.ok()) return fail(status.sentence());
    return command("RCPT TO:<" + address + ">", phase_, now);
  }
  if (const auto* data = std::get_if<Data>(&step.action)) {
    // Made before: after a 354 only closing would end that without a message.
    Result<std::string> octets = mail_octets(*data, now);
    if (!octets.ok()) return fail(octets.status().sentence());
    message_ = *std::move(octets);
    Move move = command("DATA", phase_, now);
    stage_ = Stage::data;
    return move;
  }
  if (const auto* send = std::get_if<Send>(&step.action)) {
    return command(variables_.expand(send->line), phase_, now);
  }
  INVARIANT(std::holds_alternative<Quit>(step.action));
  return {.finished = true};
}

// The size is that of the message which follows, as far as it is known (RFC 1870 section 6.1).
Result<std::string> Sending::mail_line(const MailFrom& mail) const {
  const std::string address = variables_.expand(mail.address);
  if (!address.empty()) {
    if (Status status = smtp::check_mailbox(address); !status.ok()) return status;
  }
  std::string line = "MAIL FROM:<" + address + ">";
  const auto next =
      std::find_if(steps_.begin() + static_cast<std::ptrdiff_t>(at_), steps_.end(),
                   [](const Step& each) { return std::holds_alternative<Data>(each.action); });
  if (next == steps_.end()) return line;
  const auto& data = std::get<Data>(next->action);
  const auto file = order_.files.find(data.file);
  const bool from_file = file != order_.files.end();
  if (smtp::offers(capabilities_, "SIZE")) {
    line += " SIZE=" + std::to_string(from_file ? file->second.size() : data.octets);
  }
  if (from_file && !is_ascii(file->second) && smtp::offers(capabilities_, "8BITMIME")) {
    line += " BODY=8BITMIME";
  }
  return line;
}

Sending::Move Sending::command(std::string line, Phase phase, Instant now) {
  phase_ = phase;
  stage_ = Stage::command;
  asked_ = now;
  sending_ = std::move(line) + "\r\n";
  return await(submission_of(phase).patience, now);
}

// Sends what sending_ has.
Sending::Move Sending::await(Duration patience, Instant now) {
  deadline_ = now + patience;
  if (step().within != Duration::zero()) deadline_ = std::min(deadline_, began_ + step().within);
  return {.send = sending_, .deadline = deadline_};
}

Result<std::string> Sending::mail_octets(const Data& data, Instant now) const {
  if (!data.file.empty()) {
    const auto file = order_.files.find(data.file);
    INVARIANT(file != order_.files.end());
    return message::mail_data(with_token(file->second, order_.message_token));
  }
  // The empty sender has no address to stand in the header.
  const std::string& from = sender_.empty() ? recipient_ : sender_;
  const message::ProbeMessage message{
      .from = from,
      .to = recipient_,
      .subject = variables_.expand(data.subject),
      .token = order_.message_token,
      .at = std::chrono::floor<std::chrono::seconds>(order_.wall_time(now)),
      .octets = data.octets};
  if (Status status = check_probe_message(message); !status.ok()) return status;
  return message::mail_data(write_probe_message(message));
}

// After a 354.
Sending::Move Sending::deliver(Instant now) {
  sending_ = std::exchange(message_, {});
  times_.push_back({Phase::data, now - asked_});
  phase_ = Phase::dot;
  stage_ = Stage::dot;
  asked_ = now;
  return await(submission_of(phase_).patience, now);
}

Sending::Move Sending::on_reply(int code, std::string_view reply, Instant now) {
  switch (stage_) {
    case Stage::auth: return on_auth_reply(code, reply, now);
    case Stage::data:
      if (code != 354) return conclude(code, reply, now);
      return deliver(now);
    case Stage::dot:
      if (code / 100 == 2) accepted_ = now;
      return conclude(code, reply, now);
    case Stage::command: return conclude(code, reply, now);
    case Stage::idle: break;
  }
  INVARIANT(false && "a reply to no command");
}

// The step has its last reply.
Sending::Move Sending::conclude(int code, std::string_view reply, Instant now) {
  times_.push_back({phase_, now - asked_});
  StepResult done = result(now);
  done.code = code;
  done.reply = kept_text(reply);
  if (auto fault = fault_of_reply(step().expect, submission_of(phase_), code, reply)) {
    done.fault = *std::move(fault);
  }
  const auto* rcpt = std::get_if<RcptTo>(&step().action);
  if (rcpt != nullptr && code / 100 == 2 && recipient_.empty()) {
    recipient_ = variables_.expand(rcpt->address);
  }
  capture(step(), reply, variables_);
  keep(std::move(done));
  ++at_;
  return go_on(now);
}

// No command can follow on this connection.
Sending::Move Sending::give_up(std::string fault, Instant now) {
  StepResult failure = result(now);
  failure.fault = std::move(fault);
  keep(std::move(failure));
  out_of_step_ = true;
  stage_ = Stage::idle;
  return {.finished = true};
}

StepResult Sending::result(Instant now) const {
  return {.step = first_ + at_, .phase = phase_, .took = now - began_};
}

void Sending::keep(StepResult result) {
  for (std::string* const words : {&result.reply, &result.fault}) {
    *words = without_secret(*words, order_.secret);
  }
  failed_ |= !result.fault.empty();
  results_.push_back(std::move(result));
}

}  // namespace mxsweep::roundtrip
