// SPDX-License-Identifier: MIT
// A visit of a mailbox of the model server, in virtual time: an answer takes a millisecond.
//
//   Errors    none.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/roundtrip/imap_transaction.h"
#include "roundtrip/model_server.h"

namespace mxsweep::roundtrip {

class ModelVisit {
 public:
  ModelVisit(ModelServer& server, const MailboxOrder& order)
      : server_(server), transaction_(order, signals, result), conversation_(plan_, target_) {}

  // Until everything is answered.
  void begin() {
    take(conversation_.on_started(now));
    take(conversation_.on_connected(now));
    receive("* OK [CAPABILITY " + server_.capabilities + "] ready\r\n");
  }
  void receive(const std::string& octets) {
    for (std::string rest = octets; !rest.empty() && !wants_.done;) {
      now += std::chrono::milliseconds{1};
      take(conversation_.on_bytes(rest, now));
      rest = server_.answer(std::exchange(sent_, {}));
    }
  }
  void deliver(const std::string& folder, const std::string& text) {
    receive(server_.deliver(folder, text));
  }
  void wait(Duration span) {
    const Instant until = now + span;
    while (!wants_.done && wants_.deadline <= until) {
      now = std::max(now, wants_.deadline);
      take(conversation_.on_deadline(now));
      receive(server_.answer(std::exchange(sent_, {})));
    }
    now = std::max(now, until);
  }
  [[nodiscard]] bool ended() const { return server_.log.ends_with("LOGOUT\n"); }

  Signals signals;
  MailboxResult result;
  Instant now{std::chrono::seconds{1000}};

 private:
  static probe::Plan plan_with(ImapTransaction& transaction) {
    probe::Plan plan("scanner.test");
    plan.protocol = Protocol::imap;
    plan.transaction = &transaction;
    plan.session_timeout = std::chrono::hours{1};
    plan.session_octets_max = kMailboxSessionOctetsMax;
    return plan;
  }
  void take(const probe::Wants& wants) {
    wants_ = wants;
    sent_ += wants.send;
  }

  ModelServer& server_;
  ImapTransaction transaction_;
  targets::Target target_;
  probe::Plan plan_ = plan_with(transaction_);
  probe::Conversation conversation_;
  probe::Wants wants_;
  std::string sent_;
};

}  // namespace mxsweep::roundtrip
