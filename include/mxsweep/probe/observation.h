// SPDX-License-Identifier: MIT
// What one conversation has learned of a server: facts by phase, owned, and as many records of them
// as there are names and domains that lead to it.
//
//   Shape     a Conversation writes into it until it is over; from then on it is constant. Without
//             a received octet and without TLS, as with most addresses where no server is, there is
//             only the object itself.
//   Units     latencies in microseconds, at most 71 minutes.
//   Memory    40 octets; what was received, and where it ends, is one allocation more. Facts of TLS
//             are another, beside the chain, which observations share.
//   Lifetime  needs neither plan nor target. A record views the observation.
//   Errors    none: whatever a peer does can be written down.
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
#include "mxsweep/tls/facts.h"

namespace mxsweep::probe {

class Observation {
 public:
  Observation() = default;  // Of nothing.
  // Keeps what of the plan concerns its records.
  Observation(const Plan& plan, targets::TlsMode mode);

  // What was learned, for a target that knows this server by `name` and, where it is one, as a
  // server of `domain`. Requires: the conversation is over. The caller adds what only it knows:
  // target, line, meta, address, wall time.
  [[nodiscard]] results::Record record(std::string_view name, std::string_view domain = {}) const;

  [[nodiscard]] bool ended() const { return ended_; }  // The conversation is over.
  [[nodiscard]] Instant started() const { return started_; }
  [[nodiscard]] Outcome outcome() const { return outcome_; }
  [[nodiscard]] Cause cause() const { return cause_; }
  [[nodiscard]] AnomalySet anomalies() const { return anomalies_; }
  [[nodiscard]] std::uint32_t bytes_in() const;
  // The reply of a phase; 0 and empty: there was none, or its text was not kept.
  [[nodiscard]] int code(Phase phase) const;
  [[nodiscard]] std::string_view reply(Phase phase) const;
  // What was received behind the last reply.
  [[nodiscard]] std::string_view unfinished() const;
  [[nodiscard]] results::Offered starttls_offered() const;
  // Null: no TLS was begun. What depends on the name is not in it.
  [[nodiscard]] const tls::Facts* tls() const;
  // Whether another name might have been shown another certificate.
  [[nodiscard]] bool name_matters() const { return tls() != nullptr; }
  // What the server showed; null: nothing.
  [[nodiscard]] const std::shared_ptr<const tls::Chain>& chain() const;
  // Nothing was received, and TLS was not begun: there is no memory beside the object.
  [[nodiscard]] bool is_silent() const { return received_ == nullptr; }
  // The memory beside the object, without the chain, which others may hold too.
  [[nodiscard]] std::size_t octets_held() const;
  // Moves what was received into that memory, without room for more, to be kept. Requires: the
  // memory outlives the observation.
  void move_to(std::pmr::memory_resource& memory);

 private:
  friend class Conversation;  // Which writes it.

  static constexpr std::uint32_t kNotReachedUs = std::numeric_limits<std::uint32_t>::max();
  struct Tls {
    std::shared_ptr<const tls::Chain> chain;
    WallTime seen{};   // When the chain was.
    tls::Facts facts;  // Without what depends on a name.
  };
  struct Received;  // All that there is to keep only when there was something.
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
  void append(std::string_view octets);  // To what is unfinished.
  void cut_unfinished(std::size_t octets_max);
  void drop_front(std::size_t octets);  // Of what is unfinished.
  // What is unfinished is the reply of that phase, in place of an earlier one.
  void keep_reply(Phase phase, int code);
  void keep_code(Phase phase, int code);  // The same, without its text.
  void begin_tls();
  [[nodiscard]] Tls& seen_tls();  // Requires: TLS was begun.

  [[nodiscard]] static Block allocate(std::size_t octets_max, std::pmr::memory_resource& memory);
  void reallocate(std::size_t octets_max, std::pmr::memory_resource& memory);
  Received& received();
  [[nodiscard]] const Tls* seen_tls() const;  // Null: not begun.
  [[nodiscard]] std::uint32_t us(Phase phase) const;
  [[nodiscard]] std::uint32_t& us(Phase phase);
  [[nodiscard]] results::ReplyText deciding_reply() const;

  Instant started_{};
  Block received_;
  // Of connect and greeting, which alone there can be when nothing is received.
  std::array<std::uint32_t, 2> first_us_{kNotReachedUs, kNotReachedUs};
  AnomalySet anomalies_;
  std::uint16_t socket_errno_ = 0;
  Outcome outcome_ = Outcome::ok;
  Cause cause_ = Cause::none;
  Phase phase_ = Phase::quit;  // The phase of the record: where a refusal or failure happened.
  results::ChainDetail chain_detail_ = results::ChainDetail::full;
  results::Verb verb_ = results::Verb::ehlo;
  bool declined_ : 1 = false;  // By a reply: that of phase_.
  bool ended_ : 1 = false;
  bool starttls_known_ : 1 = false;  // Whether STARTTLS is a question with this server at all.
  bool require_valid_ : 1 = false;
};
static_assert(sizeof(Observation) <= 40, "millions of addresses without a server are remembered");

}  // namespace mxsweep::probe
