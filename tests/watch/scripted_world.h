// SPDX-License-Identifier: MIT
// A monitor in virtual time, with the network around it, and the list of messages that were
// accepted.
//
//   Shape     It drives a Watch, or what has the same door, as the program's loop does: results and
//             answers when they are there, then turn(), probes, and effects.
//   Units     lines are "2026-03-29T02:10:05Z CHANNEL KIND SUBJECT", in the order of acceptance.
//   Lifetime  Watch and network outlive it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/message.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/watch.h"
#include "watch/network.h"
#include "watch/told_ledger.h"

namespace mxsweep::watch {

template <typename Watched>
class ScriptedWorld {
 public:
  using Action = std::function<void(Watched&, const Moment&)>;

  std::function<void(const ProbeRequest&, Duration since_start)> on_probe;  // May be empty.

  // Nothing happens between two turns: with `turn_every`, time goes on in steps of so much.
  ScriptedWorld(Watched& watch, const Network& network, const Moment& start, Duration turn_every)
      : watch_(watch), network_(network), start_(start), now_(start), turn_every_(turn_every) {}

  void at(Duration since_start, Action action) {
    push(start_.at + since_start, [this, action = std::move(action)] { action(watch_, now_); });
  }
  void step_clock(Duration since_start, std::chrono::microseconds by) {
    push(start_.at + since_start, [this, by] {
      now_.wall += by;
      watch_.on_clock_step(by, now_);
    });
  }

  // The process is killed and started again at once: its probes and messages never come to an end.
  void restart(Duration since_start) {
    push(start_.at + since_start, [this] {
      results_ = {};
      ++life_;
      watch_.restart(now_);
    });
  }

  void run_until(Duration since_start) {
    const Instant end = start_.at + since_start;
    while (true) {
      Instant next = watch_.next();
      if (!occasions_.empty()) next = std::min(next, occasions_.top().at);
      if (!results_.empty()) next = std::min(next, results_.top().at);
      if (next > end) break;
      go_on_to(next);
      turn();
    }
    now_ = now_ + std::max(end - now_.at, Duration::zero());
  }

  [[nodiscard]] const Moment& now() const { return now_; }
  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }
  [[nodiscard]] const std::vector<std::string>& events() const { return events_; }
  [[nodiscard]] std::uint64_t probes() const { return probes_; }
  // Promises of delivery that were broken.
  [[nodiscard]] const std::vector<std::string>& broken() const { return told_.broken(); }
  [[nodiscard]] std::set<std::pair<std::string, IncidentId>> told_open() const {
    return told_.open();
  }
  [[nodiscard]] std::size_t untold_ends() const { return told_.untold_ends(); }

 private:
  static constexpr int kTurnsAtOnceMost = 1000;

  template <typename What>
  struct Planned {
    Instant at;
    std::uint64_t order;  // Of two at once, the one that was planned first.
    What what;

    bool operator<(const Planned& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  using Occasion = Planned<std::function<void()>>;
  struct ProbeEnd {
    MonitorId monitor;
    Sample sample;
  };

  void push(Instant at, std::function<void()> happens) {
    occasions_.push({at, planned_++, std::move(happens)});
  }

  void go_on_to(Instant next) {
    if (next > now_.at) {
      const Duration missing = next - now_.at;
      now_ = now_ + (missing + turn_every_ - Duration{1}) / turn_every_ * turn_every_;
      turns_at_once_ = 0;
    } else if (++turns_at_once_ > kTurnsAtOnceMost) {
      throw std::logic_error("the monitor has something to do for ever at " + text_of(now_.wall));
    }
  }

  void turn() {
    while (!results_.empty() && results_.top().at <= now_.at) {
      const ProbeEnd end = results_.top().what;
      results_.pop();
      watch_.on_result(end.monitor, end.sample, now_);
    }
    while (!occasions_.empty() && occasions_.top().at <= now_.at) {
      const auto happens = occasions_.top().what;
      occasions_.pop();
      happens();
    }
    watch_.turn(now_);
    while (const auto request = watch_.next_probe(now_)) probe(*request);
    while (const auto request = watch_.next_canary(now_)) probe_canary(*request);
    Effects effects = watch_.take_effects();
    for (const Event& event : effects.events) {
      events_.push_back(text_of(event.at) + " " + std::string(event.type) + " " + event.monitor +
                        " " + event.text);
    }
    for (Send& send : effects.sends) receive(std::move(send));
  }

  void probe(const ProbeRequest& request) {
    ++probes_;
    if (on_probe) on_probe(request, elapsed());
    const bool with_tls = request.depth >= smtp::Depth::tls;
    Answer answer = network_.probe(request.monitor, with_tls, elapsed());
    answer.sample.at = now_.wall;
    answer.sample.with_tls = with_tls;
    results_.push({now_.at + answer.takes, planned_++, {request.monitor, answer.sample}});
  }

  void probe_canary(const CanaryRequest& request) {
    const Answer answer = network_.probe_canary(request.canary, elapsed());
    const bool answered = answer.sample.outcome != Outcome::failed;
    push(now_.at + answer.takes, [this, request, answered, life = life_] {
      if (life == life_) watch_.on_canary(request, answered, now_);
    });
  }

  void receive(Send&& send) {
    Receipt receipt = network_.deliver(send.channel, send.message, elapsed());
    receipt.delivered.channel = send.channel;
    receipt.delivered.incident = send.message.incident;
    receipt.delivered.kind = send.message.kind;
    receipt.delivered.revision = send.message.revision;
    receipt.delivered.took = receipt.takes;
    push(now_.at + receipt.takes,
         [this, message = std::move(send.message), delivered = receipt.delivered, life = life_] {
           if (life != life_) return;
           if (delivered.ok) {
             const std::string& channel = watch_.settings().channels[delivered.channel].name;
             messages_.push_back(text_of(now_.wall) + " " + channel + " " +
                                 std::string(to_string(message.kind)) + " " + message.subject);
             told_.on_accepted(channel, message);
           }
           watch_.on_delivered(delivered, now_);
         });
  }

  [[nodiscard]] Duration elapsed() const { return now_.at - start_.at; }

  Watched& watch_;
  const Network& network_;
  Moment start_;
  Moment now_;
  Duration turn_every_;
  int turns_at_once_ = 0;
  std::priority_queue<Planned<ProbeEnd>> results_;
  std::priority_queue<Occasion> occasions_;
  std::uint64_t planned_ = 0;
  std::uint64_t life_ = 0;  // Of the process: counts its restarts.
  std::uint64_t probes_ = 0;
  std::vector<std::string> messages_;
  std::vector<std::string> events_;
  ToldLedger told_;
};

}  // namespace mxsweep::watch
