// SPDX-License-Identifier: MIT
// One whole conversation with one server, which it writes down in an observation. No I/O, no clock:
// events and `now` in, Wants out.
//
//   Source    RFC 5321 sections 3.1, 4.3; RFC 3207, RFC 8314; the dialogue is smtp/dialogue.h.
//   Shape     on_started, then on_connected or on_error, then any of on_bytes, on_closed, on_error,
//             on_deadline, until Wants::done. Then the observation is complete, and may be taken.
//   Units     `now` never goes backwards.
//   Memory    some 200 octets with the observation, whose own memory comes with the first octet;
//             a TLS engine from STARTTLS to the end.
//   Lifetime  the Plan and the Target outlive the conversation; the observation needs neither.
//   Errors    whatever the peer does ends in an observation.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/probe/wants.h"
#include "mxsweep/smtp/dialogue.h"
#include "mxsweep/smtp/reply.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::probe {

class Conversation {
 public:
  Conversation(const Plan& plan, const targets::Target& target);
  Conversation(Conversation&&) noexcept;
  Conversation& operator=(Conversation&&) = delete;
  ~Conversation();

  // The connect is under way. `others`: our other connections to the same address that are open.
  Wants on_started(Instant now, std::uint32_t others = 0);
  Wants on_connected(Instant now) { return on_connected(now, now); }
  Wants on_bytes(std::string_view octets, Instant now) { return on_bytes(octets, now, now); }
  // The same for an event that had to wait for its turn: it came at `arrived`, and now is `now`.
  // The wait is ours, and counts in no latency.
  Wants on_connected(Instant now, Instant arrived);
  Wants on_bytes(std::string_view octets, Instant now, Instant arrived);
  // The latest call took from `began`, its `now`, until `ended`: where that was a step of a TLS
  // handshake, its time is the handshake's and not of what comes behind.
  void on_step_ended(Instant began, Instant ended);
  // This process did not run for that long: phase and session may take so much longer.
  void excuse(Duration stopped) {
    excused_ += stopped;
    if (deadline_ != kNever) deadline_ += stopped;
  }
  Wants on_closed(Instant now);            // The peer sent FIN.
  Wants on_error(int error, Instant now);  // The socket's errno; the connection is no more.
  Wants on_deadline(Instant now);
  Wants on_interrupted(Instant now);  // The user wants to stop, now.

  [[nodiscard]] const Observation& observation() const { return observation_; }
  // Requires: a call has answered done. Nothing but the destructor may be called afterwards.
  [[nodiscard]] Observation take_observation() { return std::move(observation_); }

  [[nodiscard]] Instant deadline() const { return deadline_; }  // Of the latest Wants.
  // Whether on_connected() or on_bytes(), when it comes, means a step of a TLS handshake: a tenth
  // of a millisecond and more.
  [[nodiscard]] bool next_is_costly() const { return row().handshake_next; }

  // To show a conversation: what the latest call decrypted and encrypted. Empty without TLS; good
  // until the next call.
  struct ClearText {
    std::string_view received;
    std::string_view sent;
  };
  [[nodiscard]] ClearText clear_text() const;

 private:
  struct Secure;  // What a conversation needs from the beginning of TLS on.

  Wants on_clear(std::string_view octets, Instant now);
  Wants read_reply(std::string_view& octets, Instant now);
  Wants on_ciphertext(std::string_view octets, Instant now);
  [[nodiscard]] bool skip_clear_text(std::string_view& octets);
  Wants on_reply(Instant now);
  Wants on_stray_reply(Instant now);
  Wants closed(Instant now);
  Wants on_noise(Cause cause, Instant now);
  Wants on_secured(Instant now);
  Wants on_tls_failure(std::string_view octets, Instant now);
  Wants on_tls_shortage(Instant now);
  Wants enter(smtp::State state, Instant now);
  Wants begin_tls(Instant now);
  Wants await(std::string_view send, Duration patience, Instant now);
  Wants stop_sending(Instant now);
  void follow(Wants& wants, const Wants& next);
  Wants fail(Cause cause, Instant now);
  Wants finish(Instant now, bool abort);
  Wants encrypt(Wants wants);  // Last of all: under TLS, what is to be sent becomes records.
  void keep_reply(int code, bool declined);
  void look_at_capabilities();
  void decline(std::string_view reply, int code);
  void require_starttls();
  void close_tls();
  void learn_chain(Instant now);
  void learn_tls_end(Instant now);
  void begin_phase(Phase phase, Instant now);
  void close_phase_time(Instant now);
  [[nodiscard]] smtp::Event event_of(int code) const;
  [[nodiscard]] bool wants_starttls() const;
  [[nodiscard]] Cause cause_of_noise() const;  // none: all that came was in its place.
  [[nodiscard]] Cause cause_of_deadline() const;
  [[nodiscard]] bool conversing() const;  // Not connecting, and there is more to learn.
  [[nodiscard]] const smtp::StateRow& row() const { return smtp::row_of(state_); }

  const Plan* plan_;
  const targets::Target* target_;
  std::unique_ptr<Secure> secure_;  // Null: in clear.
  // What the latest Wants sends, where one piece held the replies to several commands. Else null.
  std::unique_ptr<std::string> joined_;
  Instant phase_began_{};
  Instant deadline_ = kNever;
  Duration excused_{};
  Observation observation_;
  smtp::ReplyReader reader_;
  targets::TlsMode mode_;
  smtp::State state_;
  Phase phase_ = Phase::connect;  // Of state_, once connected.
  std::uint8_t strays_ = 0;       // Replies that belonged to no command, in the whole session.
  bool stray_received_ = false;   // Since the latest command.
  bool burst_ = false;            // Begun among many connections to the same address.
  bool sending_ended_ = false;    // We have closed our direction, the server did not close before.
};

}  // namespace mxsweep::probe
