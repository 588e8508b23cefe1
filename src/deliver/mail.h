// SPDX-License-Identifier: MIT
// Writes a message as mail. Pure.
//
//   Source    RFC 5322 (the message), RFC 2045 (quoted-printable), RFC 2047 (words of a header),
//             RFC 3834 (Auto-Submitted).
//   Threads   every message of an incident refers to one id that no message has, <THREAD@HOST>:
//             mail programs show them as one thread, whichever of them arrived.
//   Units     lines of at most 78 octets, ended by CR LF.
//   Errors    none: whatever the fields contain, the header has the lines that are meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/message.h"

namespace mxsweep::deliver {

// `host`: of the ids, and of the sender if the channel has none.
[[nodiscard]] std::string make_mail(const watch::Channel& channel, const watch::Message& message,
                                    std::string_view host, WallTime now);

// The sender in an envelope.
[[nodiscard]] std::string sender_of(const watch::Channel& channel, std::string_view host);
// "ops@example.net" of "Operations <ops@example.net>". Empty: it is not an address.
[[nodiscard]] std::string address_of(std::string_view mailbox);
// "example.net"
[[nodiscard]] std::string_view domain_of(std::string_view address);

}  // namespace mxsweep::deliver
