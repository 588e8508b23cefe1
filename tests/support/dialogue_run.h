// SPDX-License-Identifier: MIT
// One conversation of the dialogue's fuzz target: an input is a sequence of steps, the actions of
// the server. The client must send whole commands, and QUIT once; the result is the record.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/probe/conversation.h"

namespace mxsweep::fuzz {

// The first octet of each step is its kind; for octets received, the next is their number.
enum Step : std::uint8_t {
  kBytes = 0,
  kLongBytes = 1,
  kClosed = 2,
  kReset = 3,
  kDeadline = 4,
  kWait = 5
};

inline void check_wants(const probe::Wants& wants, const probe::Plan& plan, int& quits) {
  const std::string_view send = wants.send;
  // Whole commands; several, where one piece held the replies to several.
  for (std::string_view rest = send; !rest.empty();) {
    std::size_t sent = 1;
    const auto text_of = [&plan](std::size_t i) -> const std::string& {
      return plan.commands[static_cast<smtp::Command>(i)];
    };
    while (sent < smtp::kCommandCount &&
           (text_of(sent).empty() || !rest.starts_with(text_of(sent)))) {
      ++sent;
    }
    INVARIANT(sent < smtp::kCommandCount);
    rest.remove_prefix(text_of(sent).size());
    if (sent == static_cast<std::size_t>(smtp::Command::quit)) ++quits;
  }
  INVARIANT(quits <= 1);
  INVARIANT(wants.done || wants.deadline != kNever);
  INVARIANT(!wants.done || send.empty());
}

// Pieces as in the input, one octet each, or adjacent pieces joined.
enum class Cut : std::uint8_t { as_given, octets, joined };

class Run {
 public:
  Run(const probe::Plan& plan, Cut cut) : plan_(plan), cut_(cut), probe_(plan, target_) {
    take(probe_.on_started(now_));
    take(probe_.on_connected(now_ += std::chrono::milliseconds{1}));
  }

  results::Record play(std::string_view input) {
    for (std::size_t at = 0; !wants_.done && at + 1 < input.size();) {
      const auto step = static_cast<std::uint8_t>(static_cast<unsigned char>(input[at]) % 8);
      std::size_t count = static_cast<unsigned char>(input[at + 1]);
      at += 2;
      if (step >= kClosed && step <= kWait) {
        deliver();
        if (!wants_.done) event(step, count);
        continue;
      }
      if (step == kLongBytes) count *= 64;
      const std::string_view octets = input.substr(at, std::max<std::size_t>(count, 1));
      at += octets.size();
      pending_ += octets;
      if (cut_ != Cut::joined) deliver();
    }
    deliver();
    if (!wants_.done) take(probe_.on_interrupted(now_));
    INVARIANT(wants_.done);
    return probe_.observation().record("mx.test", "test");
  }

 private:
  void event(std::uint8_t step, std::size_t count) {
    if (step == kClosed) return take(probe_.on_closed(now_));
    if (step == kReset) return take(probe_.on_error(ECONNRESET, now_));
    if (step == kDeadline) return take(probe_.on_deadline(now_ = wants_.deadline));
    now_ = std::min(wants_.deadline, now_ + std::chrono::milliseconds{count});
  }

  void deliver() {
    const std::string octets = std::exchange(pending_, {});
    const std::size_t piece = cut_ == Cut::octets ? 1 : octets.size();
    for (std::size_t at = 0; at < octets.size() && !wants_.done; at += piece) {
      take(probe_.on_bytes(std::string_view(octets).substr(at, piece), now_));
    }
  }

  void take(const probe::Wants& wants) {
    wants_ = wants;
    check_wants(wants_, plan_, quits_);
  }

  const probe::Plan& plan_;
  const Cut cut_;
  const targets::Target target_;
  probe::Conversation probe_;
  Instant now_{std::chrono::hours{1}};
  probe::Wants wants_;
  std::string pending_;
  int quits_ = 0;
};

}  // namespace mxsweep::fuzz
