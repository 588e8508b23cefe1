// SPDX-License-Identifier: MIT
// The commands that the client sends: formatted once per sweep, shared by all conversations.
//
//   Source    RFC 5321 sections 4.1.1.1 (EHLO, HELO), 4.1.1.10 (QUIT); RFC 3207 (STARTTLS).
//   Lifetime  Sends in flight view the strings of Commands, which must outlive them.
//   Errors    check_helo_name() returns what is wrong with a name.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::smtp {

// Accepts what servers accept: a host name with at least one dot, or an address literal such as
// [192.0.2.1].
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
