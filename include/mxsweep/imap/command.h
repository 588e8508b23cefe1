// SPDX-License-Identifier: MIT
// IMAP commands as octets to send. Pure.
//
//   Source    RFC 9051 sections 2.2.1 (commands in pieces), 4.3 (strings), 6; RFC 3501 section
//             5.1.3 (names of mailboxes); RFC 7888 (literals that need no continuation).
//   Shape     a command is sent piece by piece: each further one when the server has sent a
//             continuation. A string is quoted if it can be, else a literal.
//   Errors    none; text that is no UTF-8 stays as it is in a name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::imap {

class Command {
 public:
  // `tag`: "m7". `literal_plus`: the server has offered LITERAL+.
  Command(std::string_view tag, bool literal_plus);

  Command& word(std::string_view word);    // As it is: "UID", "(\Deleted)".
  Command& string(std::string_view text);  // Requires: no NUL.
  // The pieces, with the line end.
  [[nodiscard]] std::vector<std::string> pieces() &&;

 private:
  std::vector<std::string> pieces_;
  bool literal_plus_;
};

// The name of a mailbox as servers without UTF-8 take it: "Entw&APw-rfe".
[[nodiscard]] std::string mailbox_name(std::string_view utf8);

// "3,5,6" of UIDs.
[[nodiscard]] std::string uid_set(const std::vector<std::uint32_t>& uids);

}  // namespace mxsweep::imap
