// SPDX-License-Identifier: MIT
#include "mxsweep/tls/pbkdf2.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <new>
#include <string>

#include "mxsweep/core/invariant.h"
#include "tls/library.h"

namespace mxsweep::tls {

Digest pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations) {
  INVARIANT(iterations > 0);
  start_library();
  // The library takes octets that it could change.
  std::string key(password);
  std::string grain(salt);
  const auto datum_of = [](std::string& octets) {
    return gnutls_datum_t{reinterpret_cast<unsigned char*>(octets.data()),
                          static_cast<unsigned>(octets.size())};
  };
  const gnutls_datum_t key_datum = datum_of(key);
  const gnutls_datum_t salt_datum = datum_of(grain);
  Digest digest{};
  if (::gnutls_pbkdf2(GNUTLS_MAC_SHA256, &key_datum, &salt_datum, iterations, digest.data(),
                      digest.size()) < 0) {
    throw std::bad_alloc();
  }
  return digest;
}

}  // namespace mxsweep::tls
