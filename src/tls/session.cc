// SPDX-License-Identifier: MIT
#include "tls/session.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace mxsweep::tls {
namespace {

template <typename Key>
struct Named {
  Key key;
  std::string_view name;
};

template <typename Key, std::size_t Count>
std::string_view name_of(const Named<Key> (&rows)[Count], Key key, std::string_view otherwise) {
  const auto* const row = std::find_if(std::begin(rows), std::end(rows),
                                       [key](const Named<Key>& r) { return r.key == key; });
  return row == std::end(rows) ? otherwise : row->name;
}

std::string_view text_or_nothing(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

constexpr Named<gnutls_protocol_t> kVersions[] = {
    {GNUTLS_TLS1_3, "TLSv1.3"},
    {GNUTLS_TLS1_2, "TLSv1.2"},
    {GNUTLS_TLS1_1, "TLSv1.1"},
    {GNUTLS_TLS1_0, "TLSv1.0"},
};

// By the library's names, because its older versions have no number for the newest groups.
constexpr Named<std::string_view> kGroups[] = {
    {"SECP256R1", "P-256"},
    {"SECP384R1", "P-384"},
    {"SECP521R1", "P-521"},
    {"X25519", "X25519"},
    {"X448", "X448"},
    {"X25519-MLKEM768", "X25519MLKEM768"},
    {"FFDHE2048", "ffdhe2048"},
    {"FFDHE3072", "ffdhe3072"},
    {"FFDHE4096", "ffdhe4096"},
    {"FFDHE6144", "ffdhe6144"},
    {"FFDHE8192", "ffdhe8192"},
    {"SECP192R1", "P-192"},
    {"SECP224R1", "P-224"},
    {"SECP256R1-MLKEM768", "SecP256r1MLKEM768"},
    {"SECP384R1-MLKEM1024", "SecP384r1MLKEM1024"},
};

// A prime of the server's own has no name, only a size. 1776, 2236, 2432 and 3248 are the sizes
// that old versions of GnuTLS generated for their security levels.
constexpr Named<unsigned> kPrimes[] = {
    {512, "DHE 512"},   {768, "DHE 768"},   {1024, "DHE 1024"}, {1536, "DHE 1536"},
    {1776, "DHE 1776"}, {2048, "DHE 2048"}, {2236, "DHE 2236"}, {2432, "DHE 2432"},
    {3072, "DHE 3072"}, {3248, "DHE 3248"}, {4096, "DHE 4096"}, {6144, "DHE 6144"},
    {8192, "DHE 8192"},
};

constexpr Named<gnutls_sign_algorithm_t> kSignatures[] = {
    {GNUTLS_SIGN_RSA_MD5, "rsa_pkcs1_md5"},
    {GNUTLS_SIGN_RSA_SHA1, "rsa_pkcs1_sha1"},
    {GNUTLS_SIGN_RSA_SHA224, "rsa_pkcs1_sha224"},
    {GNUTLS_SIGN_RSA_SHA256, "rsa_pkcs1_sha256"},
    {GNUTLS_SIGN_RSA_SHA384, "rsa_pkcs1_sha384"},
    {GNUTLS_SIGN_RSA_SHA512, "rsa_pkcs1_sha512"},
    {GNUTLS_SIGN_ECDSA_SHA1, "ecdsa_sha1"},
    {GNUTLS_SIGN_ECDSA_SHA224, "ecdsa_sha224"},
    // Before TLS 1.3 the same numbers mean only the hash, with any curve.
    {GNUTLS_SIGN_ECDSA_SHA256, "ecdsa_secp256r1_sha256"},
    {GNUTLS_SIGN_ECDSA_SHA384, "ecdsa_secp384r1_sha384"},
    {GNUTLS_SIGN_ECDSA_SHA512, "ecdsa_secp521r1_sha512"},
    {GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, "ecdsa_secp256r1_sha256"},
    {GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, "ecdsa_secp384r1_sha384"},
    {GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, "ecdsa_secp521r1_sha512"},
    {GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, "rsa_pss_rsae_sha256"},
    {GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, "rsa_pss_rsae_sha384"},
    {GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, "rsa_pss_rsae_sha512"},
    {GNUTLS_SIGN_RSA_PSS_SHA256, "rsa_pss_pss_sha256"},
    {GNUTLS_SIGN_RSA_PSS_SHA384, "rsa_pss_pss_sha384"},
    {GNUTLS_SIGN_RSA_PSS_SHA512, "rsa_pss_pss_sha512"},
    {GNUTLS_SIGN_EDDSA_ED25519, "ed25519"},
    {GNUTLS_SIGN_EDDSA_ED448, "ed448"},
};

std::string_view group_of(gnutls_session_t session) {
  const gnutls_group_t group = gnutls_group_get(session);
  if (group != GNUTLS_GROUP_INVALID) {
    const std::string_view name = text_or_nothing(gnutls_group_get_name(group));
    return name_of(kGroups, name, name);
  }
  const gnutls_kx_algorithm_t exchange = gnutls_kx_get(session);
  if (exchange != GNUTLS_KX_DHE_RSA && exchange != GNUTLS_KX_DHE_DSS &&
      exchange != GNUTLS_KX_ANON_DH) {
    return {};
  }
  const int bits = gnutls_dh_get_prime_bits(session);
  return name_of(kPrimes, static_cast<unsigned>(bits), "DHE");
}

// The library names the negotiated suite, but has its number only in the list of all suites. There
// the suites of TLS 1.3 have no key exchange.
std::uint16_t cipher_id_of(gnutls_session_t session) {
  const bool is_1_3 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
  const gnutls_kx_algorithm_t our_exchange = gnutls_kx_get(session);
  const gnutls_cipher_algorithm_t our_cipher = gnutls_cipher_get(session);
  const gnutls_mac_algorithm_t our_mac = gnutls_mac_get(session);
  std::array<unsigned char, 2> id{};
  gnutls_kx_algorithm_t exchange{};
  gnutls_cipher_algorithm_t cipher{};
  gnutls_mac_algorithm_t mac{};
  gnutls_protocol_t version{};
  for (std::size_t i = 0;
       gnutls_cipher_suite_info(i, id.data(), &exchange, &cipher, &mac, &version) != nullptr; ++i) {
    if (cipher != our_cipher || mac != our_mac) continue;
    if ((version == GNUTLS_TLS1_3) != is_1_3) continue;
    if (!is_1_3 && exchange != our_exchange) continue;
    return static_cast<std::uint16_t>(id[0] << 8U | id[1]);
  }
  return 0;
}

}  // namespace

std::string_view version_name(gnutls_session_t session) {
  const gnutls_protocol_t version = gnutls_protocol_get_version(session);
  return name_of(kVersions, version, text_or_nothing(gnutls_protocol_get_name(version)));
}

Session describe(gnutls_session_t session) {
  Session facts;
  facts.version = version_name(session);
  facts.cipher = text_or_nothing(gnutls_ciphersuite_get(session));
  facts.cipher_id = cipher_id_of(session);
  facts.group = group_of(session);
  const auto signature = static_cast<gnutls_sign_algorithm_t>(gnutls_sign_algorithm_get(session));
  facts.signature = name_of(kSignatures, signature, {});
  facts.before_1_3 = gnutls_protocol_get_version(session) != GNUTLS_TLS1_3;
  facts.extended_master_secret = gnutls_session_ext_master_secret_status(session) != 0;
  facts.secure_renegotiation = gnutls_safe_renegotiation_status(session) != 0;
  return facts;
}

}  // namespace mxsweep::tls
