// SPDX-License-Identifier: MIT
// The part of Authorities that depends on the TLS library.
#pragma once

#include <gnutls/x509.h>

#include <cstddef>
#include <unordered_map>

#include "mxsweep/core/time.h"
#include "mxsweep/tls/authorities.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

struct Authorities::Library {
  // Decoded once from the certificate, which is owned by `trusted`.
  struct Authority {
    WallTime not_before;
    WallTime not_after;
    Digest sha256;
  };

  Library() = default;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    if (trusted != nullptr) gnutls_x509_trust_list_deinit(trusted, 1);
  }

  // The authority that `certificate` names as its issuer; null if it is not trusted.
  [[nodiscard]] const Authority* issuer_of(gnutls_x509_crt_t certificate) const;

  gnutls_x509_trust_list_t trusted = nullptr;
  std::unordered_map<gnutls_x509_crt_t, Authority> authorities;
  std::size_t read = 0;
};

}  // namespace mxsweep::tls
