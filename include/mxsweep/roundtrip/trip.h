// SPDX-License-Identifier: MIT
// One run of a script: which connections it makes, one after the other and beside each other, and
// its report. Pure.
//
//   Shape     while !done(): make a connection for each leg that next() returns, wait for an end or
//             until wake(), and tell it with on_end() or on_unreachable(). next() after each turn
//             of the loop: what a transaction has seen may begin the next leg.
//   Order     the mailbox is opened first, so that the message is seen as it comes; then the
//             connections that send are made, one after the other. A mailbox that cannot be looked
//             at does not prevent sending, and is tried again until the deadline.
//   Lifetime  a leg's transaction is valid until its on_end().
//   Errors    the report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/secret.h"
#include "mxsweep/core/time.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/probe/transaction.h"
#include "mxsweep/roundtrip/mailbox_order.h"
#include "mxsweep/roundtrip/pop3_transaction.h"
#include "mxsweep/roundtrip/report.h"
#include "mxsweep/roundtrip/script.h"
#include "mxsweep/roundtrip/sending.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::roundtrip {

struct Account {
  std::string user{};
  Secret secret{};     // A password or, with `token`, an access token.
  bool token = false;  // Of OAuth 2.0.
};

struct TripOrder {
  Script script{};
  Account sender{};
  Account reader{};
  std::string key{};      // Of message tokens: message::kKeyOctetsMin octets or more.
  std::uint32_t run = 0;  // By chance, as are the nonces (sasl::Exchange).
  std::string send_nonce{};
  std::string fetch_nonce{};
  WallTime wall_at_zero{};                     // The wall time at Instant's zero.
  std::map<std::string, std::string> files{};  // The content of each file of a data step.
};

// The pause before a mailbox that could not be looked at is tried again.
inline constexpr Duration kMailboxAgain = std::chrono::seconds{2};

class Trip {
 public:
  struct Leg {
    std::size_t number = 0;
    const Endpoint* endpoint = nullptr;
    targets::TlsMode tls = targets::TlsMode::off;
    probe::Transaction* transaction = nullptr;
    Duration time_left{};  // For the whole conversation.
    std::uint32_t session_octets_max = 0;
  };

  Trip(TripOrder order, Instant now);
  Trip(const Trip&) = delete;
  Trip& operator=(const Trip&) = delete;
  ~Trip();

  // A connection to be made now.
  [[nodiscard]] std::optional<Leg> next(Instant now);
  [[nodiscard]] Instant wake() const;  // When next() may have one although nothing has ended.
  // The address that was visited for a leg, and how long its name has taken to resolve.
  void on_resolved(std::size_t leg, const Address& ip, Duration took);
  void on_end(std::size_t leg, const probe::Observation& seen, Instant now);
  void on_unreachable(std::size_t leg, Cause cause, Instant now);  // There is no address.
  void interrupt();  // It is done as soon as the legs have ended.
  [[nodiscard]] bool done() const;

  [[nodiscard]] const Script& script() const { return order_.script; }
  // Requires: done().
  [[nodiscard]] Report report(Instant now) const;

 private:
  struct Mail;   // A connection that sends.
  struct Watch;  // The connections to the mailbox, one after the other.

  void split_into_legs();
  [[nodiscard]] std::optional<Leg> next_visit(Instant now);
  [[nodiscard]] std::optional<Leg> next_mail(Instant now);
  void look_for_acceptance();
  void end_of_mail(const Mail& mail);
  void end_of_visit(Instant now, std::string fault, Phase until);
  [[nodiscard]] bool mails_over() const;
  [[nodiscard]] Found found() const;
  [[nodiscard]] Sent sent() const;
  void judge_message(Report& report) const;
  void judge_all(Report& report) const;

  TripOrder order_;
  Instant began_;
  Instant deadline_;
  std::string token_;
  Variables variables_;
  SendOrder send_order_;
  std::deque<Mail> mails_;
  std::unique_ptr<Watch> watch_;   // Null: nothing is fetched.
  std::optional<Instant> mailed_;  // Of the message that was accepted.
  std::optional<Instant> accepted_;
  std::size_t mail_at_ = 0;  // The one that runs, or is next.
  bool mail_runs_ = false;
  bool interrupted_ = false;
};

}  // namespace mxsweep::roundtrip
