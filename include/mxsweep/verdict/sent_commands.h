// SPDX-License-Identifier: MIT
// The commands of ours that a reply may repeat: the server's words are the rest.
//
//   Shape     each as sent, with or without its line end; empty: not sent
//   Lifetime  views
#pragma once

#include <string_view>

namespace mxsweep::verdict {

struct SentCommands {
  std::string_view hello;           // EHLO or HELO.
  std::string_view recipient = {};  // RCPT TO.
};

}  // namespace mxsweep::verdict
