// SPDX-License-Identifier: MIT
// Makes keys and certificates, good ones and bad ones, for simulated servers and for tests.
//
//   Source    RFC 5280.
//   Shape     issue(order) is self-signed; issue(order, &issuer) is signed by it.
//   Cost      about 1 ms with EC keys; RSA 2048 some 50 ms, RSA 4096 a second and more.
//   Errors    none are expected of a sound order: failing to make one is an INVARIANT. Unsound are
//             a serial number of zero, an address that is none, an issuer that is no PEM, and SHA-1
//             with an Ed25519 issuer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"

namespace mxsweep::tls {

enum class KeyKind : std::uint8_t { ec_p256, ec_p384, ed25519, rsa_1024, rsa_2048, rsa_4096 };

struct CertificateSpec {
  std::string common_name;  // Empty: a certificate without a subject.
  std::vector<std::string> dns_names{};
  std::vector<std::string> addresses{};  // As text.
  std::uint64_t serial = 1;              // Not zero.
  WallTime not_before{};
  WallTime not_after{};
  KeyKind key = KeyKind::ec_p256;
  bool authority = false;  // May sign others.
  bool sha1 = false;       // Signed with SHA-1, which nobody trusts any more.
};

struct IssuedCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

[[nodiscard]] IssuedCertificate issue(const CertificateSpec& order,
                                      const IssuedCertificate* issuer = nullptr);

}  // namespace mxsweep::tls
