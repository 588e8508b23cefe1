// SPDX-License-Identifier: MIT
// The mail protocols that a server can be visited by. The words are those of records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mxsweep {

enum class Protocol : std::uint8_t { smtp, imap, pop3 };
inline constexpr std::size_t kProtocolCount = 3;

// The protocol of a port by its registration (RFC 8314 section 7): SMTP, unless it is IMAP's or
// POP3's.
[[nodiscard]] constexpr Protocol protocol_of_port(std::uint16_t port) {
  switch (port) {
    case 143:
    case 993: return Protocol::imap;
    case 110:
    case 995: return Protocol::pop3;
    default: return Protocol::smtp;
  }
}

// Whether TLS comes first at this port: submissions, IMAPS, POP3S.
[[nodiscard]] constexpr bool is_implicit_tls_port(std::uint16_t port) {
  return port == 465 || port == 993 || port == 995;
}

[[nodiscard]] constexpr std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::smtp: return "smtp";
    case Protocol::imap: return "imap";
    case Protocol::pop3: return "pop3";
  }
  return {};
}

}  // namespace mxsweep
