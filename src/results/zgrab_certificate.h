// SPDX-License-Identifier: MIT
// Writes a parsed certificate as zcrypto does.
//
//   Source    zcrypto's schema: ParsedCertificate and the types that it is made of.
//   Shape     The fields that tls::Certificate has. Numbers of keys need its DER.
#pragma once

#include "mxsweep/results/json_text.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::results {

// Requires: is_parsed(certificate) (json_tls.h).
void write_zgrab_certificate(const tls::Certificate& certificate, JsonText& json);

}  // namespace mxsweep::results
