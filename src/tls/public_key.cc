// SPDX-License-Identifier: MIT
#include "mxsweep/tls/public_key.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include <memory>
#include <new>

#include "tls/der.h"
#include "tls/library.h"
#include "tls/limits.h"

namespace mxsweep::tls {
namespace {

constexpr std::size_t kEd25519Octets = 32;
// Of a key's information: two sequences, the kind with parameters, the key and its numbers.
constexpr std::size_t kKeyElementsMax = 32;

struct FreeKey {
  void operator()(gnutls_pubkey_t key) const { gnutls_pubkey_deinit(key); }
};
using Key = std::unique_ptr<gnutls_pubkey_st, FreeKey>;

Key import_key(std::string_view info) {
  start_library();
  gnutls_pubkey_t made = nullptr;
  if (gnutls_pubkey_init(&made) < 0) throw std::bad_alloc();
  Key key(made);
  const gnutls_datum_t octets = datum(info);
  if (gnutls_pubkey_import(key.get(), &octets, GNUTLS_X509_FMT_DER) < 0) key.reset();
  return key;
}

// The element of ASN.1 with that tag and content.
std::string element(unsigned char tag, std::string_view content) {
  std::string whole(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    whole += static_cast<char>(content.size());
  } else {
    whole += '\x82';
    whole += static_cast<char>(content.size() >> 8U);
    whole += static_cast<char>(content.size() & 0xffU);
  }
  return whole.append(content);
}

// RSAPublicKey as SubjectPublicKeyInfo. Requires: key.size() < 65,000.
std::string info_of_rsa(std::string_view key) {
  using namespace std::string_view_literals;
  constexpr std::string_view kRsaEncryption =
      "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"sv;
  std::string bits(1, '\0');  // No unused bits in the last octet.
  bits += key;
  return element(0x30, std::string(kRsaEncryption) + element(0x03, bits));
}

std::string words_of_key(int algorithm, unsigned bits) {
  const std::string size = std::to_string(bits);
  if (algorithm == GNUTLS_PK_RSA) return "RSA " + size;
  if (algorithm == GNUTLS_PK_ECDSA) return "EC P-" + (bits == 528 ? "521" : size);
  if (algorithm == GNUTLS_PK_EDDSA_ED25519) return "Ed25519";
  const char* const name = gnutls_pk_get_name(static_cast<gnutls_pk_algorithm_t>(algorithm));
  return name == nullptr ? "unknown" : name;
}

std::optional<PublicKey> read_info(std::string_view info, PublicKeyForm form) {
  if (count_elements(info) > kKeyElementsMax) return std::nullopt;
  if (key_size(info).modulus > kModulusBitsMax) return std::nullopt;
  const Key key = import_key(info);
  if (!key) return std::nullopt;
  unsigned bits = 0;
  const int algorithm = gnutls_pubkey_get_pk_algorithm(key.get(), &bits);
  if (algorithm < 0) return std::nullopt;
  PublicKey read;
  read.form = form;
  read.kind = algorithm == GNUTLS_PK_RSA             ? PublicKeyKind::rsa
              : algorithm == GNUTLS_PK_EDDSA_ED25519 ? PublicKeyKind::ed25519
                                                     : PublicKeyKind::other;
  // The library counts whole octets: a modulus of 1,023 bits is short all the same.
  read.bits = read.kind == PublicKeyKind::rsa ? key_size(info).modulus : bits;
  read.words = words_of_key(algorithm, static_cast<unsigned>(read.bits));
  return read;
}

}  // namespace

std::optional<PublicKey> read_public_key(std::string_view octets) {
  if (octets.size() > kPublicKeyOctetsMax) return std::nullopt;
  if (octets.size() == kEd25519Octets) {
    return PublicKey{PublicKeyKind::ed25519, PublicKeyForm::raw, 256, "Ed25519"};
  }
  if (auto key = read_info(octets, PublicKeyForm::info)) return key;
  return read_info(info_of_rsa(octets), PublicKeyForm::pkcs1);
}

}  // namespace mxsweep::tls
