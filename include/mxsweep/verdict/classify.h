// SPDX-License-Identifier: MIT
// From what was seen to what it means: all classification, in one place.
//
//   Source     docs/causes.md: RFC 5321 and 3463 codes, and the texts that real servers send.
//   Shape      Precedence: our own machine, then the transport's errno, then explicit text
//              (blocklists, reverse DNS, synchronisation), then the enhanced code, then the basic
//              code. An enhanced code alone says too little: 4.3.2 is one server's overload and
//              another's limit per source.
//   Cost       only conversations that did not end well come here.
//   Errors     none: there is always a verdict.
#pragma once

#include <string_view>

#include "mxsweep/core/cause.h"
#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::verdict {

struct Verdict {
  Outcome outcome;
  Cause cause;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// A 4xx or 5xx (or unexpected) reply in `phase`. `reply`: its octets, code and line ends included.
// `said`: the EHLO or HELO command that we sent, or will; what the server repeats of it is no word
// about us. The outcome is the cause's own, but what would be failed is degraded in starttls and
// ehlo_tls: SMTP in clear had worked.
[[nodiscard]] Verdict classify_reply(Phase phase, int code, std::string_view reply,
                                     std::string_view said = {});

// A socket's errno in `phase`.
[[nodiscard]] Verdict classify_errno(Phase phase, int error);

// Whether errno means that we ran short of something ourselves: descriptors, ports, memory. Such a
// conversation has not happened; it is tried again.
[[nodiscard]] bool is_local_shortage(int error);

// How a TLS handshake, or what came behind it, failed.
[[nodiscard]] Cause cause_of(tls::Failure failure);

// What is wrong with a certificate that must be valid; none for none.
[[nodiscard]] Cause cause_of(tls::VerifyError error);

// What a peer said that is not SMTP: protocol_tls_first for a TLS record, else protocol_not_smtp.
[[nodiscard]] Cause classify_noise(std::string_view octets);

}  // namespace mxsweep::verdict
