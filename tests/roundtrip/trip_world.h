// SPDX-License-Identifier: MIT
// A trip in virtual time: a server that takes messages, one of mailboxes, and what lies between.
//
//   Shape     set the switches, run(), look at the report. An answer takes a millisecond.
//   Errors    a trip that is not done after an hour fails the test.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/roundtrip/trip.h"
#include "roundtrip/model_mail_server.h"
#include "roundtrip/model_server.h"
#include "support/catch.h"

namespace mxsweep::roundtrip {

class TripWorld {
 public:
  ModelMailServer mail;
  ModelServer mailboxes;
  // Where the message comes to, and after how long; nothing: nowhere.
  std::optional<std::string> folder = "INBOX";
  Duration delay = std::chrono::milliseconds{40};
  int copies = 1;
  std::string added;  // To the head of the message.
  bool mailbox_refuses = false;
  Cause unreachable = Cause::none;  // Why the names of the servers lead nowhere.
  std::function<void(Trip&)> on_accepted;

  Report run(Script script) {
    TripOrder order{.script = std::move(script)};
    order.sender = {"probe", Secret("sesame"), false};
    order.reader = {"box", Secret("sesame"), false};
    order.key = "a key of sixteen octets or more";
    order.send_nonce = order.fetch_nonce = "rOprNGfwEbeRWgbNEkqO";
    order.wall_at_zero = WallTime{std::chrono::seconds{1'800'000'000}};
    Trip trip(std::move(order), now_);
    const Instant latest = now_ + std::chrono::hours{1};
    while (!trip.done()) {
      REQUIRE(now_ < latest);
      while (const std::optional<Trip::Leg> leg = trip.next(now_)) begin(trip, *leg);
      if (!trip.done() && !work(trip)) advance(trip);
    }
    return trip.report(now_);
  }

 private:
  struct Connection {
    explicit Connection(const Trip::Leg& leg) : plan("client.test") {
      const Service service = leg.endpoint->service;
      mailbox = !sends(service);
      plan.protocol = mailbox ? Protocol::imap : Protocol::smtp;
      plan.transaction = leg.transaction;
      plan.session_timeout = leg.time_left;
      plan.session_octets_max = leg.session_octets_max;
      plan.keep_all_replies = true;
      conversation.emplace(plan, target);
    }

    bool mailbox = false;
    bool in_data = false;
    probe::Plan plan;
    targets::Target target;
    std::optional<probe::Conversation> conversation;
    Instant deadline = kNever;
    std::string incoming;  // To the client.
    std::string outgoing;  // From it.
    bool closing = false;  // When `incoming` was read, the server closes.
  };

  void begin(Trip& trip, const Trip::Leg& leg) {
    if (unreachable != Cause::none) return trip.on_unreachable(leg.number, unreachable, now_);
    trip.on_resolved(leg.number, *parse_address("192.0.2.1"), std::chrono::milliseconds{3});
    auto& made = connections_[leg.number] = std::make_unique<Connection>(leg);
    take(*made, made->conversation->on_started(now_));
    if (made->mailbox && mailbox_refuses) {
      static_cast<void>(made->conversation->on_error(ECONNREFUSED, now_));
      return end(trip, leg.number);
    }
    take(*made, made->conversation->on_connected(now_));
    made->incoming = made->mailbox ? "* OK [CAPABILITY " + mailboxes.capabilities + "] ready\r\n"
                                   : mail.greeting();
  }

  void take(Connection& connection, const probe::Wants& wants) {
    connection.outgoing += wants.send;
    connection.deadline = wants.deadline;
    ended_ = wants.done;
  }

  void end(Trip& trip, std::size_t number) {
    const auto ended = std::move(connections_.at(number));
    connections_.erase(number);
    trip.on_end(number, ended->conversation->take_observation(), now_);
  }

  // One step of one connection; false: nothing is under way.
  bool work(Trip& trip) {
    for (auto& [number, connection] : connections_) {
      if (!connection->incoming.empty()) {
        now_ += std::chrono::milliseconds{1};
        const std::string octets = std::exchange(connection->incoming, {});
        take(*connection, connection->conversation->on_bytes(octets, now_));
      } else if (connection->closing) {
        take(*connection, connection->conversation->on_closed(now_));
      } else if (!connection->outgoing.empty()) {
        answer(trip, *connection, std::exchange(connection->outgoing, {}));
        continue;
      } else {
        continue;
      }
      if (ended_) end(trip, number);
      return true;
    }
    for (auto& [number, connection] : connections_) {
      if (!connection->incoming.empty() || connection->closing) return true;
    }
    return false;
  }

  void answer(Trip& trip, Connection& connection, const std::string& octets) {
    if (connection.mailbox) {
      connection.incoming += mailboxes.answer(octets);
      connection.closing |= mailboxes.log.ends_with("LOGOUT\n");
      return;
    }
    const ModelMailServer::Answer answer = mail.answer(octets, connection.in_data);
    connection.incoming += answer.octets;
    connection.closing |= answer.closes;
    if (!answer.message) return;
    if (folder) arrivals_.push_back({now_ + delay, *answer.message});
    if (on_accepted) on_accepted(trip);
  }

  void advance(Trip& trip) {
    Instant next = trip.wake();
    for (const auto& [number, connection] : connections_) {
      next = std::min(next, connection->deadline);
    }
    for (const Arrival& each : arrivals_) next = std::min(next, each.at);
    REQUIRE(next != kNever);
    now_ = std::max(now_, next);
    if (!arrivals_.empty() && arrivals_.front().at <= now_) return arrive();
    for (auto& [number, connection] : connections_) {
      if (connection->deadline > now_) continue;
      take(*connection, connection->conversation->on_deadline(now_));
      if (ended_) end(trip, number);
      return;
    }
  }

  void arrive() {
    const std::string text = std::exchange(arrivals_.front().text, {});
    arrivals_.erase(arrivals_.begin());
    std::string news;
    for (int copy = 0; copy < copies; ++copy) {
      news += mailboxes.deliver(*folder, added + text + "\r\n");
    }
    for (auto& [number, connection] : connections_) {
      if (connection->mailbox) connection->incoming += news;
    }
  }

  struct Arrival {
    Instant at{};
    std::string text;
  };

  Instant now_{std::chrono::seconds{1000}};
  std::map<std::size_t, std::unique_ptr<Connection>> connections_;
  std::vector<Arrival> arrivals_;
  bool ended_ = false;
};

}  // namespace mxsweep::roundtrip
