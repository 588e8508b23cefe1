// SPDX-License-Identifier: MIT
// The few parts of a certificate that are read before the library sees it.
//
//   Source    X.690 (DER); RFC 5280 section 4.1, RFC 8017 appendix A.1.1, RFC 3279 section 2.3.2.
//   Shape     More is taken for DER than DER allows (long forms of short lengths, no length at
//             all), so that nothing which the library may accept goes past a limit unseen.
//   Cost      linear in the octets.
//   Lifetime  the views are of the input.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace mxsweep::tls {

//   Certificate    SEQUENCE { tbsCertificate SEQUENCE { [0] version?, serial, algorithm SEQUENCE,
//                  issuer SEQUENCE, validity SEQUENCE, subject SEQUENCE, spki SEQUENCE, ... }, ...
//                  }
struct RawParts {
  std::string_view serial;
  std::string_view spki;
  bool whole = false;  // Nothing follows the certificate.
};

// Nothing: no certificate.
[[nodiscard]] std::optional<RawParts> raw_parts(std::string_view der);

// In bits, of what has them; else 0.
struct KeySize {
  std::size_t modulus = 0;         // RSA.
  std::size_t exponent = 0;        // RSA, the public one.
  std::size_t prime = 0;           // DSA.
  std::size_t subgroup_order = 0;  // DSA.
};
[[nodiscard]] KeySize key_size(std::string_view spki);

// The elements in `der`, those in its OCTET STRINGs, which hold the extensions, included. An OBJECT
// IDENTIFIER counts for four: in a list of them the library compares each with all before it.
[[nodiscard]] std::size_t count_elements(std::string_view der);

}  // namespace mxsweep::tls
