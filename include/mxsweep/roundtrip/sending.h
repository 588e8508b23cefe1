// SPDX-License-Identifier: MIT
// The steps of a script that talk SMTP to one server, as the transaction of a conversation. Pure.
//
//   Source    RFC 5321 sections 4.1.1 (MAIL, RCPT, DATA), 4.5.2 (transparency), 4.5.3.2 (how long a
//             client waits); RFC 4954 (AUTH); RFC 1870 (SIZE).
//   Shape     the first step is Connect; the last one is before the next Connect or Fetch. The
//             conversation does what leads to the capabilities, STARTTLS among it; steps for that
//             look at what it has seen, before the first command is sent. After the conversation:
//             on_end(), then the results.
//   Failure   a step that fails is the last one, but for those with `always`. Without a reply none
//             can follow.
//   Trust     no password leaves before the certificate was checked, if the script wants that, and
//             none in clear text unless it allows it.
//   Lifetime  order, steps and variables outlive it.
//   Errors    StepResult::fault, in the server's words where it has said something. No secret is in
//             it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/secret.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/probe/transaction.h"
#include "mxsweep/roundtrip/script.h"
#include "mxsweep/roundtrip/step_result.h"
#include "mxsweep/roundtrip/variables.h"
#include "mxsweep/roundtrip/verdict.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::roundtrip {

struct SendOrder {
  Secret secret{};  // The password or, with `token`, the access token.
  bool token = false;
  std::string nonce{};                         // Of sasl::Exchange.
  std::string message_token{};                 // Of message/token.h: the message has it.
  WallTime wall_at_zero{};                     // The wall time at Instant's zero.
  std::map<std::string, std::string> files{};  // The content of each file of a data step.

  [[nodiscard]] WallTime wall_time(Instant moment) const {
    return wall_at_zero +
           std::chrono::duration_cast<std::chrono::microseconds>(moment.time_since_epoch());
  }
};

class Authentication;

class Sending : public probe::Transaction {
 public:
  // `first`: the number of the first of the steps in its script.
  Sending(const SendOrder& order, std::span<const Step> steps, std::size_t first,
          Variables& variables);
  ~Sending() override;

  Move begin(const Opening& opening, Instant now) override;
  Move on_bytes(std::string_view octets, Instant now) override;
  Move on_deadline(Instant now) override;
  // The conversation is over.
  void on_end(const probe::Observation& seen, Instant now);

  [[nodiscard]] const std::vector<StepResult>& results() const { return results_; }
  // Each phase that was completed, in order.
  [[nodiscard]] const std::vector<PhaseTime>& times() const { return times_; }
  [[nodiscard]] bool failed() const { return failed_; }
  // `stopped` while it is not known. Without a data step: whether all steps went well.
  [[nodiscard]] Sent sent() const { return sent_; }
  // When the reply to the final dot was complete.
  [[nodiscard]] std::optional<Instant> accepted() const { return accepted_; }
  // When MAIL was sent: servers stamp a message from then on, and some do not wait for its end.
  [[nodiscard]] std::optional<Instant> mailed() const { return mailed_; }

 private:
  enum class Stage : std::uint8_t { idle, command, auth, data, dot };

  // sending.cc
  Move go_on(Instant now);
  Move run(const Step& step, Instant now);
  Move command(std::string line, Phase phase, Instant now);
  Move deliver(Instant now);
  Move on_reply(int code, std::string_view reply, Instant now);
  Move conclude(int code, std::string_view reply, Instant now);
  Move give_up(std::string fault, Instant now);
  Move await(Duration patience, Instant now);
  void keep(StepResult result);
  [[nodiscard]] Result<std::string> mail_line(const MailFrom& mail) const;
  [[nodiscard]] Result<std::string> mail_octets(const Data& data, Instant now) const;
  [[nodiscard]] StepResult result(Instant now) const;
  [[nodiscard]] const Step& step() const { return steps_[at_]; }
  // sending_auth.cc
  Move begin_auth(const Authenticate& auth, Instant now);
  Move on_auth_reply(int code, std::string_view reply, Instant now);
  // sending_ends.cc
  void check_opening(const Opening& opening, Instant now);
  void explain_early_end(const probe::Observation& seen);
  [[nodiscard]] const Endpoint& endpoint() const;

  const SendOrder& order_;
  std::span<const Step> steps_;
  std::size_t first_;
  Variables& variables_;
  std::vector<StepResult> results_;
  std::vector<PhaseTime> times_;
  std::size_t at_ = 0;  // The step that runs, or is next.
  Stage stage_ = Stage::idle;
  Phase phase_ = Phase::connect;  // Of the command that was sent.
  Sent sent_ = Sent::stopped;
  bool begun_ = false;
  bool failed_ = false;
  bool under_tls_ = false;
  bool out_of_step_ = false;  // A reply is missing: no command can follow.
  std::optional<Instant> mailed_;
  std::optional<Instant> accepted_;
  Instant began_{};     // The step that runs.
  Instant asked_{};     // The command of phase_ was sent.
  Instant deadline_{};  // Of the reply that is awaited.
  std::string capabilities_;
  std::string sending_;
  std::string message_;   // To be sent after a 354.
  std::string received_;  // Since the last reply.
  smtp::ReplyReader reader_;
  std::unique_ptr<Authentication> authentication_;  // Null: none goes on.
  std::string sender_;
  std::string recipient_;  // The first one that was accepted.
};

}  // namespace mxsweep::roundtrip
