// SPDX-License-Identifier: MIT
// The numbers of a certificate that only a few users need, read from its DER.
//
//   Source    RFC 5280 section 4.1; RFC 8017 appendix A.1.1 (RSA), RFC 5480 section 2.2 (EC).
//   Units     numbers are big-endian octets.
//   Lifetime  views of the DER.
//   Errors    nothing if it is not a certificate; a number that it does not have is empty.
#pragma once

#include <optional>
#include <string_view>

namespace mxsweep::tls {

struct CertificateNumbers {
  int version = 0;              // 1 to 3; 0: not a version.
  std::string_view serial{};    // In two's complement: negative ones exist.
  std::string_view key{};       // The public key; of EC: the point.
  std::string_view modulus{};   // RSA; not negative, without leading zeros.
  std::string_view exponent{};  // Likewise.
};

[[nodiscard]] std::optional<CertificateNumbers> certificate_numbers(std::string_view der);

}  // namespace mxsweep::tls
