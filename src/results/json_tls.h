// SPDX-License-Identifier: MIT
// The record's "tls" object, and a certificate as it stands in it and in the file of certificates.
//
//   Shape     Keys in the schema's order. The handshake was not finished: of the session only the
//             version, if a certificate was seen.
//             No certificate was seen: nothing of the chain. A certificate that could not be parsed
//             has its "sha256" only.
//   Units     validity to the second, UTC.
//   Errors    none: what a certificate says may be any octets.
#pragma once

#include <array>
#include <string_view>

#include "mxsweep/results/record.h"
#include "mxsweep/tls/facts.h"
#include "results/json_text.h"

namespace mxsweep::results {

// tls::Version as tls::Session::version has it, in the order of the list.
inline constexpr std::array<std::string_view, 4> kTlsVersions = {"TLSv1.0", "TLSv1.1", "TLSv1.2",
                                                                 "TLSv1.3"};

// The key, with a comma before it, and the object.
void write_tls(const tls::Facts& facts, ChainDetail detail, JsonText& json);

// The members of the object, without its brackets.
void write_certificate(const tls::Certificate& certificate, JsonText& json);

}  // namespace mxsweep::results
