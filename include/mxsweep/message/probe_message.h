// SPDX-License-Identifier: MIT
// The message that a round trip sends. Pure.
//
//   Source   RFC 5322 (the form), RFC 3834 section 5 (Auto-Submitted, so that nothing answers it),
//            Microsoft's X-Auto-Response-Suppress for servers that do not know that.
//   Shape    lines that end in CRLF, in ASCII, none above 78 octets but those of long addresses. It
//            is not yet dot-stuffed.
//   Units    octets.
//   Errors   check_probe_message().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::message {

inline constexpr std::string_view kTokenHeader = "X-Mxsweep-Token";
inline constexpr std::uint64_t kMessageOctetsDefault = 2'000;
inline constexpr std::uint64_t kMessageOctetsMax = 10'000'000;
inline constexpr std::size_t kSubjectOctetsMax = 200;

struct ProbeMessage {
  std::string from{};  // "probe@example.net"
  std::string to{};
  std::string subject{};
  std::string token{};                           // Of message/token.h.
  std::chrono::sys_seconds at{};                 // Its date.
  std::uint64_t octets = kMessageOctetsDefault;  // If its headers have more, it has more.
};

// Whether from, to and subject can stand in a header: no control characters, ASCII, not too long.
Status check_probe_message(const ProbeMessage& message);

// Requires: check_probe_message() is ok, and there is a token.
[[nodiscard]] std::string write_probe_message(const ProbeMessage& message);

}  // namespace mxsweep::message
