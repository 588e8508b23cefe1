// SPDX-License-Identifier: MIT
// The dialogue of each protocol, behind one interface.
//
//   Source    smtp/dialogue.h, imap/dialogue.h, pop3/dialogue.h.
//   Shape     A code is SMTP's, or the value of imap::Status or pop3::Status.
//   Errors    none.
#pragma once

#include <string_view>

#include "mxsweep/core/dialogue.h"
#include "mxsweep/core/protocol.h"

namespace mxsweep::probe {

// What a complete reply means. `offers_tls`: it offers STARTTLS, and that is wanted.
[[nodiscard]] Event event_of(Protocol protocol, State state, int code, std::string_view reply,
                             Depth depth, bool offers_tls);

// Null if there is no such row.
[[nodiscard]] const Transition* find(Protocol protocol, State state, Event event);

// Whether the command of a state has succeeded.
[[nodiscard]] bool is_success(Protocol protocol, State state, int code);

// Whether the reply of success in a state can list capabilities in clear text: to EHLO and its
// counterparts, and IMAP's greeting.
[[nodiscard]] bool may_list_capabilities(Protocol protocol, State state);
// Whether it has a list at all: SMTP and POP3 replies always have one, perhaps of nothing.
[[nodiscard]] bool lists_capabilities(Protocol protocol, std::string_view reply);
[[nodiscard]] bool offers_starttls(Protocol protocol, std::string_view reply);

// Whether a whole line is a refusal.
[[nodiscard]] bool refuses(Protocol protocol, std::string_view line);

}  // namespace mxsweep::probe
