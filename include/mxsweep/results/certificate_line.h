// SPDX-License-Identifier: MIT
// One certificate, one line of JSON, for a file that holds each distinct certificate once while the
// records carry digests.
//
//   Source    RFC 8259; RFC 7468 (PEM); "certificate_line" in the schema (results/schema.h).
//   Shape     Appends exactly one line, LF included, to `out`: what the record's chain says of a
//             certificate, and behind it the certificate itself as PEM, if it was kept.
//   Errors    none.
#pragma once

#include <string>

#include "mxsweep/tls/facts.h"

namespace mxsweep::results {

void append_certificate(const tls::Certificate& certificate, std::string& out);

}  // namespace mxsweep::results
