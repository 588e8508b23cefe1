// SPDX-License-Identifier: MIT
#include "mxsweep/tls/sha256.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <new>

#include "tls/library.h"

namespace mxsweep::tls {

Sha256::Sha256() {
  start_library();
  if (::gnutls_hash_init(&hash_, GNUTLS_DIG_SHA256) < 0) throw std::bad_alloc();
}

Sha256::~Sha256() { ::gnutls_hash_deinit(hash_, nullptr); }

void Sha256::add(std::string_view octets) { ::gnutls_hash(hash_, octets.data(), octets.size()); }

Digest Sha256::finish() {
  Digest digest{};
  ::gnutls_hash_output(hash_, digest.data());
  return digest;
}

std::string to_hexadecimal(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : digest) {
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 15U];
  }
  return text;
}

}  // namespace mxsweep::tls
