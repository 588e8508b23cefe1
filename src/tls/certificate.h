// SPDX-License-Identifier: MIT
// One certificate of a peer: DER to plain values, and to the handle that the library verifies.
//
//   Source    RFC 5280; DN as text by RFC 4514.
//   Lifetime  nothing views `der` afterwards.
//   Errors    a null handle: not exactly one certificate in DER. Then only sha256 is set. A
//             shortage of memory is told apart, for it says nothing about the certificate.
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

// All of `certificate` but its `der`; at most `names_max` names of each kind.
[[nodiscard]] CertificateRead read_certificate(std::string_view der, std::size_t names_max,
                                               Certificate& certificate);

// Whether its key is of a kind that the library knows. No certificate: yes.
enum class KeyKnown : std::uint8_t { yes, no, shortage };
[[nodiscard]] KeyKnown has_known_key(std::string_view der);

// Dates that cannot be read are the epoch: such a certificate has long expired.
[[nodiscard]] WallTime not_before(gnutls_x509_crt_t certificate);
[[nodiscard]] WallTime not_after(gnutls_x509_crt_t certificate);

// The subject's common name, where there is exactly one; empty: none, or too long for a host.
[[nodiscard]] std::string common_name(gnutls_x509_crt_t certificate);

// Whether subjectAltName has a DNS name, even one that we would not keep.
[[nodiscard]] bool has_dns_name(gnutls_x509_crt_t certificate);

[[nodiscard]] Digest sha256(std::string_view octets);

}  // namespace mxsweep::tls
