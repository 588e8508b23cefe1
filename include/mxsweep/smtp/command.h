// SPDX-License-Identifier: MIT
// What a polite client says, written once per sweep and sent by every conversation.
//
//   Source    RFC 5321 sections 4.1.1.1 (EHLO, HELO), 4.1.1.10 (QUIT); RFC 3207 (STARTTLS).
//   Lifetime  The texts live as long as the Commands; sends in flight view them.
//   Errors    check_helo_name() says what is wrong with a name.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::smtp {

// A host name with at least one dot, or an address literal such as [192.0.2.1]: what servers
// accept.
Status check_helo_name(std::string_view name);

struct Commands {
  explicit Commands(std::string_view helo_name)
      : ehlo("EHLO " + std::string(helo_name) + "\r\n"),
        helo("HELO " + std::string(helo_name) + "\r\n") {}

  std::string ehlo;
  std::string helo;
  std::string starttls = "STARTTLS\r\n";
  std::string quit = "QUIT\r\n";
};

}  // namespace mxsweep::smtp
