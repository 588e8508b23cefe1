// SPDX-License-Identifier: MIT
// One conversation with one server, from the connect to the close; its result is an Observation.
// Pure: the caller passes events and the time, and each call returns what to do next as Wants.
//
//   Source    RFC 5321 sections 3.1, 4.3; RFC 3207, RFC 8314; the dialogues are smtp/dialogue.h,
//             imap/dialogue.h and pop3/dialogue.h.
//   Shape     on_started, then on_connected or on_error, then any of on_bytes, on_closed, on_error
//             and on_deadline, until a call returns Wants::done. on_interrupted at any time. Then
//             the observation is complete and can be taken.
//   Units     `now` never goes backwards.
//   Memory    about 200 octets with the observation, which allocates memory of its own at the first
//             octet received; a TLS engine from the beginning of TLS to the end.
//   Lifetime  the Plan and the Target outlive the conversation; the observation needs neither.
//   Errors    none: whatever the peer does becomes an outcome and a cause in the observation.
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
#include "mxsweep/probe/reply_reader.h"
#include "mxsweep/probe/transaction.h"
#include "mxsweep/probe/wants.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::probe {

class Conversation {
 public:
  Conversation(const Plan& plan, const targets::Target& target);
  Conversation(Conversation&&) noexcept;
  Conversation& operator=(Conversation&&) = delete;
  ~Conversation();

  // The connect was submitted. `others`: our other open connections to the same address.
  Wants on_started(Instant now, std::uint32_t others = 0);
  Wants on_connected(Instant now) { return on_connected(now, now); }
  Wants on_bytes(std::string_view octets, Instant now) { return on_bytes(octets, now, now); }
  // The same for an event that arrived at `arrived` and waited until `now` for its turn. That wait
  // was on our side, so no latency includes it.
  Wants on_connected(Instant now, Instant arrived);
  Wants on_bytes(std::string_view octets, Instant now, Instant arrived);
  // The latest call took from `began`, which was its `now`, until `ended`. If it was a step of a
  // TLS handshake, that time counts for the handshake and not for the phase after it.
  void on_step_ended(Instant began, Instant ended);
  // This process was stopped for that long: the deadlines of phase and session move by as much.
  void excuse(Duration stopped) {
    excused_ += stopped;
    reply_began_ += stopped;
    if (deadline_ != kNever) deadline_ += stopped;
  }
  Wants on_closed(Instant now);            // The peer sent FIN.
  Wants on_error(int error, Instant now);  // The socket's errno; the connection is gone.
  Wants on_deadline(Instant now);
  Wants on_interrupted(Instant now);  // The sweep ends: end the conversation now.

  [[nodiscard]] const Observation& observation() const { return observation_; }
  // Requires: a call has returned done. Afterwards only the destructor may be called.
  [[nodiscard]] Observation take_observation() { return std::move(observation_); }

  [[nodiscard]] Instant deadline() const { return deadline_; }  // Of the latest Wants.
  // Whether the next on_connected() or on_bytes() is a step of a TLS handshake, which takes a tenth
  // of a millisecond or more.
  [[nodiscard]] bool next_is_costly() const { return row().handshake_next; }

  // For showing a conversation: what the latest call decrypted and encrypted. Empty without TLS;
  // valid until the next call.
  struct ClearText {
    std::string_view received;
    std::string_view sent;
  };
  [[nodiscard]] ClearText clear_text() const;

 private:
  struct Secure;  // State from the beginning of TLS on.

  Wants on_clear(std::string_view octets, Instant now);
  Wants read_reply(std::string_view& octets, Instant now);
  Wants on_ciphertext(std::string_view octets, Instant now);
  [[nodiscard]] bool skip_clear_text(std::string_view& octets);
  Wants on_reply(Instant now);
  Wants begin_transaction(Instant now);
  Wants make_move(const Transaction::Move& move, Instant now);
  void keep_until_sent(Wants& wants);
  Wants on_stray_reply(Instant now);
  Wants closed(Instant now);
  Wants on_noise(Cause cause, Instant now);
  Wants on_answer(std::string_view octets, Instant now);
  Wants on_secured(Instant now);
  Wants on_tls_failure(std::string_view octets, Instant now);
  Wants on_tls_shortage(Instant now);
  Wants enter(State state, Instant now);
  Wants begin_tls(Instant now);
  Wants await(std::string_view send, Duration patience, Instant now);
  Wants stop_sending(Instant now);
  void follow(Wants& wants, const Wants& next);
  Wants fail(Cause cause, Instant now);
  Wants finish(Instant now, bool abort);
  Wants encrypt(Wants wants);  // The last step of every call: under TLS, makes records of `send`.
  void keep_reply(int code, const Transition& transition);
  void look_at_capabilities();
  void decline(std::string_view reply, int code);
  void require_starttls();
  void close_tls();
  void learn_chain(Instant now);
  void learn_tls_end(Instant now);
  void begin_phase(Phase phase, Instant now);
  void close_phase_time(Instant now);
  [[nodiscard]] Event event_of(int code) const;
  [[nodiscard]] std::string_view next_command() const;
  [[nodiscard]] bool wants_starttls() const;
  [[nodiscard]] Instant session_end() const;
  // There is nothing left to learn, and the 221 is still to come.
  [[nodiscard]] bool expects_221() const { return state_ == State::rset || state_ == State::quit; }
  [[nodiscard]] Cause cause_of_noise() const;  // none: nothing unexpected was received.
  [[nodiscard]] Cause cause_of_deadline() const;
  [[nodiscard]] Protocol protocol() const { return reader_.protocol(); }
  [[nodiscard]] bool conversing() const;  // Connected, and there is more to learn.
  [[nodiscard]] const StateRow& row() const { return row_of(state_); }

  const Plan* plan_;
  const targets::Target* target_;
  std::unique_ptr<Secure> secure_;  // Null: in clear.
  // What the latest Wants sends, if one piece of input led to several things to send. Else null.
  std::unique_ptr<std::string> joined_;
  Instant phase_began_{};
  Instant reply_began_{};  // The first octet of the reply that is being read arrived.
  Instant deadline_ = kNever;
  Duration excused_{};
  Observation observation_;
  ReplyReader reader_;
  targets::TlsMode mode_;
  State state_;
  Phase phase_ = Phase::connect;  // Of state_, once connected.
  std::uint8_t strays_ = 0;       // Stray replies of the whole session: to no command of ours.
  bool stray_received_ = false;   // Since the latest command.
  bool burst_ = false;            // Started beside many connections to the same address.
  bool sending_ended_ = false;    // We have closed our direction; the server had not closed first.
};

}  // namespace mxsweep::probe
