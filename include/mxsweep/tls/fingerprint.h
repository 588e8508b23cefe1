// SPDX-License-Identifier: MIT
// Fingerprints of a server's TLS, from its answers to ClientHellos of ours.
//
//   Source    JA4S: FoxIO's published format. The other one, "mx1:", is like JARM in its idea only:
//             its hellos are ours (fingerprint_hellos()), and its values compare with each other
//             and with nothing else. A change to the hellos changes its name.
//   Shape     mx1:ANSWERS:DIGEST. ANSWERS has five characters for each hello: "4" to "0" for TLS
//             1.3 to SSL 3.0, or "h" for a HelloRetryRequest, and the number of the cipher; "a" and
//             the number of the alert. DIGEST is the beginning of the SHA-256 of the extensions of
//             each answer in their order. server_name does not count: it is there only if the
//             target has a name.
//   Errors    none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/client_hello.h"
#include "mxsweep/tls/first_flight.h"

namespace mxsweep::tls {

inline constexpr std::size_t kFingerprintHellos = 7;

// Its hellos by what they offer. The enumeration of a server sends the first three anyway, as far
// as the server has the versions.
enum class FingerprintHello : std::uint8_t {
  everything,         // TLS 1.3 and all below it.
  from_1_2,           // TLS 1.2 and below.
  from_1_1,           // TLS 1.1 and below.
  everything_turned,  // As the first, with the ciphers in the opposite order.
  from_1_2_turned,
  bare,   // TLS 1.2 without extensions.
  noisy,  // As the first, with ALPN and reserved values (RFC 8701).
};

// The ciphers that a hello of this version offers, in our order: those of all versions below too.
[[nodiscard]] std::vector<std::uint16_t> ciphers_of(std::uint16_t version);

[[nodiscard]] HelloSpec fingerprint_hello(FingerprintHello which, std::string_view server_name);

// Requires: answer.chose().
[[nodiscard]] std::string ja4s(const ServerAnswer& answer);

// Requires: an answer to each hello, in the order of the enum.
[[nodiscard]] std::string fingerprint(std::span<const ServerAnswer> answers);

}  // namespace mxsweep::tls
