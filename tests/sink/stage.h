// SPDX-License-Identifier: MIT
// Runs a session in virtual time, and collects what the server sent as one string.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/sink/session.h"

namespace mxsweep::sink {

class Stage {
 public:
  explicit Stage(const Persona& persona, std::string_view address = "127.1.2.3")
      : session_(persona, *parse_address(address)) {
    take(session_.on_start(now()));
  }

  // What the server sends until it waits for the client, or until `ms_max` have passed.
  std::string receive(std::int64_t ms_max) {
    const std::int64_t until = ms_ + ms_max;
    while (wakes() && wake_ms() <= until) {
      ms_ = wake_ms();
      take(session_.on_timer(now()));
    }
    // Without a result the whole time passes.
    if (wakes() || (received_.empty() && ended_ == Reaction::End::no)) ms_ = until;
    return take_received();
  }

  // Sends `octets`, and returns what the server sends at once.
  std::string send(std::string_view octets) {
    take(session_.on_bytes(octets, now()));
    return take_received();
  }

  [[nodiscard]] std::int64_t ms() const { return ms_; }
  [[nodiscard]] bool wakes() const { return wake_ != kNever; }
  [[nodiscard]] Reaction::End ended() const { return ended_; }
  [[nodiscard]] std::uint32_t out_of_turn() const { return session_.out_of_turn(); }

 private:
  [[nodiscard]] Instant now() const { return Instant{std::chrono::milliseconds{ms_}}; }
  [[nodiscard]] std::int64_t wake_ms() const {
    return std::chrono::ceil<std::chrono::milliseconds>(wake_.time_since_epoch()).count();
  }
  std::string take_received() { return std::exchange(received_, {}); }

  void take(Reaction reaction) {
    for (;;) {
      received_ += reaction.send;
      wake_ = reaction.wake;
      ended_ = reaction.end;
      if (!reaction.report_sent) return;
      reaction = session_.on_sent(now());
    }
  }

  Session session_;
  std::int64_t ms_ = 0;
  Instant wake_ = kNever;
  Reaction::End ended_ = Reaction::End::no;
  std::string received_;
};

}  // namespace mxsweep::sink
