// SPDX-License-Identifier: MIT
// One attempt to deliver one message, by the means of its channel.
//
//   Shape    begin(), then whatever Transfers, MxFinder and its program call back, until done();
//            on_time() at deadline(). Then report().
//   Lifetime must outlive what it has started on the Transfers, which is nothing once done().
//   Errors   every failure is a watch::Delivered with ok = false.
#pragma once

#include <poll.h>

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "deliver/mx_finder.h"
#include "deliver/tally.h"
#include "deliver/transfer.h"
#include "mxsweep/core/time.h"
#include "mxsweep/programs/program.h"
#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/effects.h"

namespace mxsweep::deliver {

struct Means {
  Transfers& transfers;
  MxFinder& mx;
  std::string host;     // Ours, of EHLO and Message-IDs.
  std::string ca_file;  // Of channels that name none.
};

class Attempt {
 public:
  // `accepted`: recipients that have got the message from an earlier attempt.
  Attempt(const watch::Channel& channel, const watch::Message& message,
          std::set<std::string> accepted);
  virtual ~Attempt() = default;
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  void begin(Instant now, WallTime wall) {
    began_ = now;
    start(now, wall);
  }
  virtual void on_time(Instant /*now*/) {}
  [[nodiscard]] virtual Instant deadline() const { return kNever; }
  virtual void descriptors(std::vector<pollfd>& /*descriptors*/) const {}
  virtual void on_ready() {}

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const watch::Channel& channel() const { return channel_; }
  [[nodiscard]] const watch::Message& message() const { return message_; }
  [[nodiscard]] std::set<std::string> accepted() const { return tally_.accepted(); }
  [[nodiscard]] watch::Delivered report(watch::ChannelNumber channel, Instant now) const;

 protected:
  virtual void start(Instant now, WallTime wall) = 0;
  [[nodiscard]] const std::string& ca_file(const Means& means) const;
  void conclude(Answer answer);  // For all recipients that are left.

  watch::Channel channel_;
  watch::Message message_;
  std::vector<std::string> recipients_;  // One, without a name, of kinds that have none.
  Tally tally_;
  bool done_ = false;
  Instant began_{};
};

class HttpAttempt : public Attempt {
 public:
  HttpAttempt(const watch::Channel& channel, const watch::Message& message,
              std::set<std::string> accepted, Means& means)
      : Attempt(channel, message, std::move(accepted)), means_(means) {}

 private:
  void start(Instant now, WallTime wall) override;

  Means& means_;
  std::size_t waiting_ = 0;  // Requests without an answer.
};

class MailAttempt : public Attempt {
 public:
  MailAttempt(const watch::Channel& channel, const watch::Message& message,
              std::set<std::string> accepted, Means& means)
      : Attempt(channel, message, std::move(accepted)), means_(means) {}

  void on_time(Instant now) override;
  [[nodiscard]] Instant deadline() const override;

 private:
  void start(Instant now, WallTime wall) override;
  void next();
  bool next_relay(Instant now);
  void add_exchanges(const watch::Relay& relay, const std::vector<std::string>& recipients,
                     const Exchanges& exchanges);
  void talk(MailHop&& hop, Instant now);
  void on_outcome(const MailHop& hop, const Transfer::Outcome& outcome);
  [[nodiscard]] std::vector<std::string> still_open(std::vector<std::string> recipients) const;
  [[nodiscard]] MailHop hop_to(const watch::Relay& relay) const;

  Means& means_;
  std::shared_ptr<const std::string> mail_;
  std::map<std::string, std::string> addresses_;  // Of recipients as they are configured.
  std::size_t relay_ = 0;                         // The next one.
  std::deque<MailHop> hops_;                      // Of the present relay.
  std::size_t look_ups_ = 0;                      // Without an answer.
  // A look-up may outlive the attempt, whose time was over before.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

class ExecAttempt : public Attempt {
 public:
  using Attempt::Attempt;

  void on_time(Instant now) override;
  [[nodiscard]] Instant deadline() const override;
  void descriptors(std::vector<pollfd>& descriptors) const override;
  void on_ready() override;

 private:
  void start(Instant now, WallTime wall) override;

  programs::Program program_;
  bool late_ = false;
};

[[nodiscard]] std::unique_ptr<Attempt> make_attempt(const watch::Channel& channel,
                                                    const watch::Message& message,
                                                    std::set<std::string> accepted, Means& means);

}  // namespace mxsweep::deliver
