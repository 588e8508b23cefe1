// SPDX-License-Identifier: MIT
// Builds the record of a ClientHello, for exchanges that end with the server's answer: what the
// library would offer together is offered here in any selection, and needs no library behind it.
//
//   Source    RFC 8446 section 4.1.2 and appendix D; RFC 5246 section 7.4.1.2; RFC 6101 (SSL 3.0);
//             RFC 8701 (GREASE).
//   Shape     One key share, X25519: a server that wants another group answers with a
//             HelloRetryRequest, which shows its choice as well. No ticket, no PSK.
//   Errors    none. Requires: ciphers and name fit into one record (16,384 octets).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/cipher_suites.h"

namespace mxsweep::tls {

struct HelloSpec {
  // The highest version offered. Before TLS 1.3, a ClientHello offers every version below it too.
  std::uint16_t version_max = kTls13;
  bool only_1_3 = false;  // With TLS 1.3: offer no version below it.
  std::vector<std::uint16_t> ciphers{};
  std::string server_name{};  // Empty or an address: no SNI.
  std::string_view alpn{};    // One protocol; empty: no ALPN.
  bool bare = false;          // Without any extension. Requires: version_max before TLS 1.3.
  bool grease = false;        // With reserved values, which a server must ignore.
};

// `seed` makes the random octets: the same seed makes the same hello.
[[nodiscard]] std::string client_hello(const HelloSpec& spec, std::uint64_t seed);

}  // namespace mxsweep::tls
