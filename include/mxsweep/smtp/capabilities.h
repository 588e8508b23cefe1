// SPDX-License-Identifier: MIT
// What a server says that it can do: the lines of its reply to EHLO.
//
//   Source    RFC 5321 section 4.1.1.1 (ehlo-ok-rsp); RFC 4954 (AUTH). "AUTH=" is an old draft's
//             spelling that is still in the wild, and not the keyword AUTH.
//   Shape     The first line is the server's name, never a keyword: a host called starttls.test
//             offers nothing. Keywords are whole words, case-blind, in the server's order.
//   Lifetime  Views into the reply that was given.
//   Errors    none: whatever a line says, its first word is given as a keyword, a line without a
//             code too. Lines without a word are passed over.
#pragma once

#include <string_view>

#include "mxsweep/smtp/reply.h"

namespace mxsweep::smtp {

// A keyword ends before the first SP or HT, or with the first "="; blanks behind it are in neither
// part.
struct Capability {
  std::string_view keyword;     // As sent: "STARTTLS", "size", "AUTH"; of "AUTH=LOGIN": "AUTH=".
  std::string_view parameters;  // "10240000", "PLAIN LOGIN". May be empty.
};

class Capabilities {
 public:
  // `reply`: the octets of a complete 250 reply to EHLO.
  explicit Capabilities(std::string_view reply);
  // First word of the first line, an enhanced code before it left out. Empty: the line has none, or
  // says "Ok" as the reply to any command does: such a server need not have understood EHLO.
  [[nodiscard]] std::string_view host() const { return host_; }
  [[nodiscard]] bool next(Capability& capability);

 private:
  ReplyLines lines_;
  std::string_view host_;
};

[[nodiscard]] bool same_keyword(std::string_view a, std::string_view b);  // Case-blind, ASCII.
[[nodiscard]] bool offers(std::string_view ehlo_reply, std::string_view keyword);
// XXXXXXXA and its kin: a middlebox that can't shorten the reply has written X over a keyword.
// Four octets at least, capitals only: nobody has registered a keyword of that shape.
[[nodiscard]] bool has_masked_keyword(std::string_view ehlo_reply);

}  // namespace mxsweep::smtp
