// SPDX-License-Identifier: MIT
// Issues keys and certificates, valid ones and flawed ones, for simulated servers and for tests.
//
//   Source    RFC 5280.
//   Shape     issue(spec) is self-signed; issue(spec, &issuer) is signed by the issuer's key.
//   Cost      about 1 ms with EC keys; RSA 2048 some 50 ms, RSA 4096 a second or more.
//   Errors    a failure is a broken INVARIANT. Requires: a serial number other than zero, valid
//             addresses, an issuer in PEM, and no SHA-1 with an Ed25519 issuer.
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
  std::uint64_t serial = 1;
  WallTime not_before{};
  WallTime not_after{};
  KeyKind key = KeyKind::ec_p256;
  std::string key_pem{};   // A key of that kind to use; empty: a new one is made.
  bool authority = false;  // May sign other certificates.
  bool sha1 = false;       // Signed with SHA-1, which is no longer trusted.
  bool client = false;     // Its purpose is that of a TLS client, not of a server.
};

struct IssuedCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

[[nodiscard]] IssuedCertificate issue(const CertificateSpec& spec,
                                      const IssuedCertificate* issuer = nullptr);

}  // namespace mxsweep::tls
