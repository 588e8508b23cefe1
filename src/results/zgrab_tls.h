// SPDX-License-Identifier: MIT
// Writes a TLS handshake as zgrab2's TLS log.
//
//   Source    zcrypto's schema: TLSHandshake and the types that it is made of.
//   Shape     Of TLS 1.3 the log has what its ServerHello has: the version of TLS 1.2 and a cipher
//             suite that only TLS 1.3 has (RFC 8446 section 4.1.3).
#pragma once

#include "mxsweep/results/json_text.h"
#include "mxsweep/results/record.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::results {

// The value of "tls".
void write_zgrab_tls(const tls::Facts& facts, ChainDetail detail, JsonText& json);

}  // namespace mxsweep::results
