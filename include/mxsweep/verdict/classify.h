// SPDX-License-Identifier: MIT
// Classifies what a probe observed (replies, errno, TLS failures) as an outcome and a cause. All
// classification of conversations is here.
//
//   Source     docs/causes.md: RFC 5321 and 3463 codes, and the texts that real servers send.
//   Shape      Precedence: our own machine, then the transport's errno, then explicit text
//              (blocklists, reverse DNS, synchronisation), then the enhanced code, then the basic
//              code. An enhanced code alone is not enough: 4.3.2 means overload on one server and
//              a limit per source on another.
//   Cost       under 2 us a refusal (bench/verdict): one pass over its words for all phrases.
//   Errors     none: every observation has a verdict.
#pragma once

#include <string_view>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/protocol.h"
#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/facts.h"
#include "mxsweep/verdict/sent_commands.h"

namespace mxsweep::verdict {

struct Verdict {
  Outcome outcome;
  Cause cause;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// A 4xx, 5xx or unexpected reply in `phase`. `reply`: its octets, with code and line ends.
// `sent`: the EHLO or HELO command that we sent or would send next, and our RCPT TO; where the
// reply repeats them, that is ignored. The outcome is that of the cause, except that failed becomes
// degraded after EHLO, because SMTP had worked.
[[nodiscard]] Verdict classify_reply(Phase phase, int code, std::string_view reply,
                                     const SentCommands& sent = {});

// The same for a refusal in IMAP (NO, BAD, BYE) or POP3 (-ERR): by its response code (RFC 5530, RFC
// 2449, RFC 3206), then by the phrases that SMTP servers use too, then by its phase.
[[nodiscard]] Verdict classify_refusal(Protocol protocol, Phase phase, std::string_view reply);

// The errno of an operation on the socket in `phase`.
[[nodiscard]] Verdict classify_errno(Phase phase, int error);

// Whether errno reports a shortage on this machine: descriptors, ports, memory. Such a conversation
// does not count; it is tried again.
[[nodiscard]] bool is_local_shortage(int error);

// A failed TLS handshake, or a failure of TLS after it.
[[nodiscard]] Cause cause_of(tls::Failure failure);

// A certificate that is required to be valid and is not; Cause::none for VerifyError::none.
[[nodiscard]] Cause cause_of(tls::VerifyError error);

// Octets that are not SMTP: protocol_tls_first if they begin with a TLS record, else
// protocol_not_smtp.
[[nodiscard]] Cause classify_noise(std::string_view octets);

}  // namespace mxsweep::verdict
