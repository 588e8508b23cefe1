// SPDX-License-Identifier: MIT
// A record with what an enumeration of TLS has found.
//
//   Lifetime  All views are of static storage.
#pragma once

#include "mxsweep/results/record.h"
#include "mxsweep/tls/cipher_suites.h"
#include "mxsweep/tls/enumeration.h"
#include "support/sample_tls.h"
#include "support/sample_tls_records.h"

namespace mxsweep::results::samples {

inline const tls::Enumeration& enumerated() {
  static const tls::Enumeration all = [] {
    using tls::Known;
    tls::Enumeration found;
    found.versions = {
        {.version = tls::kTls13,
         .accepted = Known::yes,
         .complete = true,
         .order = tls::CipherOrder::client,
         .ciphers = {{.number = 0x1302, .group = 29}, {.number = 0x1301, .group = 29}}},
        {.version = tls::kTls12,
         .accepted = Known::yes,
         .ciphers = {{.number = 0xc02f, .group = 23},
                     {.number = 0x9e, .dh_bits = 1024},
                     {.number = 0x9c}}},
        {.version = tls::kTls11},
        {.version = tls::kTls10, .accepted = Known::no},
        {.version = tls::kSsl3, .accepted = Known::no},
    };
    found.connections = 31;
    found.limit_reached = true;
    found.stopped = Cause::throttled_connections;
    found.stopped_in = Phase::greeting;
    found.ja4s = "t130200_1302_a56c5b993250";
    found.fingerprint = "mx1:413024c02fa00464130141301a0046-----:0123456789abcdef";
    found.resumption = {{.version = tls::Version::tls1_3, .resumed = Known::yes},
                        {.version = tls::Version::tls1_2}};
    found.leaves = {{.server_name = "mx1.example.net", .sha256 = digest(0x00)},
                    {.server_name = {}, .sha256 = digest(0x40)},
                    {.server_name = "other.example.net"}};
    return found;
  }();
  return all;
}

inline Record with_enumeration() {
  Record record = typical_tls();
  record.tls_enumeration = &enumerated();
  return record;
}

}  // namespace mxsweep::results::samples
