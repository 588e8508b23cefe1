// SPDX-License-Identifier: MIT
// Writes the record's "tls" object, and a certificate as in that object and in the file of
// certificates.
//
//   Shape     Keys in the schema's order. If the handshake was not completed, the session has only
//             the version, and that only if a certificate was received. Without a certificate there
//             is no chain. A certificate that could not be parsed has only "sha256".
//   Units     validity to the second, UTC.
//   Errors    none: the texts of a certificate may be any octets.
#pragma once

#include <array>
#include <string_view>

#include "mxsweep/results/json_text.h"
#include "mxsweep/results/record.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::results {

// The names of tls::Version as in tls::Session::version, in the order of the enum.
inline constexpr std::array<std::string_view, 4> kTlsVersions = {"TLSv1.0", "TLSv1.1", "TLSv1.2",
                                                                 "TLSv1.3"};

// Whether there is more than the digest of its octets.
[[nodiscard]] bool is_parsed(const tls::Certificate& certificate);

// A comma, the key and the object.
void write_tls(const tls::Facts& facts, ChainDetail detail, JsonText& json);

// The members of the object, without its braces.
void write_certificate(const tls::Certificate& certificate, JsonText& json);

}  // namespace mxsweep::results
