// SPDX-License-Identifier: MIT
#include "deliver/attempt.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "deliver/preset.h"
#include "deliver/request.h"

namespace mxsweep::deliver {
namespace {

// Mail, kinds that need "to" and templates that use it have recipients; others have one without a
// name.
std::vector<std::string> recipients_of(const watch::Channel& channel) {
  if (channel.kind == "mail") return channel.to;
  if (channel.kind == "template" && !channel.to.empty()) return channel.to;
  const auto preset = std::ranges::find(presets(), channel.kind, &Preset::kind);
  const bool has_recipients = preset != presets().end() && preset->needs_setting("to");
  return has_recipients && !channel.to.empty() ? channel.to : std::vector<std::string>{""};
}

}  // namespace

Attempt::Attempt(const watch::Channel& channel, const watch::Message& message,
                 std::set<std::string> accepted)
    : channel_(channel),
      message_(message),
      recipients_(recipients_of(channel)),
      tally_(recipients_, accepted) {}

watch::Delivered Attempt::report(watch::ChannelNumber channel, Instant now) const {
  watch::Delivered delivered;
  delivered.channel = channel;
  delivered.incident = message_.incident;
  delivered.kind = message_.kind;
  delivered.revision = message_.revision;
  delivered.took = now - began_;
  tally_.report(delivered);
  delivered.path_failed = delivered.path_failed && channel_.kind == "mail";
  delivered.text = safe_line(delivered.text, channel_);
  return delivered;
}

const std::string& Attempt::ca_file(const Means& means) const {
  return channel_.ca_file.empty() ? means.ca_file : channel_.ca_file;
}

void Attempt::conclude(Answer answer) {
  for (const std::string& recipient : tally_.open()) tally_.add(recipient, answer);
  done_ = true;
}

void HttpAttempt::start(Instant /*now*/, WallTime wall) {
  for (const std::string& recipient : tally_.open()) {
    Result<Request> request = make_request(channel_, message_, recipient, wall);
    if (!request.ok()) {
      Answer answer;
      answer.permanent = true;
      answer.text = request.status().sentence();
      return conclude(std::move(answer));
    }
    ++waiting_;
    means_.transfers.start(
        std::make_unique<Transfer>(*std::move(request), ca_file(means_), channel_.timeout),
        [this, recipient](const Transfer::Outcome& outcome) {
          tally_.add(recipient, outcome.answer);
          done_ = --waiting_ == 0;
        });
  }
  done_ = waiting_ == 0;
}

void ExecAttempt::start(Instant /*now*/, WallTime /*wall*/) {
  Answer answer;
  answer.permanent = true;
  if (channel_.command.empty()) {
    answer.text = "kind 'exec' needs 'command'";
    return conclude(std::move(answer));
  }
  const int error = program_.start(channel_.command,
                                   {"MXSWEEP_INCIDENT=" + std::to_string(message_.incident),
                                    "MXSWEEP_KIND=" + std::string(to_string(message_.kind)),
                                    "MXSWEEP_IDENTITY=" + message_.identity},
                                   message_.json + '\n');
  if (error == 0) return;
  answer.permanent = error == ENOENT || error == EACCES || error == ENOEXEC;
  answer.text = channel_.command[0] + ": " + std::strerror(error);
  conclude(std::move(answer));
}

Instant ExecAttempt::deadline() const {
  return done_ || late_ ? kNever : began_ + channel_.timeout;
}

void ExecAttempt::on_time(Instant now) {
  if (now < deadline()) return;
  late_ = true;
  program_.kill();
}

void ExecAttempt::descriptors(std::vector<pollfd>& descriptors) const {
  if (!done_) program_.descriptors(descriptors);
}

void ExecAttempt::on_ready() {
  if (done_) return;
  program_.on_ready();
  if (!program_.done()) return;
  // 100 is what qmail's programs return for a permanent failure; 126 and 127 are those of shells
  // and env for a program that cannot be run.
  const int status = program_.exit_status();
  Answer answer;
  answer.ok = status == 0 && !late_;
  answer.reached = true;
  answer.status = std::max(status, 0);
  answer.permanent = status == 100 || status == 126 || status == 127;
  if (late_) {
    answer.text = "it was ended because it took too long";
  } else if (status < 0) {
    answer.text = "signal " + std::to_string(program_.signal()) + " ended it";
  } else if (status > 0) {
    answer.text = "exit status " + std::to_string(status);
  }
  if (!program_.output().empty()) {
    answer.text += (answer.text.empty() ? "" : ": ") + program_.output();
  }
  conclude(std::move(answer));
}

std::unique_ptr<Attempt> make_attempt(const watch::Channel& channel, const watch::Message& message,
                                      std::set<std::string> accepted, Means& means) {
  if (channel.kind == "mail") {
    return std::make_unique<MailAttempt>(channel, message, std::move(accepted), means);
  }
  if (channel.kind == "exec") {
    return std::make_unique<ExecAttempt>(channel, message, std::move(accepted));
  }
  return std::make_unique<HttpAttempt>(channel, message, std::move(accepted), means);
}

}  // namespace mxsweep::deliver
