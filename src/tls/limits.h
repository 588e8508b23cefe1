// SPDX-License-Identifier: MIT
// Limits of the computation that a server's messages may cause, checked before any is done.
//
//   Shape     one CertificateGauge for the certificates of one message: add() each, and pass to
//             the library only those for which it returns Excess::none.
//   Cost      linear in the octets, some 10 ns for each element.
//   Limits    any message within them takes the library less than 50 ms altogether;
//             tests/tls/cost_test.cc checks that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mxsweep::tls {

// Per handshake message. The largest is a certificate chain.
inline constexpr std::size_t kMessageOctetsMax = std::size_t{64} * 1024;

// RSA; OpenSSL has the same limits. Within them a signature is verified in 2 ms. If the exponent is
// as long as the modulus, it would take 400 ms at this size, and 11 s at four times this size.
inline constexpr std::size_t kModulusBitsMax = 16'384;
inline constexpr std::size_t kExponentBitsMax = 64;
inline constexpr std::size_t kPrimeBitsMax = 10'000;       // DSA; OpenSSL's limit.
inline constexpr std::size_t kSubgroupOrderBitsMax = 512;  // Real ones: 160 to 256.

// The library's time for lists of names, purposes and the like is quadratic in their length. Four
// certificates of a chain with a thousand names have 1,800 elements.
inline constexpr std::size_t kElementsMax = 3'000;

// Of an ephemeral Diffie-Hellman group, in bits. For the well-known groups the library computes
// three powers with exponents as long as the prime: 40 ms at this size, 190 ms at twice this size.
inline constexpr std::size_t kGroupBitsMax = 4'096;

// Whether the group in a DHE ServerKeyExchange (RFC 5246, 7.4.3) is larger than that.
[[nodiscard]] bool group_too_large(std::string_view message);

enum class Excess : std::uint8_t { none, key, elements };

class CertificateGauge {
 public:
  // Adds a certificate and returns what is excessive: its key, or the elements of all so far.
  [[nodiscard]] Excess add(std::string_view der);
  // Of all certificates added.
  [[nodiscard]] std::size_t elements() const { return elements_; }

 private:
  std::size_t elements_ = 0;
};

}  // namespace mxsweep::tls
