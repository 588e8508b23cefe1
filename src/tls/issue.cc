// SPDX-License-Identifier: MIT
#include "mxsweep/tls/issue.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "mxsweep/core/address.h"
#include "mxsweep/core/invariant.h"
#include "tls/certificate.h"
#include "tls/library.h"

namespace mxsweep::tls {
namespace {

struct ReleaseKey {
  void operator()(gnutls_x509_privkey_int* key) const { gnutls_x509_privkey_deinit(key); }
};
using KeyHandle = std::unique_ptr<gnutls_x509_privkey_int, ReleaseKey>;

void must(int result) { INVARIANT(result >= 0); }

CertificateHandle new_certificate() {
  gnutls_x509_crt_t certificate = nullptr;
  must(gnutls_x509_crt_init(&certificate));
  return CertificateHandle(certificate);
}

KeyHandle new_key() {
  gnutls_x509_privkey_t key = nullptr;
  must(gnutls_x509_privkey_init(&key));
  return KeyHandle(key);
}

KeyHandle generate_key(KeyKind kind) {
  const auto curve = [](gnutls_ecc_curve_t c) { return GNUTLS_CURVE_TO_BITS(c); };
  const auto [algorithm, bits] = [&]() -> std::pair<gnutls_pk_algorithm_t, unsigned> {
    switch (kind) {
      case KeyKind::ec_p256: return {GNUTLS_PK_ECDSA, curve(GNUTLS_ECC_CURVE_SECP256R1)};
      case KeyKind::ec_p384: return {GNUTLS_PK_ECDSA, curve(GNUTLS_ECC_CURVE_SECP384R1)};
      case KeyKind::ed25519: return {GNUTLS_PK_EDDSA_ED25519, 256};
      case KeyKind::rsa_1024: return {GNUTLS_PK_RSA, 1024};
      case KeyKind::rsa_2048: return {GNUTLS_PK_RSA, 2048};
      case KeyKind::rsa_4096: return {GNUTLS_PK_RSA, 4096};
    }
    INVARIANT(false && "a kind of key outside its list");
    return {};
  }();
  KeyHandle key = new_key();
  must(gnutls_x509_privkey_generate(key.get(), algorithm, bits, 0));
  return key;
}

KeyHandle read_key(const std::string& pem) {
  KeyHandle key = new_key();
  const gnutls_datum_t octets = datum(pem);
  must(gnutls_x509_privkey_import2(key.get(), &octets, GNUTLS_X509_FMT_PEM, nullptr, 0));
  return key;
}

using KeyId = std::array<unsigned char, 20>;  // SHA-1 of the key: RFC 5280, 4.2.1.2 (1).

KeyId key_id(gnutls_x509_privkey_t key) {
  KeyId id;
  std::size_t size = id.size();
  must(gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA1, id.data(), &size));
  return id;
}

void set_subject(gnutls_x509_crt_t certificate, const std::string& common_name) {
  if (common_name.empty()) {
    must(gnutls_x509_crt_set_dn(certificate, "", nullptr));
    return;
  }
  must(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
                                     common_name.data(),
                                     static_cast<unsigned>(common_name.size())));
}

// All at once: for each name added singly the library encodes all of them again.
void set_names(gnutls_x509_crt_t certificate, const CertificateSpec& spec) {
  if (spec.dns_names.empty() && spec.addresses.empty()) return;
  gnutls_subject_alt_names_t names = nullptr;
  must(gnutls_subject_alt_names_init(&names));
  for (const std::string& name : spec.dns_names) {
    const gnutls_datum_t octets = datum(name);
    must(gnutls_subject_alt_names_set(names, GNUTLS_SAN_DNSNAME, &octets, nullptr));
  }
  for (const std::string& text : spec.addresses) {
    const std::optional<Address> address = parse_address(text);
    INVARIANT(address);
    const gnutls_datum_t octets =
        datum({reinterpret_cast<const char*>(address->octets.data()),
               address->family == Family::ipv4 ? std::size_t{4} : std::size_t{16}});
    must(gnutls_subject_alt_names_set(names, GNUTLS_SAN_IPADDRESS, &octets, nullptr));
  }
  gnutls_datum_t extension{};
  must(gnutls_x509_ext_export_subject_alt_names(names, &extension));
  gnutls_subject_alt_names_deinit(names);
  must(gnutls_x509_crt_set_extension_by_oid(certificate, GNUTLS_X509EXT_OID_SAN, extension.data,
                                            extension.size, 0));
  gnutls_free(extension.data);
}

