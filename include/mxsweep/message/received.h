// SPDX-License-Identifier: MIT
// The way of a message by the stamps of the servers that have passed it on. Pure.
//
//   Source   RFC 5321 section 4.4 (Received), RFC 3848 and 6531 (the words behind "with").
//   Shape    hops in the order of travel: the first is the one that took the message from us.
//   Units    seconds, by the clock of each server. A negative delay means that two clocks differ.
//   Trust    a server can write anything into the stamps below its own.
//   Errors   none: a part that cannot be read is empty.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/message/headers.h"

namespace mxsweep::message {

// Servers refuse messages with more, as loops (RFC 5321 section 6.3).
inline constexpr std::size_t kHopsMax = 100;

struct Hop {
  std::string from{};                            // What the client has called itself.
  std::string by{};                              // The server that stamps.
  std::string with{};                            // "ESMTPS"
  bool tls = false;                              // By `with`, or by a comment of known form.
  std::optional<std::chrono::sys_seconds> at{};  // Nothing: there is no date.
  // Since the stamp before, or since it was sent; nothing: one of the two is not known.
  std::optional<std::chrono::seconds> delay{};
};

[[nodiscard]] Hop read_received(std::string_view value);

// `sent`: when a server could first stamp the message, by this machine's clock; nothing: not known.
[[nodiscard]] std::vector<Hop> hops_of(const Headers& headers,
                                       std::optional<std::chrono::sys_seconds> sent);

// A second of difference may come from rounding alone.
[[nodiscard]] bool has_clock_skew(const std::vector<Hop>& hops);

}  // namespace mxsweep::message
