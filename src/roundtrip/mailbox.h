// SPDX-License-Identifier: MIT
// What the transactions with a mailbox have in common, whatever the protocol. Pure.
//
//   Errors   a Status or Result, with the server's words; nothing where a message is not ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/message/headers.h"
#include "mxsweep/message/token.h"
#include "mxsweep/probe/transaction.h"
#include "mxsweep/roundtrip/mailbox_order.h"
#include "roundtrip/authentication.h"

namespace mxsweep::roundtrip {

// Why no secret may be sent to this server, because of its certificate; nothing: it may.
[[nodiscard]] std::optional<std::string> fault_of_tls(const probe::Transaction::Opening& opening,
                                                      const MailboxOrder& order);

// What a server says, for a sentence: behind a colon, in printable ASCII, not too long, and without
// the secret. Empty if it says nothing.
[[nodiscard]] std::string told(std::string_view words, const MailboxOrder& order);

// Of a message with these header fields, if it is ours.
[[nodiscard]] std::optional<message::Token> token_of(const message::Headers& headers,
                                                     const MailboxOrder& order);
[[nodiscard]] bool is_wanted(const message::Token& token, const MailboxOrder& order);
[[nodiscard]] bool is_stale(const message::Token& token, const MailboxOrder& order,
                            Duration since_begin);

// What the beginning of a message says of the wanted one, if it is a report of its non-delivery.
[[nodiscard]] std::optional<NonDelivery> report_in(std::string_view text,
                                                   const MailboxOrder& order);

// The one that the order means.
[[nodiscard]] Result<Authentication> authentication(std::string_view offered, bool under_tls,
                                                    const MailboxOrder& order);

// Whether the commands that send a password as it is may be used, for a server without a mechanism
// of ours.
[[nodiscard]] Status may_send_password(bool under_tls, const MailboxOrder& order);

}  // namespace mxsweep::roundtrip
