// SPDX-License-Identifier: MIT
// Reads the few parts of a certificate that are needed before the library parses it.
//
//   Source    X.690 (DER); RFC 5280 section 4.1, RFC 8017 appendix A.1.1, RFC 3279 section 2.3.2.
//   Shape     More lenient than DER (long forms of short lengths, indefinite length), so that
//             nothing that the library may accept escapes a limit.
//   Cost      linear in the octets.
//   Lifetime  results view the input.
//   Errors    raw_parts() returns nothing if the input is not a certificate. Sizes and counts are
//             those of the part that can be read.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace mxsweep::tls {

//   Certificate    SEQUENCE { tbsCertificate SEQUENCE { [0] version?, serial, algorithm SEQUENCE,
//                  issuer SEQUENCE, validity SEQUENCE, subject SEQUENCE, spki SEQUENCE, ... }, ...
//                  }
struct RawParts {
  int version = 1;               // Of the certificate, 1 to 3; 0: not a version.
  std::string_view signed_part;  // The whole tbsCertificate.
  std::string_view serial;
  std::string_view spki;
  bool whole = false;  // Nothing follows the certificate.
};

[[nodiscard]] std::optional<RawParts> raw_parts(std::string_view der);

// The numbers of a public key: how long each is, in bits; 0 where the key has no such number.
struct KeySize {
  std::size_t modulus = 0;         // RSA.
  std::size_t exponent = 0;        // RSA, the public one.
  std::size_t prime = 0;           // DSA.
  std::size_t subgroup_order = 0;  // DSA.
};
[[nodiscard]] KeySize key_size(std::string_view spki);

// The number of elements in `der`, including those inside OCTET STRINGs, which hold the extensions.
// An OBJECT IDENTIFIER counts as four, because the library compares each with all before it.
[[nodiscard]] std::size_t count_elements(std::string_view der);

}  // namespace mxsweep::tls
