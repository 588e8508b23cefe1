// SPDX-License-Identifier: MIT
// What TLS taught us about a server, as plain values: no type of the TLS library is among them.
//
//   Source    RFC 5280 (certificates), RFC 4514 (names as text), RFC 8460 section 4.3 (the words of
//             VerifyError), the IANA TLS registries (cipher suites, signature schemes).
//   Lifetime  a Certificate owns its texts; a Session's views are static; Facts views a Chain.
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

// Whatever a peer sends, this much of it is kept; the rest is neither shown nor looked at.
inline constexpr std::size_t kChainCertificatesMax = 16;  // As many as the library follows.
inline constexpr std::size_t kSubjectOctetsMax = 1024;    // Of subject and issuer; real ones: 200.
inline constexpr std::size_t kSerialOctetsMax = 32;       // RFC 5280 allows 20.
inline constexpr std::size_t kNameOctetsMax = 255;        // A domain name has no more.
inline constexpr std::size_t kLeafNamesMax = 1000;        // Shared hosters' have hundreds.
inline constexpr std::size_t kAuthorityNamesMax = 8;      // Names of the others match nothing.

// What of a certificate was longer than that, or more.
struct Cut {
  bool serial = false;
  bool subject = false;
  bool issuer = false;
  bool names = false;  // Too many, or one too long, which is left out.

  [[nodiscard]] bool any() const { return serial || subject || issuer || names; }
};

struct Certificate {
  Digest sha256{};                 // Of the certificate.
  Digest spki_sha256{};            // Of its SubjectPublicKeyInfo, as TLSA and pins have it.
  std::string subject;             // RFC 4514: "CN=mx1.example.net,O=Example".
  std::string issuer;              //
  std::string serial;              // Hexadecimal, lower case, two digits an octet.
  std::vector<std::string> names;  // subjectAltName: DNS names as they are, then addresses as text.
  std::size_t dns_names = 0;       // How many of `names` are DNS names.
  // Places of the DNS names, in the order of their lower-case texts, then those of the addresses,
  // likewise: many servers are asked for a name, each with a thousand of its own. Empty: not
  // sorted, and looked through one by one.
  std::vector<std::uint16_t> sorted;
  WallTime not_before{};
  WallTime not_after{};
  std::string key;        // "EC P-256", "RSA 2048", "Ed25519"; else the OID. Never empty if parsed.
  std::string signature;  // As OpenSSL calls it: "ecdsa-with-SHA256"; else the OID.
  bool self_signed = false;  // It names itself as its issuer.
  Cut cut;
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

// The first end of all certificates that a chain stands on.
struct Expiry {
  WallTime at{};
  Digest sha256{};  // Of the certificate that ends then; an authority's is often not sent.
};

// What a server sent, leaf first, and what does not depend on the name that we know it by.
struct Chain {
  std::vector<Certificate> certificates;  // One that cannot be parsed has its sha256 only.
  bool cut = false;                       // It sent more than kChainCertificatesMax.
  // Of the way from the leaf to the authority that was used, or as far as it leads towards one.
  std::optional<Expiry> expiry;           // Nothing: the leaf cannot be parsed, or there is none.
  VerifyError error = VerifyError::none;  // Of the chain, never certificate_host_mismatch.
  std::string common_name;                // The leaf's, where it has no DNS name at all.
};

// Views are static.
struct Session {
  std::string_view version;    // "TLSv1.3"
  std::string_view cipher;     // IANA's name: "TLS_AES_256_GCM_SHA384"; empty: not finished.
  std::string_view group;      // "X25519", "P-256", "ffdhe2048", "DHE 1024", "DHE" of a rare
                               // size; empty: no (EC)DHE.
  std::string_view signature;  // IANA's SignatureScheme: "ecdsa_secp256r1_sha256"; may be empty.
  bool before_1_3 = false;     // The two below mean something.
  bool extended_master_secret = false;
  bool secure_renegotiation = false;
};

// All that a record says about TLS.
struct Facts {
  Session session;  // Of a handshake that was not finished at most the version.
  bool verified = false;
  VerifyError verify_error = VerifyError::none;
  std::optional<bool> name_match;    // By subjectAltName. Absent: no name is known.
  bool cn_match = false;             // The leaf has no DNS name, but its common name is the name.
  std::optional<bool> domain_match;  // The same for the mail domain; judge() leaves it alone.
  std::optional<int> days_left;      // Of the chain's expiry, rounded down; negative behind it.
  Digest days_left_of{};             // Means something only with days_left.
  bool client_certificate_requested = false;
  std::string_view alert;        // The fatal alert that the server sent: "handshake_failure".
  const Chain* chain = nullptr;  // Null: no certificate was seen.
};

// RFC 9525 section 6.3: whether one of the leaf's names is `name`, in any case, a wildcard standing
// for one whole leftmost label, of two more at least ("*.com" matches nothing, as in the library
// and OpenSSL). `name` may be an IP address as text: only address entries match it. Its trailing
// dot is ignored. Octets are compared: internationalised names are to be given as A-labels.
[[nodiscard]] bool matches_name(const Chain& chain, std::string_view name);

// Fills `sorted`. Requires: at most 65,536 names.
void sort_names(Certificate& certificate);

// The same for the leaf's common name, which counts for nothing any more (RFC 9525, 1.4): browsers
// and most mail servers pass it by, and some old clients do not. An address never matches it.
[[nodiscard]] bool matches_common_name(const Chain& chain, std::string_view name);

// Sets verified, verify_error, name_match, cn_match and days_left. An empty `name`: none is known.
void judge(const Chain& chain, std::string_view name, WallTime now, Facts& facts);

// What a chain takes, all that it holds included.
[[nodiscard]] std::size_t octets_held(const Chain& chain);

}  // namespace mxsweep::tls
