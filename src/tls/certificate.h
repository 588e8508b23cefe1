// SPDX-License-Identifier: MIT
// Parses one certificate of a peer: from DER to plain values, and to the library's handle for
// verification.
//
//   Source    RFC 5280; DN as text by RFC 4514.
//   Lifetime  nothing views `der` afterwards.
//   Errors    a null handle: not exactly one certificate in DER; then only sha256 is set. Lack of
//             memory is reported separately, because it is not the certificate's fault.
#pragma once

#include <gnutls/x509.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

struct ReleaseCertificate {
  void operator()(gnutls_x509_crt_int* certificate) const { gnutls_x509_crt_deinit(certificate); }
};
using CertificateHandle = std::unique_ptr<gnutls_x509_crt_int, ReleaseCertificate>;

struct CertificateRead {
  CertificateHandle handle;
  bool shortage = false;
};

// Fills all of `certificate` except its `der`, with at most `names_max` names of each kind.
[[nodiscard]] CertificateRead read_certificate(std::string_view der, std::size_t names_max,
                                               Certificate& certificate);

// Whether the library knows the kind of its key. Yes if `der` is not a certificate.
enum class KeyKnown : std::uint8_t { yes, no, shortage };
[[nodiscard]] KeyKnown has_known_key(std::string_view der);

// The epoch if the date cannot be read: such a certificate counts as expired.
[[nodiscard]] WallTime not_before(gnutls_x509_crt_t certificate);
[[nodiscard]] WallTime not_after(gnutls_x509_crt_t certificate);

// The subject's common name if there is exactly one; empty if there is not, or if it is too long
// for a host name.
[[nodiscard]] std::string common_name(gnutls_x509_crt_t certificate);

// Whether subjectAltName has a DNS name, even one that is not kept.
[[nodiscard]] bool has_dns_name(gnutls_x509_crt_t certificate);

[[nodiscard]] Digest sha256(std::string_view octets);

// A view in the library's type, for functions that only read it.
[[nodiscard]] gnutls_datum_t datum(std::string_view octets);

}  // namespace mxsweep::tls
