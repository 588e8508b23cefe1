// SPDX-License-Identifier: MIT
// What a TLS handshake revealed about a server, as plain values without types of the TLS library.
//
//   Source    RFC 5280 (certificates), RFC 4514 (names as text), RFC 8460 section 4.3 (the words of
//             VerifyError), the IANA TLS registries (cipher suites, signature schemes).
//   Lifetime  a Certificate owns its texts; the views of a Session are static; Facts points to a
//             Chain, which must outlive it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"

namespace mxsweep::tls {

enum class Version : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

using Digest = std::array<std::uint8_t, 32>;  // SHA-256

// Limits of what is kept of a certificate or chain; the rest is neither reported nor looked at.
inline constexpr std::size_t kChainCertificatesMax = 16;  // As many as the library follows.
inline constexpr std::size_t kSubjectOctetsMax = 1024;    // Of subject and issuer; real ones: 200.
inline constexpr std::size_t kSerialOctetsMax = 32;       // RFC 5280 allows 20.
inline constexpr std::size_t kNameOctetsMax = 255;        // A domain name has no more.
inline constexpr std::size_t kLeafNamesMax = 1000;        // Those of shared hosting have hundreds.
inline constexpr std::size_t kAuthorityNamesMax = 8;      // Only a leaf's names are matched.

// The parts of a certificate that exceeded a limit.
struct Cut {
  bool serial = false;
  bool subject = false;
  bool issuer = false;
  bool names = false;  // Too many names, or a name that is too long and was left out.

  [[nodiscard]] bool any() const { return serial || subject || issuer || names; }
};

struct Certificate {
  Digest sha256{};                 // Of the certificate.
  Digest spki_sha256{};            // Of its SubjectPublicKeyInfo, as in TLSA records and pins.
  std::string subject;             // RFC 4514: "CN=mx1.example.net,O=Example".
  std::string issuer;              // Likewise.
  std::string serial;              // Hexadecimal, lower case, two digits per octet.
  std::vector<std::string> names;  // subjectAltName: DNS names as sent, then addresses as text.
  std::size_t dns_names = 0;       // How many of `names` are DNS names.
  // Indexes into `names` for binary search: the DNS names in the order of their lower-case texts,
  // then the addresses likewise. A name may be looked up on many servers, each with a thousand
  // names. Empty: not sorted, and searched one by one.
  std::vector<std::uint16_t> sorted;
  WallTime not_before{};
  WallTime not_after{};
  std::string key;        // "EC P-256", "RSA 2048", "Ed25519"; else the OID. Never empty if parsed.
  std::string signature;  // OpenSSL's name: "ecdsa-with-SHA256"; else the OID.
  bool self_signed = false;  // Issuer equals subject.
  Cut cut;
  std::string der;  // Only if ClientOptions::keep_der is set.
};

// Words of RFC 8460; none for a certificate that would be trusted.
enum class VerifyError : std::uint8_t {
  none,
  certificate_expired,  // Or not valid yet.
  certificate_not_trusted,
  certificate_host_mismatch,
  validation_failure,  // Any other reason: a bad or outdated signature, a purpose not allowed.
};
[[nodiscard]] std::string_view to_string(VerifyError error);  // "certificate-expired"

// The earliest expiry among the certificates on which a chain depends.
struct Expiry {
  WallTime at{};
  Digest sha256{};  // Of the certificate that expires then; an authority's is often not sent.
};

// The certificates that a server sent, leaf first, and their verification except for the name.
struct Chain {
  std::vector<Certificate> certificates;  // One that cannot be parsed has only its sha256.
  bool cut = false;                       // The server sent more than kChainCertificatesMax.
  // Of the path from the leaf to the authority used, or as far as there is a path towards one.
  std::optional<Expiry> expiry;           // Absent: the leaf cannot be parsed, or there is none.
  VerifyError error = VerifyError::none;  // Never certificate_host_mismatch.
  std::string common_name;                // The leaf's, if it has no DNS name at all.
};

// The negotiated parameters. Views are static.
struct Session {
  std::string_view version;     // "TLSv1.3"
  std::string_view cipher;      // IANA's name: "TLS_AES_256_GCM_SHA384"; empty: not completed.
  std::uint16_t cipher_id = 0;  // IANA's number; 0: not completed, or not known.
  std::string_view group;       // "X25519", "P-256", "ffdhe2048", "DHE 1024", or "DHE" for a rare
                                // size; empty: no (EC)DHE.
  std::string_view signature;   // IANA's SignatureScheme: "ecdsa_secp256r1_sha256"; may be empty.
  bool before_1_3 = false;      // Whether the two below apply.
  bool extended_master_secret = false;
  bool secure_renegotiation = false;
};

// Everything that a record reports about TLS.
struct Facts {
  Session session;  // At most the version if the handshake was not completed.
  bool verified = false;
  VerifyError verify_error = VerifyError::none;
  std::optional<bool> name_match;    // By subjectAltName. Absent: the target has no name.
  bool cn_match = false;             // The leaf has no DNS name, but its common name matches.
  std::optional<bool> domain_match;  // Like name_match, for the mail domain; not set by judge().
  std::optional<int> days_left;      // Until the chain's expiry, rounded down; negative after it.
  Digest days_left_of{};             // Expiry::sha256; meaningful only with days_left.
  bool client_certificate_requested = false;
  std::string_view alert;        // The fatal alert that the server sent: "handshake_failure".
  const Chain* chain = nullptr;  // Null: no certificate was received.
};

// RFC 9525 section 6.3: whether one of the leaf's names matches `name`, without regard to case. A
// wildcard matches one whole leftmost label and must be followed by at least two labels ("*.com"
// matches nothing, as in GnuTLS and OpenSSL). If `name` is an IP address as text, only address
// entries match it. A trailing dot of `name` is ignored. Octets are compared: pass
// internationalised names as A-labels.
[[nodiscard]] bool matches_name(const Chain& chain, std::string_view name);

// Fills `sorted`. Requires: at most 65,536 names.
void sort_names(Certificate& certificate);

// Like matches_name(), for the leaf's common name, which no longer counts (RFC 9525, 1.4): browsers
// and most mail servers ignore it, some old clients do not. An address never matches it.
[[nodiscard]] bool matches_common_name(const Chain& chain, std::string_view name);

// Sets verified, verify_error, name_match, cn_match and days_left. `name` is empty if the target
// has none.
void judge(const Chain& chain, std::string_view name, WallTime now, Facts& facts);

// What a chain takes, all that it holds included.
[[nodiscard]] std::size_t octets_held(const Chain& chain);

}  // namespace mxsweep::tls
