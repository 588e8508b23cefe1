// SPDX-License-Identifier: MIT
// Writes the extensions of a reply to EHLO as one JSON object with unique keys, even if the server
// repeats keywords.
//
//   Source    RFC 5321 section 4.1.1.1; duplicate names, RFC 8259 section 4.
//   Shape     Keys in capitals, in the order in which the server first names them. The parameters
//             of a repeated keyword ("AUTH" and "AUTH=") are appended word by word after one blank;
//             words already present are left out. An empty line has no key.
//   Cost      near-linear in the reply's octets. Allocates only if a keyword is repeated.
//   Errors    none.
#pragma once

#include "mxsweep/results/json_text.h"
#include "mxsweep/results/record.h"

namespace mxsweep::results {

// `reply`: one of success that lists capabilities. `encoding`: that of the whole reply.
void write_extensions(const ReplyText& reply, Encoding encoding, JsonText& json);

}  // namespace mxsweep::results
