// SPDX-License-Identifier: MIT
// Delivers messages: by mail, HTTP or a program. One thread of its own, libcurl's multi interface.
//
//   Shape    start() the thread; send() from one other thread; take() what has become of it, when
//            the bell was rung. One attempt for each send(): retries are the Notifier's.
//   Limits   10 s to connect, Channel::timeout in all, 64 KiB of an answer, no redirects, only
//            http, https, smtp and smtps; kAtOnce attempts at the same time.
//   Mail     the relays in order until one accepts. "mx:" goes to the recipient domain's MX hosts
//            in the order of their preference, without login.
//   Errors   every failure is a watch::Delivered with ok = false. start(): machine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::deliver {

inline constexpr std::uint32_t kAtOnce = 16;

struct CourierOptions {
  std::string helo;      // And the host of Message-IDs.
  std::string resolver;  // IP[:PORT] for MX look-ups; empty: the system's.
  std::string ca_file;   // Of channels that name none; empty: the system's.
};

class Courier {
 public:
  // `bell` is notified when there is something to take(); it outlives the courier.
  Courier(CourierOptions options, threads::Doorbell& bell);
  ~Courier();  // Ends the thread; attempts in progress are abandoned.
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  Status start();
  // The channel as it is now: a reload may change it between two attempts.
  void send(const watch::Channel& channel, watch::Send&& send);
  [[nodiscard]] std::optional<watch::Delivered> take();
  [[nodiscard]] std::uint32_t open() const;  // Not answered by take() yet.
  void ping(const std::string& url);  // A GET; its result is only logged in `last_ping_error`.
  [[nodiscard]] std::string last_ping_error() const;  // Empty: the last one succeeded.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The kinds of channels that there are: "mail", "webhook", "exec", "alertmanager", "slack", …
[[nodiscard]] std::vector<std::string> channel_kinds();

}  // namespace mxsweep::deliver
