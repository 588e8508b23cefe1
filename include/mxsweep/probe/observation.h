// SPDX-License-Identifier: MIT
// What one conversation has learned about a server. The observation owns its facts, in order of
// phase. record() makes a record of it for each name or domain that leads to the server.
//
//   Shape     a Conversation writes it until the conversation is over; from then on it is constant.
//             If nothing was received and TLS did not begin, as with most addresses without a
//             server, there is only the object itself.
//   Units     latencies in microseconds, at most 71 minutes.
//   Memory    40 octets. The received octets, and the lengths of the replies, are one allocation
//             more. Facts of TLS are another; the chain is not counted, observations share it.
//   Lifetime  needs neither plan nor target. A record views the observation.
//   Errors    none: everything that a peer can do has a representation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <memory_resource>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/results/record.h"
#include "mxsweep/tls/enumeration.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::probe {

struct Compared;

class Observation {
 public:
  static constexpr std::uint32_t kAttemptMost = 15;

  Observation() = default;  // Of no conversation.
  // Copies the parts of the plan that its records depend on.
  Observation(const Plan& plan, targets::TlsMode mode, Protocol protocol);

  // The record for a target that leads to this server by `name` and, unless that is empty, as a
  // server of the mail domain `domain`. Requires: the conversation is over. The caller adds target,
  // line, meta, address and wall time, which the observation does not have.
  [[nodiscard]] results::Record record(std::string_view name, std::string_view domain = {}) const;

  // The number of the attempt at this visit, counted from 1; at most kAttemptMost.
  void set_attempt(std::uint32_t attempt) { attempt_ = attempt & kAttemptMost; }

  [[nodiscard]] bool ended() const { return ended_; }  // The conversation is over.
  [[nodiscard]] Instant started() const { return started_; }
  [[nodiscard]] Outcome outcome() const { return outcome_; }
  [[nodiscard]] Cause cause() const { return cause_; }
  [[nodiscard]] AnomalySet anomalies() const { return anomalies_; }
  [[nodiscard]] std::uint32_t bytes_in() const;
  [[nodiscard]] Phase phase() const { return phase_; }  // The phase of the record.
  // The SMTP code of the reply that decided the outcome; 0: none did.
  [[nodiscard]] int deciding_code() const {
    return declined_ && protocol_ == Protocol::smtp ? code(phase_) : 0;
  }
  // The reply of a phase, with the code as in results::ReplyText; 0 and empty: there was none, or
  // its text was not kept.
  [[nodiscard]] int code(Phase phase) const;
  [[nodiscard]] std::string_view reply(Phase phase) const;
  // The octets received after the last reply.
  [[nodiscard]] std::string_view unfinished() const;
  [[nodiscard]] results::Offered starttls_offered() const;
  // Null: TLS did not begin. Without the facts that depend on a name.
  [[nodiscard]] const tls::Facts* tls() const;
  // Whether a visit under another name (SNI) might get another certificate.
  [[nodiscard]] bool name_matters() const { return tls() != nullptr; }
  // The certificates that the server sent; null: none.
  [[nodiscard]] const std::shared_ptr<const tls::Chain>& chain() const;
  // Keeps what a survey of its TLS has found, which its records then have. Requires: TLS began.
  void keep(const tls::Enumeration& enumeration);
  // Nothing was received, and TLS did not begin: there is no memory beside the object.
  [[nodiscard]] bool is_silent() const { return received_ == nullptr; }
  // The memory beside the object, without the chain, which other observations may share.
  [[nodiscard]] std::size_t octets_held() const;
  // Moves the received octets into `memory`, without spare room, for an observation that is kept.
  // Requires: `memory` outlives the observation.
  void move_to(std::pmr::memory_resource& memory);

 private:
  friend class Conversation;  // The writer.

  static constexpr std::uint32_t kNotReachedUs = std::numeric_limits<std::uint32_t>::max();
  struct Tls {
    std::shared_ptr<const tls::Chain> chain;
    WallTime seen{};                                      // When the chain was received.
    tls::Facts facts;                                     // Without those that depend on a name.
    std::unique_ptr<const tls::Enumeration> enumeration;  // Null: none was made.
  };
  struct Received;  // Everything that exists only once something was received.
  struct Free {
    void operator()(Received* received) const;
  };
  using Block = std::unique_ptr<Received, Free>;

  void set_time(Phase phase, Duration took);
  void add_time(Phase phase, Duration more);
  [[nodiscard]] bool reached(Phase phase) const { return us(phase) != kNotReachedUs; }
  void decide(Outcome outcome, Cause cause, Phase phase);
  void count_received(std::size_t octets);
  void count_sent(std::size_t octets);
  void append(std::string_view octets);  // To unfinished().
  void cut_unfinished(std::size_t octets_max);
  void drop_front(std::size_t octets);  // Of unfinished().
  // Makes unfinished() the reply of that phase; an earlier reply of the phase is replaced.
  void keep_reply(Phase phase, int code);
  void keep_code(Phase phase, int code);  // The same, without the text.
  void begin_tls();
  // Adds the anomalies of the conversation as a whole. `secured`: TLS came before the greeting.
  void compare_all(bool secured);
  [[nodiscard]] Tls& seen_tls();  // Requires: TLS began.

  [[nodiscard]] static Block allocate(std::size_t octets_max, std::pmr::memory_resource& memory);
  void reallocate(std::size_t octets_max, std::pmr::memory_resource& memory);
  Received& received();
  [[nodiscard]] const Tls* seen_tls() const;  // Null: TLS did not begin.
  [[nodiscard]] std::uint32_t us(Phase phase) const;
  [[nodiscard]] std::uint32_t& us(Phase phase);
  [[nodiscard]] results::ReplyText reply_text(Phase phase) const;
  [[nodiscard]] results::ReplyText deciding_reply() const;
  // That lists the capabilities in clear text, or under TLS from the start. Code 0: none.
  [[nodiscard]] results::ReplyText capabilities() const;
  [[nodiscard]] Compared compared(bool secured) const;

  Instant started_{};
  Block received_;
  // Of connect and greeting, the only phases with a time when nothing is received.
  std::array<std::uint32_t, 2> first_us_{kNotReachedUs, kNotReachedUs};
  AnomalySet anomalies_;
  std::uint16_t socket_errno_ = 0;
  Outcome outcome_ = Outcome::ok;
  Cause cause_ = Cause::none;
  Phase phase_ = Phase::quit;  // The phase of the record: where a refusal or failure happened.
  results::ChainDetail chain_detail_ = results::ChainDetail::full;
  results::Verb verb_ = results::Verb::ehlo;
  Protocol protocol_ = Protocol::smtp;
  bool declined_ : 1 = false;  // The reply of phase_ decided the outcome.
  bool ended_ : 1 = false;
  bool starttls_known_ : 1 = false;  // Whether the record has a field on STARTTLS at all.
  bool require_valid_ : 1 = false;
  std::uint8_t attempt_ : 4 = 1;
};
static_assert(sizeof(Observation) <= 40, "millions of addresses without a server are remembered");

}  // namespace mxsweep::probe
