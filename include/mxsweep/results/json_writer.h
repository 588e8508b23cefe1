// SPDX-License-Identifier: MIT
// Writes a record as one line of JSON: valid JSON and valid UTF-8, whatever the server sent.
//
//   Source    RFC 8259; the record's schema 1 (results/schema.h).
//   Shape     Appends exactly one line, LF included, to `out`. Keys are in the schema's order; no
//             value is null. A text that is not UTF-8 as a whole is written octet by octet, octets
//             above 127 as \u00XX, and marked with "latin1":true: after "target" for all names
//             (target, list, domain, MX host, dns.unicode, name), after "text" for the lines of a
//             reply, after "extensions" for those of EHLO, at the end of a certificate for its
//             texts. If a line of UTF-8 is cut for its length, a character that the cut divides is
//             left out.
//   Units     times in milliseconds with microsecond digits; wall time in RFC 3339, UTC.
//   Memory    allocates if `out` must grow, or if an EHLO reply repeats a keyword.
//   Cost      near-linear in the octets, for any octets.
//   Errors    none.
#pragma once

#include <string>

#include "mxsweep/results/record.h"

namespace mxsweep::results {

void append_json(const Record& record, std::string& out);

}  // namespace mxsweep::results
