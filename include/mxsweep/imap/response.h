// SPDX-License-Identifier: MIT
// What single IMAP responses tell of mailboxes and messages. Pure.
//
//   Source    RFC 9051 sections 7.1 (codes), 7.3.1 (LIST), 7.3.4 (ESEARCH), 7.4.1 (EXISTS),
//             7.5.2 (FETCH); RFC 3501 section 7.2.5 (SEARCH); RFC 6154 (special use).
//   Shape     a response as imap::Responses returns it: with literals, without its line end.
//   Units     octets; UIDs.
//   Lifetime  what is returned views the response.
//   Errors    nothing: it is another response, or malformed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::imap {

inline constexpr std::size_t kUidsMax = 1000;  // Kept of one response.

struct ListedMailbox {
  std::vector<std::string_view> attributes{};  // "\Junk"
  std::string name{};                          // As SELECT takes it, without quotes.
};
[[nodiscard]] std::optional<ListedMailbox> read_list(std::string_view response);

// "* 23 EXISTS": how many messages there are now.
[[nodiscard]] std::optional<std::uint32_t> read_exists(std::string_view response);

// The number in a response code: of UIDNEXT, UIDVALIDITY.
[[nodiscard]] std::optional<std::uint32_t> read_code_number(std::string_view response_code,
                                                            std::string_view name);

// Of SEARCH or ESEARCH, in the server's order; of those above kUidsMax the last ones. Ranges of
// ESEARCH are written out.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> read_search(std::string_view response);

struct FetchedMessage {
  std::uint32_t uid = 0;                   // 0: not in this response.
  std::optional<std::string_view> body{};  // Of the first BODY[...] that is not NIL.
};
[[nodiscard]] std::optional<FetchedMessage> read_fetch(std::string_view response);

}  // namespace mxsweep::imap
