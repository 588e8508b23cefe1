// SPDX-License-Identifier: MIT
// The extensions of a reply to EHLO as one JSON object: a key stands there once, whatever the
// server repeats.
//
//   Source    RFC 5321 section 4.1.1.1; duplicate names, RFC 8259 section 4.
//   Shape     Keys in capitals, in the order in which the server first named them. Parameters of a
//             keyword that comes again ("AUTH" and "AUTH=") follow behind one blank, word by word,
//             those already there left out. An empty line names nothing.
//   Cost      near-linear in the reply's octets. Allocates only when a keyword comes again.
//   Errors    none.
#pragma once

#include "mxsweep/smtp/capabilities.h"
#include "results/json_text.h"

namespace mxsweep::results {

// `encoding`: of the whole reply.
void write_extensions(smtp::Capabilities capabilities, Encoding encoding, JsonText& json);

}  // namespace mxsweep::results
