// SPDX-License-Identifier: MIT
// One whole conversation with one server. No I/O, no clock: news and `now` in, wishes out.
//
//   Source    RFC 5321 sections 3.1, 4.3; RFC 3207, RFC 8314; the dialogue is smtp/dialogue.h.
//   Shape     on_started, then on_connected or on_error, then any of on_bytes, on_closed, on_error,
//             on_deadline, until Wants::done. After that only record() may be called, as often as
//             there are targets that lead to this server, and rest() when it is to be kept.
//   Units     `now` never goes backwards. Latencies are kept in microseconds, at most 71 minutes.
//   Memory    about 200 octets, and one allocation for what the server said; a TLS engine from
//             STARTTLS to the end.
//   Lifetime  The Plan outlives the Probe, the Target its conversation. record() views the Probe.
//   Errors    Whatever the peer does ends in a record.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/probe/wants.h"
#include "mxsweep/results/record.h"
#include "mxsweep/smtp/dialogue.h"
#include "mxsweep/smtp/reply.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::probe {

class Probe {
 public:
  Probe(const Plan& plan, const targets::Target& target);
  Probe(Probe&&) noexcept;
  Probe& operator=(Probe&&) = delete;
  ~Probe();

  // The connect is under way. `others`: our other connections to the same address that are open.
  Wants on_started(Instant now, std::uint32_t others = 0);
  Wants on_connected(Instant now) { return on_connected(now, now); }
  Wants on_bytes(std::string_view octets, Instant now) { return on_bytes(octets, now, now); }
  // The same for news that had to wait for its turn: what happened at `heard`, and now is `now`.
  // The wait is ours, and counts in nobody's latency.
  Wants on_connected(Instant now, Instant heard);
  Wants on_bytes(std::string_view octets, Instant now, Instant heard);
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

  // What was learned, for a target that knows this server by `name` and, where it is one, as a
  // server of `domain`. Requires: a call has answered done. The caller adds what only it knows:
  // target, line, meta, address, wall time.
  [[nodiscard]] results::Record record(std::string_view name, std::string_view domain = {});
  // Gives back what only a conversation needs. Requires: the same, and that all is sent.
  void rest();
  // All that there is to keep of a conversation in which nothing was heard, as with most addresses
  // where no server is.
  struct Brief {
    Instant started{};
    std::uint32_t connect_us = 0;
    std::uint32_t greeting_us = 0;
    int socket_errno = 0;
    AnomalySet anomalies;
    targets::TlsMode mode{};
    Outcome outcome{};
    Cause cause{};
    Phase decided{};
  };
  // Requires: a call has answered done. Nothing: something was heard, or TLS was begun.
  [[nodiscard]] std::optional<Brief> brief() const;
  // A probe that is done, with the same record.
  Probe(const Plan& plan, const Brief& brief);
  // Whether another name might have been shown another certificate.
  [[nodiscard]] bool name_matters() const { return secure_ != nullptr; }
  // What the server showed; null: nothing.
  [[nodiscard]] const std::shared_ptr<const tls::Chain>& chain() const;
  // Memory that record() needs, without the chain, which others may hold too.
  [[nodiscard]] std::size_t octets() const;

  [[nodiscard]] Instant started() const { return started_; }
  [[nodiscard]] Instant deadline() const { return deadline_; }  // Of the latest Wants.
  // Whether on_connected() or on_bytes(), when it comes, means a step of a TLS handshake: a tenth
  // of a millisecond and more.
  [[nodiscard]] bool next_is_costly() const;

  // For whoever shows a conversation to a person: what the latest call decrypted and encrypted.
  // Empty without TLS; good until the next call.
  struct ClearText {
    std::string_view heard;
    std::string_view said;
  };
  [[nodiscard]] ClearText clear_text() const;
  // Null: no TLS was begun.
  [[nodiscard]] const tls::Facts* tls() const;

