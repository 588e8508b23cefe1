// SPDX-License-Identifier: MIT
// One record, one line of JSON: valid JSON and valid UTF-8 whatever the server sent.
//
//   Source    RFC 8259; the record's schema 1 (results/schema.h).
//   Shape     Appends exactly one line, LF included, to `out`. Keys in the schema's order; never a
//             null. A text that is not UTF-8 as a whole is written octet by octet, those above 127
//             as \u00XX, with "latin1":true beside it: behind "target" for all the names at once
//             (target, domain, MX host, dns.unicode, name), behind "text" for a reply's lines,
//             behind "extensions" for what EHLO said, at the end of a certificate for its texts.
//             Where a line of a UTF-8 text was cut for its length, the character that the cut went
//             through is left out.
//   Units     times in milliseconds with microsecond digits; wall time in RFC 3339, UTC.
//   Memory    allocates when `out` must grow, and when an EHLO reply repeats a keyword.
//   Cost      near-linear in the octets, whatever they are.
//   Errors    none.
#pragma once

#include <string>

#include "mxsweep/results/record.h"

namespace mxsweep::results {

void append_json(const Record& record, std::string& out);

}  // namespace mxsweep::results
