// SPDX-License-Identifier: MIT
// What multi-line POP3 replies tell: the unique names of messages, and a message. Pure.
//
//   Source    RFC 1939 section 7 (UIDL, TOP).
//   Shape     `reply`: complete, as pop3::ReplyReader has read it.
//   Errors    none: lines that are not of the grammar are skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::pop3 {

inline constexpr std::size_t kUidOctetsMax = 70;

struct ListedMessage {
  std::uint32_t number = 0;
  std::string uid{};

  friend bool operator==(const ListedMessage&, const ListedMessage&) = default;
};

// Of a reply to UIDL, in the server's order.
[[nodiscard]] std::vector<ListedMessage> read_uidl(std::string_view reply);

// The octets of a reply to TOP behind its status, without stuffed dots and the last line. Lines end
// in CRLF, and are cut at kLineOctetsMax.
[[nodiscard]] std::string read_message(std::string_view reply);

}  // namespace mxsweep::pop3
