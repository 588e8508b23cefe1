// SPDX-License-Identifier: MIT
// What TLS taught us about a server, as plain values: no type of the TLS library is among them.
//
//   Source    RFC 5280 (certificates), RFC 4514 (names as text), RFC 8460 section 4.3 (the words of
//             VerifyError), the IANA TLS registries (cipher suites, signature schemes).
//   Lifetime  a Certificate owns its texts; a Session's views are static; Facts views a Chain.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"

namespace mxsweep::tls {

enum class Version : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

using Digest = std::array<std::uint8_t, 32>;  // SHA-256

struct Certificate {
  Digest sha256{};                 // Of the certificate.
  Digest spki_sha256{};            // Of its SubjectPublicKeyInfo, as TLSA and pins have it.
  std::string subject;             // RFC 4514: "CN=mx1.example.net,O=Example".
  std::string issuer;              //
  std::string serial;              // Hexadecimal, lower case, two digits an octet.
  std::vector<std::string> names;  // subjectAltName: DNS names as they are, addresses as text.
  WallTime not_before{};
  WallTime not_after{};
  std::string key;        // "EC P-256", "RSA 2048", "Ed25519".
  std::string signature;  // As OpenSSL calls it: "ecdsa-with-SHA256"; else the OID.
  bool self_signed = false;
  std::string der;  // Only when the client was told to keep it.
};

// Words of RFC 8460, none for a certificate that would be trusted.
enum class VerifyError : std::uint8_t {
  none,
  certificate_expired,  // Or not valid yet.
  certificate_not_trusted,
  certificate_host_mismatch,
  validation_failure,  // Any other reason: a broken or outdated signature, a purpose not allowed.
};
[[nodiscard]] std::string_view to_string(VerifyError error);  // "certificate-expired"

// What a server sent, leaf first, and what does not depend on the name that we know it by.
struct Chain {
  std::vector<Certificate> certificates;  // One that cannot be parsed has its sha256 only.
  VerifyError error = VerifyError::none;  // Of the chain, never certificate_host_mismatch.
  std::string common_name;  // The leaf's, where it has no DNS name at all: RFC 6125, 6.4.4.
};

// Of a finished handshake; views are static.
struct Session {
  std::string_view version;    // "TLSv1.3"
  std::string_view cipher;     // IANA's name: "TLS_AES_256_GCM_SHA384".
  std::string_view group;      // "X25519", "P-256", "ffdhe2048", "DHE 1024"; empty: no (EC)DHE.
  std::string_view signature;  // IANA's SignatureScheme: "ecdsa_secp256r1_sha256"; may be empty.
  bool before_1_3 = false;     // The two below mean something.
  bool extended_master_secret = false;
  bool secure_renegotiation = false;
};

// All that a record says about TLS.
struct Facts {
  Session session;  // An empty version: the handshake was not finished.
  bool verified = false;
  VerifyError verify_error = VerifyError::none;
  std::optional<bool> name_match;  // Absent: no name is known.
  std::optional<int> days_left;    // Of the leaf, rounded down; negative once it has expired.
  bool client_certificate_requested = false;
  std::string_view alert;        // The fatal alert that the server sent: "handshake_failure".
  const Chain* chain = nullptr;  // Null: no certificate was seen.
};

// RFC 6125 section 6.4: whether one of the names is `name`, in any case, a wildcard standing for
// the whole leftmost label only. `name` may be an IP address as text. A trailing dot is ignored.
[[nodiscard]] bool matches_name(const Chain& chain, std::string_view name);

// Sets verified, verify_error, name_match and days_left. An empty `name`: none is known.
void judge(const Chain& chain, std::string_view name, WallTime now, Facts& facts);

}  // namespace mxsweep::tls
