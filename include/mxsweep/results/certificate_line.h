// SPDX-License-Identifier: MIT
// Writes a certificate as one line of JSON, for a file that contains each distinct certificate once
// while the records contain only digests.
//
//   Source    RFC 8259; RFC 7468 (PEM); "certificate_line" in the schema (results/schema.h).
//   Shape     Appends exactly one line, LF included, to `out`: the members of a certificate in the
//             chain of a record, then the certificate itself as PEM, if it was kept.
//   Errors    none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/tls/facts.h"

namespace mxsweep::results {

void append_certificate(const tls::Certificate& certificate, std::string& out);

// The digest of the certificate that such a line is of; nothing if it is no such line.
[[nodiscard]] std::optional<tls::Digest> digest_of_certificate_line(std::string_view line);

}  // namespace mxsweep::results
