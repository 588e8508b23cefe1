// SPDX-License-Identifier: MIT
// The commands that the client sends: formatted once per sweep, shared by all conversations.
//
//   Source    RFC 5321 sections 4.1.1.1 (EHLO, HELO), 4.1.1.10 (QUIT); RFC 3207 (STARTTLS).
//   Lifetime  Sends in flight view the strings of Commands, which must outlive them.
//   Errors    check_helo_name() returns what is wrong with a name; nothing if it is valid.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep::smtp {

// Accepts what servers accept: a host name with at least one dot, or an address literal such as
// [192.0.2.1]. Returns what is wrong, as text for the user, or nothing if the name is valid.
[[nodiscard]] std::optional<std::string> check_helo_name(std::string_view name);

enum class Command : std::uint8_t { none, ehlo, helo, starttls, quit };
inline constexpr std::size_t kCommandCount = 5;

class Commands {
 public:
  explicit Commands(std::string_view helo_name)
      : texts_{"", "EHLO " + std::string(helo_name) + "\r\n",
               "HELO " + std::string(helo_name) + "\r\n", "STARTTLS\r\n", "QUIT\r\n"} {}

  // With its line end; of none, nothing.
  [[nodiscard]] const std::string& operator[](Command command) const {
    return texts_[static_cast<std::size_t>(command)];
  }

 private:
  std::array<std::string, kCommandCount> texts_;
};

}  // namespace mxsweep::smtp
