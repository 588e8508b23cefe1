// SPDX-License-Identifier: MIT
// The commands that the client sends: formatted once per sweep, shared by all conversations.
//
//   Source    RFC 5321 sections 4.1.1.1 (EHLO, HELO), 4.1.1.2 (MAIL), 4.1.1.3 (RCPT), 4.1.1.5
//             (RSET), 4.1.1.10 (QUIT), 4.5.5 (the empty sender); RFC 3207 (STARTTLS), RFC 1870
//             section 5 (SIZE).
//   Lifetime  Sends in flight view the strings of Commands, which must outlive them.
//   Errors    check_helo_name() and check_mailbox() return what is wrong.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::smtp {

// Accepts what servers accept: a host name with at least one dot, or an address literal such as
// [192.0.2.1].
Status check_helo_name(std::string_view name);

// Accepts the addresses that need no quoting: atoms with dots, "@", and a host name, in ASCII.
Status check_mailbox(std::string_view mailbox);

// The mail transaction that is begun and never completed. The sender is empty, as in delivery
// reports, which every server has to accept.
struct Envelope {
  std::uint64_t octets = 10'240;  // The size of the message that MAIL FROM announces.
  std::string recipient;          // That the server should accept; empty: none is tried.
  std::string foreign_recipient;  // That it should not relay to; empty: none is tried.
};

enum class Command : std::uint8_t {
  none,
  ehlo,
  helo,
  starttls,
  mail,
  mail_with_size,  // To a server that offers SIZE.
  rcpt,
  relay,  // RCPT TO the foreign recipient.
  rset,
  quit,
};
inline constexpr std::size_t kCommandCount = 10;

class Commands {
 public:
  explicit Commands(std::string_view helo_name, const Envelope& envelope = {});

  // Including its line end; empty for none.
  [[nodiscard]] const std::string& operator[](Command command) const {
    return texts_[static_cast<std::size_t>(command)];
  }

 private:
  std::array<std::string, kCommandCount> texts_;
};

}  // namespace mxsweep::smtp
