// SPDX-License-Identifier: MIT
// The capabilities in a reply to CAPA.
//
//   Source    RFC 2449 sections 5, 6; RFC 2595 section 4 (STLS).
//   Shape     one a line, in the server's order: a keyword, and its parameters behind a blank.
//   Lifetime  what is returned views the reply.
//   Errors    none: empty lines are skipped.
#pragma once

#include <string_view>

#include "mxsweep/core/capability.h"
#include "mxsweep/pop3/reply.h"

namespace mxsweep::pop3 {

class Capabilities {
 public:
  // `reply`: complete, or a part of one.
  explicit Capabilities(std::string_view reply);
  // False when there are no more.
  [[nodiscard]] bool next(Capability& capability);

 private:
  ReplyLines lines_;
};

[[nodiscard]] bool offers(std::string_view reply, std::string_view keyword);

}  // namespace mxsweep::pop3
