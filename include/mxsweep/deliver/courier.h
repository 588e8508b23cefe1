// SPDX-License-Identifier: MIT
// Delivers messages: by mail, HTTP or a program, on libcurl. One thread of its own, and one for
// each mail that is under way.
//
//   Shape    start() the thread; send() from one other thread; take() what has become of it, when
//            the bell was rung. One attempt for each send(): retries are the Notifier's. Messages
//            of one channel go out one after the other, in order.
//   Limits   10 s to connect, Channel::timeout in all, 64 KiB of an answer, no redirects, only
//            http, https, smtp and smtps; kAtOnce attempts at the same time.
//   Many     A channel with several recipients has succeeded when each of them was accepted or
//            refused for good, and one was accepted at least. A retry in this process leaves those
//            out that were accepted before.
//   HTTP     permanent: 3xx, and 4xx but 408, 425 and 429.
//   Mail     the relays in order until one accepts; 5xx of all of them is permanent. "mx:" goes to
//            the recipient domain's MX hosts in the order of their preference, without login; its
//            port is 25 unless it is neither that nor Relay's default. A login needs TLS with a
//            valid certificate. STARTTLS "if offered", without a login, accepts any certificate.
//   exec     0: done. 100, 126, 127: permanent. All else: again later.
//   Alerts   An Alertmanager forgets an alert that is not renewed for 5 minutes. So those that it
//            has accepted are sent again each minute while they are open, with the labels that they
//            had first, and for 5 minutes after their end. After a start of the process resume()
//            does that for those that are open.
//   Errors   every failure is a watch::Delivered with ok = false; its text has no secrets. start():
//            machine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/effects.h"

namespace mxsweep::deliver {

inline constexpr std::uint32_t kAtOnce = 16;
inline constexpr std::size_t kAlertsMax = 1000;  // Renewed, over all channels.

struct CourierOptions {
  std::string helo;      // And the host of Message-IDs. Empty: the machine's name.
  std::string resolver;  // IP[:PORT] for MX look-ups; empty: the system's.
  std::string ca_file;   // Of channels that name none; empty: the system's.
  Duration renew_every = std::chrono::minutes{1};  // Alerts of an Alertmanager.
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

  // Of a channel of kind "alertmanager": an open incident that it was told of before this process
  // was started. Renews the alert from now on; take() has no answer.
  void resume(const watch::Channel& channel, watch::Message&& message);
  // Channels have changed: alerts are renewed by the channel of the same name, and no longer if
  // there is none.
  void reload(const std::vector<watch::Channel>& channels);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The kinds of channels that there are: "mail", "webhook", "exec", "alertmanager", "slack", …
[[nodiscard]] std::vector<std::string> channel_kinds();

// Whether the channel has what its kind needs, and its templates have only fields that exist.
// unusable: a sentence for the user.
Status check_channel(const watch::Channel& channel);

}  // namespace mxsweep::deliver
