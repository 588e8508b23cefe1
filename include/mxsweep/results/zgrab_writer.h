// SPDX-License-Identifier: MIT
// Writes a record as zgrab2's smtp module does.
//
//   Source    the published schemas of zgrab2 (zgrab2.py, smtp.py) and of zcrypto (zcrypto.py);
//             docs/from-zgrab2.md.
//   Shape     Appends exactly one line, LF included, to `out`. The schemas permit no other keys, so
//             the line has nothing of what only mxsweep knows. Fields of a TLS handshake that are
//             not known (random numbers, keys, tickets) are absent.
//   Units     wall time to the second, in RFC 3339, UTC.
//   Errors    none. As in zgrab2, each octet that is not part of a UTF-8 character becomes U+FFFD.
#pragma once

#include <string>

#include "mxsweep/results/record.h"

namespace mxsweep::results {

void append_zgrab(const Record& record, std::string& out);

}  // namespace mxsweep::results
