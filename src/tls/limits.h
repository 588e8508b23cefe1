// SPDX-License-Identifier: MIT
// How much work a server's messages may be, checked before any is done.
//
//   Shape     one gauge for the certificates of one message: add() each, and hand to the library
//             only what has no excess.
//   Cost      linear in the octets, some 10 ns for each element.
//   Limits    What is within them costs the library less than 50 ms altogether, whatever it is;
//             tests/tls/cost_test.cc holds it to that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mxsweep::tls {

// OpenSSL's, too. With these a signature is checked in 2 ms; with an exponent as long as the
// modulus it would be 400 ms at this size, and 11 s at four times it.
inline constexpr std::size_t kModulusBitsMax = 16'384;
inline constexpr std::size_t kExponentBitsMax = 64;
inline constexpr std::size_t kPrimeBitsMax = 10'000;       // DSA, OpenSSL's.
inline constexpr std::size_t kSubgroupOrderBitsMax = 512;  // Real ones: 160 to 256.

// The library's time for lists of names, purposes and the like grows with the square of their
// length. A chain of four with a thousand names has 1,800.
inline constexpr std::size_t kElementsMax = 3'000;

// Of an ephemeral Diffie-Hellman group, in bits. With the well-known groups the library computes
// three powers whose exponents are as long as the prime: 40 ms at this size, 190 ms at twice it.
inline constexpr std::size_t kGroupBitsMax = 4'096;

// Whether the group in this ServerKeyExchange of DHE is larger. Source: RFC 5246, 7.4.3.
[[nodiscard]] bool group_too_large(std::string_view message);

enum class Excess : std::uint8_t { none, key, elements };

class CertificateGauge {
 public:
  // The excess of this one, elements together with those before it.
  [[nodiscard]] Excess add(std::string_view der);
  // Of all that were added.
  [[nodiscard]] std::size_t elements() const { return elements_; }

 private:
  std::size_t elements_ = 0;
};

}  // namespace mxsweep::tls
