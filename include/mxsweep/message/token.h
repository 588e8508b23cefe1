// SPDX-License-Identifier: MIT
// The token of a message of ours: without the key none can be made, so a message that has one is
// ours, and may be deleted. Pure.
//
//   Source   RFC 2104 (HMAC-SHA256), RFC 4648 section 6 (base32, in lower case, without padding).
//   Shape    40 digits of 25 octets: the seconds since 1970 (5 octets), the number of the run (4),
//            and the first 16 octets of the HMAC of these 9. It fits into a local part behind "+",
//            a Message-ID and a header; case does not matter.
//   Errors   nothing: it is not ours.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep::message {

inline constexpr std::size_t kTokenDigits = 40;
inline constexpr std::size_t kKeyOctetsMin = 16;

struct Token {
  std::chrono::sys_seconds at{};  // When the message was made.
  std::uint32_t run = 0;          // Chosen by chance for each message.

  friend bool operator==(const Token&, const Token&) = default;
};

// Requires: `key` has kKeyOctetsMin octets or more; `at` is of 1970 or later.
[[nodiscard]] std::string write_token(std::string_view key, const Token& token);
[[nodiscard]] std::optional<Token> read_token(std::string_view key, std::string_view text);

// The first token of ours in a text, such as a report of non-delivery that quotes our message. It
// stands between other characters than letters and digits. Of what may be one, 1000 are tried.
[[nodiscard]] std::optional<Token> find_token(std::string_view key, std::string_view text);

}  // namespace mxsweep::message
