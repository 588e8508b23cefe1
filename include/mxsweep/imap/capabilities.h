// SPDX-License-Identifier: MIT
// The capabilities in an IMAP reply: of the untagged CAPABILITY, and of the response code of a
// greeting or a completion.
//
//   Source    RFC 9051 sections 7.1, 7.2.2.
//   Shape     in the server's order. "AUTH=PLAIN" is the keyword AUTH with the parameter PLAIN.
//   Lifetime  what is returned views the reply.
//   Errors    none: other responses are skipped.
#pragma once

#include <string_view>

#include "mxsweep/core/capability.h"
#include "mxsweep/imap/reply.h"

namespace mxsweep::imap {

class Capabilities {
 public:
  // `reply`: complete, or a part of one.
  explicit Capabilities(std::string_view reply) : responses_(reply) {}
  // False when there are no more.
  [[nodiscard]] bool next(Capability& capability);

 private:
  Responses responses_;
  std::string_view words_;  // Of the current response, still to be returned.
};

// Whether the reply lists capabilities at all.
[[nodiscard]] bool lists_capabilities(std::string_view reply);
[[nodiscard]] bool offers(std::string_view reply, std::string_view keyword);

}  // namespace mxsweep::imap