bool is_rsa(KeyKind kind) {
  return kind == KeyKind::rsa_1024 || kind == KeyKind::rsa_2048 || kind == KeyKind::rsa_4096;
}

void set_uses(gnutls_x509_crt_t certificate, const CertificateSpec& spec) {
  // A path length of -1 means none: the chain may have any length.
  must(gnutls_x509_crt_set_basic_constraints(certificate, spec.authority ? 1 : 0, -1));
  if (spec.authority) {
    must(
        gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN));
    return;
  }
  // Before TLS 1.3 an RSA key may also be used for encryption.
  must(gnutls_x509_crt_set_key_usage(
      certificate,
      GNUTLS_KEY_DIGITAL_SIGNATURE | (is_rsa(spec.key) ? GNUTLS_KEY_KEY_ENCIPHERMENT : 0U)));
  const char* const purpose = spec.client ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER;
  must(gnutls_x509_crt_set_key_purpose_oid(certificate, purpose, 0));
}

void set_serial(gnutls_x509_crt_t certificate, std::uint64_t serial) {
  // Nine octets: a leading zero keeps the number from being read as negative.
  std::array<unsigned char, 9> octets{};
  for (std::size_t i = octets.size(); i-- > 1; serial >>= 8U) {
    octets[i] = static_cast<unsigned char>(serial & 0xffU);
  }
  std::size_t first = 0;
  while (first + 1 < octets.size() && octets[first] == 0 && octets[first + 1] < 0x80) ++first;
  must(gnutls_x509_crt_set_serial(certificate, octets.data() + first, octets.size() - first));
}

std::time_t seconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

template <typename Export>
std::string to_pem(Export write) {
  gnutls_datum_t pem{};
  must(write(&pem));
  std::string text(reinterpret_cast<const char*>(pem.data), pem.size);
  gnutls_free(pem.data);
  return text;
}

}  // namespace

IssuedCertificate issue(const CertificateSpec& spec, const IssuedCertificate* issuer) {
  start_library();
  const KeyHandle key = spec.key_pem.empty() ? generate_key(spec.key) : read_key(spec.key_pem);
  const CertificateHandle certificate = new_certificate();
  must(gnutls_x509_crt_set_version(certificate.get(), 3));
  set_serial(certificate.get(), spec.serial);
  set_subject(certificate.get(), spec.common_name);
  must(gnutls_x509_crt_set_activation_time(certificate.get(), seconds(spec.not_before)));
  must(gnutls_x509_crt_set_expiration_time(certificate.get(), seconds(spec.not_after)));
  must(gnutls_x509_crt_set_key(certificate.get(), key.get()));
  set_uses(certificate.get(), spec);
  set_names(certificate.get(), spec);

  CertificateHandle issuer_certificate;
  KeyHandle issuer_key;
  if (issuer != nullptr) {
    issuer_certificate = new_certificate();
    issuer_key = read_key(issuer->key_pem);
    const gnutls_datum_t certificate_pem = datum(issuer->certificate_pem);
    must(gnutls_x509_crt_import(issuer_certificate.get(), &certificate_pem, GNUTLS_X509_FMT_PEM));
  }
  const gnutls_x509_privkey_t signer = issuer != nullptr ? issuer_key.get() : key.get();

  const KeyId subject_id = key_id(key.get());
  const KeyId authority_id = key_id(signer);
  must(gnutls_x509_crt_set_subject_key_id(certificate.get(), subject_id.data(), subject_id.size()));
  must(gnutls_x509_crt_set_authority_key_id(certificate.get(), authority_id.data(),
                                            authority_id.size()));

  const gnutls_digest_algorithm_t digest = [&] {
    if (gnutls_x509_privkey_get_pk_algorithm(signer) == GNUTLS_PK_EDDSA_ED25519) {
      INVARIANT(!spec.sha1);  // Ed25519 has a digest of its own.
      return GNUTLS_DIG_SHA512;
    }
    return spec.sha1 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256;
  }();
  must(gnutls_x509_crt_sign2(certificate.get(),
                             issuer != nullptr ? issuer_certificate.get() : certificate.get(),
                             signer, digest, 0));

  return {to_pem([&](gnutls_datum_t* pem) {
            return gnutls_x509_crt_export2(certificate.get(), GNUTLS_X509_FMT_PEM, pem);
          }),
          to_pem([&](gnutls_datum_t* pem) {
            return gnutls_x509_privkey_export2_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, nullptr,
                                                     GNUTLS_PKCS_PLAIN, pem);
          })};
}

}  // namespace mxsweep::tls
