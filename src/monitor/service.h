// SPDX-License-Identifier: MIT
// Tells systemd what the process is doing, without its library.
//
//   Source   sd_notify(3): datagrams to the Unix socket that NOTIFY_SOCKET names, "@" for the
//            abstract namespace; WATCHDOG_USEC and WATCHDOG_PID of sd_watchdog_enabled(3).
//   Shape    watchdog() is to be called each turn by what the watchdog watches: the loop itself.
//            It sends at half of the interval.
//   Threads  any, except for watchdog(), which is one thread's.
//   Errors   none: without a socket, or if it takes nothing, nothing is said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::monitor {

class Service {
 public:
  // `socket`, `usec`, `pid`: the values of NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; empty:
  // not set.
  Service(const std::string& socket, const std::string& usec, const std::string& pid);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  static const char* variable(const char* name);  // Of the environment; "": it is not set.

  void ready(std::string_view status) const { send("READY=1\nSTATUS=" + std::string(status)); }
  void reloading(Instant now) const;
  void stopping() const { send("STOPPING=1"); }
  void status(std::string_view text) const { send("STATUS=" + std::string(text)); }
  void watchdog(Instant now);
  [[nodiscard]] std::optional<Duration> watchdog_every() const { return every_; }

 private:
  void send(const std::string& message) const;

  int socket_ = -1;
  std::optional<Duration> every_;  // Half of the interval.
  Instant next_ = Instant::min();
};

}  // namespace mxsweep::monitor
