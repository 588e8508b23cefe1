// SPDX-License-Identifier: MIT
// One whole conversation with one server. No I/O, no clock: news and `now` in, wishes out.
//
//   Source    RFC 5321 sections 3.1, 4.3; the dialogue is smtp/dialogue.h.
//   Shape     on_started, then on_connected or on_error, then any of on_bytes, on_closed, on_error,
//             on_deadline, until Wants::done. After that only record() may be called.
//   Units     `now` never goes backwards. Latencies are kept in microseconds, at most 71 minutes.
//   Memory    about 200 octets, and one allocation for what the server said.
//   Lifetime  The Plan outlives the Probe. Wants::send views the Plan. record() views the Probe.
//   Errors    Whatever the peer does ends in a record.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/results/record.h"
#include "mxsweep/smtp/command.h"
#include "mxsweep/smtp/dialogue.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::probe {

// How far to go. Each includes the ones before it.
enum class Depth : std::uint8_t { connect, greeting, ehlo };

// What every probe of a sweep has in common. The defaults are for servers that one does not own.
struct Plan {
  explicit Plan(std::string_view helo_name) : commands(helo_name) {}

  smtp::Commands commands;
  Depth depth = Depth::ehlo;
  Duration connect_timeout = std::chrono::seconds{10};
  Duration greeting_timeout = std::chrono::seconds{60};  // postscreen waits 6 s, greet_pause 20 s.
  Duration command_timeout = std::chrono::seconds{30};
  Duration quit_timeout = std::chrono::seconds{5};  // For 221 and the close: nothing hangs on them.
  Duration session_timeout = std::chrono::seconds{120};
};

inline constexpr std::uint32_t kSessionOctetsMax = 512 * 1024;  // Read per session.

struct Wants {
  std::string_view send{};  // To be sent at once; may be empty.
  bool done = false;        // The conversation is over: close, and write the record.
  bool abort = false;       // With done: close by RST, for the peer does not deserve our TIME_WAIT.
  Instant deadline = kNever;  // When to call on_deadline() unless something else happens first.
};

class Probe {
 public:
  explicit Probe(const Plan& plan) : plan_(&plan) {}

  Wants on_started(Instant now);  // The connect is under way.
  Wants on_connected(Instant now);
  Wants on_bytes(std::string_view octets, Instant now);
  Wants on_closed(Instant now);            // The peer sent FIN.
  Wants on_error(int error, Instant now);  // The socket's errno; the connection is no more.
  Wants on_deadline(Instant now);
  Wants on_interrupted(Instant now);  // The user wants to stop, now.

  // What was learned. Requires: a call has answered done. The caller adds what only it knows:
  // target, line, meta, address, wall time.
  [[nodiscard]] results::Record record() const;

  [[nodiscard]] Instant started() const { return started_; }

 private:
  static constexpr std::uint32_t kNotReachedUs = std::numeric_limits<std::uint32_t>::max();

  Wants on_reply(Instant now);
  Wants on_noise(Cause cause, Instant now);
  Wants take(const smtp::Transition& row, Instant now);
  Wants await(std::string_view send, Duration patience, Instant now);
  Wants fail(Cause cause, Instant now);
  Wants finish(Instant now, bool abort);
  void decline(std::string_view reply, int code);
  void enter(Phase phase, Instant now);
  void stop_watch(Instant now);
  [[nodiscard]] bool conversing() const;           // Not connecting, and QUIT not said yet.
  [[nodiscard]] std::string_view current() const;  // What was read of the reply under way.
  [[nodiscard]] results::Offered starttls_offered() const;

  const Plan* plan_;
  Instant started_{};
  Instant phase_began_{};
  Instant deadline_ = kNever;
  std::string heard_;  // Greeting, then the reply to EHLO or HELO, then what is being read now.
  std::uint32_t greeting_end_ = 0;  // In heard_.
  std::uint32_t ehlo_end_ = 0;      // In heard_; the reply to EHLO or HELO begins at greeting_end_.
  std::uint32_t reply_begin_ = 0;   // In heard_: the reply that is being read.
  smtp::ReplyReader reader_;
  std::array<std::uint32_t, kPhaseCount> took_us_ = all_not_reached();
  std::uint32_t total_us_ = 0;
  std::uint32_t bytes_in_ = 0;
  std::uint32_t bytes_out_ = 0;
  int socket_errno_ = 0;
  AnomalySet anomalies_;
  std::uint16_t greeting_code_ = 0;
  std::uint16_t ehlo_code_ = 0;
  smtp::State state_ = smtp::State::greeting;
  Phase phase_ = Phase::connect;
  Outcome outcome_ = Outcome::ok;
  Cause cause_ = Cause::none;
  Phase decided_ = Phase::quit;  // The phase of the record: where a refusal or failure happened.
  results::Verb verb_ = results::Verb::ehlo;
  bool done_ = false;

  static constexpr std::array<std::uint32_t, kPhaseCount> all_not_reached() {
    std::array<std::uint32_t, kPhaseCount> all{};
    all.fill(kNotReachedUs);
    return all;
  }
};

}  // namespace mxsweep::probe