 private:
  static constexpr std::uint32_t kNotReachedUs = std::numeric_limits<std::uint32_t>::max();

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
  Wants take(const smtp::Transition& row, Instant now);
  Wants begin_tls(Instant now);
  Wants await(std::string_view send, Duration patience, Instant now);
  Wants stop_sending(Instant now);
  void follow(Wants& wants, const Wants& next);
  Wants fail(Cause cause, Instant now);
  Wants finish(Instant now, bool abort);
  Wants sealed(Wants wants);  // Under TLS what is to be said is encrypted last.
  void keep_reply(int code, bool declined);
  void look_at_capabilities();
  void decline(std::string_view reply, int code);
  void require_starttls();
  void say_goodbye();
  void judge(std::string_view name, std::string_view domain);
  void enter(Phase phase, Instant now);
  void stop_watch(Instant now);
  [[nodiscard]] smtp::Event event_of(int code) const;
  [[nodiscard]] bool wants_starttls() const;
  [[nodiscard]] Cause cause_of_noise() const;  // none: all that came was in its place.
  [[nodiscard]] Cause cause_of_deadline() const;
  [[nodiscard]] bool conversing() const;           // Not connecting, and QUIT not said yet.
  [[nodiscard]] bool worked_in_clear() const;      // SMTP did, before TLS was tried.
  [[nodiscard]] std::string_view current() const;  // What was read of the reply under way.
  [[nodiscard]] std::string_view ehlo_reply() const;
  [[nodiscard]] std::string_view later_reply() const;
  [[nodiscard]] results::Offered starttls_offered() const;
  [[nodiscard]] results::ReplyText deciding_reply() const;

  const Plan* plan_;
  const targets::Target* target_;   // Until the conversation is over.
  std::unique_ptr<Secure> secure_;  // Null: in clear.
  // What the latest Wants sends, where one piece held the replies to several commands. Else null.
  std::unique_ptr<std::string> joined_;
  Instant started_{};
  Instant phase_began_{};
  Instant deadline_ = kNever;
  Duration excused_{};
  // Greeting, the reply to EHLO or HELO, the refusal of STARTTLS or the reply to EHLO under TLS,
  // and then what is being read now.
  std::string heard_;
  std::uint32_t greeting_end_ = 0;  // In heard_.
  std::uint32_t ehlo_end_ = 0;      // In heard_; the reply to EHLO or HELO begins at greeting_end_.
  std::uint32_t reply_begin_ = 0;   // In heard_: the reply that is being read.
  smtp::ReplyReader reader_;
  std::array<std::uint32_t, kPhaseCount> took_us_ = all_not_reached();
  std::uint32_t bytes_in_ = 0;
  std::uint32_t bytes_out_ = 0;
  int socket_errno_ = 0;
  AnomalySet anomalies_;
  std::uint16_t greeting_code_ = 0;
  std::uint16_t ehlo_code_ = 0;
  std::uint16_t starttls_code_ = 0;
  std::uint16_t ehlo_tls_code_ = 0;
  targets::TlsMode mode_;
  smtp::State state_;
  Phase phase_ = Phase::connect;
  Outcome outcome_ = Outcome::ok;
  Cause cause_ = Cause::none;
  Phase decided_ = Phase::quit;  // The phase of the record: where a refusal or failure happened.
  results::Verb verb_ = results::Verb::ehlo;
  std::uint8_t strays_ = 0;     // Replies that belonged to no command, in the whole session.
  bool stray_heard_ = false;    // Since the latest command.
  bool burst_ = false;          // Begun among many connections to the same address.
  bool sending_ended_ = false;  // We have closed our direction, the server did not close before.
  bool declined_ = false;       // By a reply: that of phase decided_.
  bool done_ = false;

  static constexpr std::array<std::uint32_t, kPhaseCount> all_not_reached() {
    std::array<std::uint32_t, kPhaseCount> all{};
    all.fill(kNotReachedUs);
    return all;
  }
};

}  // namespace mxsweep::probe
