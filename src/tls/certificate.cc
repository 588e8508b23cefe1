// SPDX-License-Identifier: MIT
#include "tls/certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/invariant.h"
#include "tls/der.h"
#include "tls/limits.h"

namespace mxsweep::tls {
namespace {

constexpr std::size_t kOidTextMax = 128;
// The library has one list for names of every kind; this many of its entries are looked at.
constexpr unsigned kAltNamesMax = 4096;

std::string to_hex(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * octets.size());
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 0xfU];
  }
  return text;
}

std::string serial_text(std::string_view serial, bool& cut) {
  // A leading zero octet only marks the number as not negative.
  if (serial.size() > 1 && serial[0] == '\0') serial.remove_prefix(1);
  cut = serial.size() > kSerialOctetsMax;
  return to_hex(serial.substr(0, kSerialOctetsMax));
}

using ReadDn = int (*)(gnutls_x509_crt_t, gnutls_datum_t*, unsigned);

// False: not enough memory.
bool read_dn(gnutls_x509_crt_t certificate, ReadDn read, std::string& dn, bool& cut) {
  gnutls_datum_t text{};
  const int result = read(certificate, &text, 0);
  if (result < 0) return result != GNUTLS_E_MEMORY_ERROR;  // Also how an empty name is reported.
  std::size_t size = text.size;
  cut = size > kSubjectOctetsMax;
  if (cut) {
    // Cut between characters, so that a valid text stays valid.
    size = kSubjectOctetsMax;
    while (size > kSubjectOctetsMax - 4 && (text.data[size] & 0xc0U) == 0x80U) --size;
  }
  dn.assign(reinterpret_cast<const char*>(text.data), size);
  gnutls_free(text.data);
  return true;
}

using ReadOid = int (*)(gnutls_x509_crt_t, char*, std::size_t*);

std::string oid_text(gnutls_x509_crt_t certificate, ReadOid read) {
  std::array<char, kOidTextMax> oid{};
  std::size_t size = oid.size();
  if (read(certificate, oid.data(), &size) < 0) return "unknown";
  return oid.data();
}

std::string signature_text(gnutls_x509_crt_t certificate) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"1.2.840.113549.1.1.2", "md2WithRSAEncryption"},
      {"1.2.840.113549.1.1.4", "md5WithRSAEncryption"},
      {"1.2.840.113549.1.1.5", "sha1WithRSAEncryption"},
      {"1.3.14.3.2.29", "sha1WithRSA"},
      {"1.2.840.113549.1.1.10", "rsassaPss"},
      {"1.2.840.113549.1.1.14", "sha224WithRSAEncryption"},
      {"1.2.840.113549.1.1.11", "sha256WithRSAEncryption"},
      {"1.2.840.113549.1.1.12", "sha384WithRSAEncryption"},
      {"1.2.840.113549.1.1.13", "sha512WithRSAEncryption"},
      {"2.16.840.1.101.3.4.3.14", "RSA-SHA3-256"},
      {"2.16.840.1.101.3.4.3.15", "RSA-SHA3-384"},
      {"2.16.840.1.101.3.4.3.16", "RSA-SHA3-512"},
      {"1.2.840.10045.4.1", "ecdsa-with-SHA1"},
      {"1.2.840.10045.4.3.1", "ecdsa-with-SHA224"},
      {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256"},
      {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384"},
      {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512"},
      {"1.3.101.112", "ED25519"},
      {"1.3.101.113", "ED448"},
      {"1.2.840.10040.4.3", "dsaWithSHA1"},
      {"2.16.840.1.101.3.4.3.1", "dsa_with_SHA224"},
      {"2.16.840.1.101.3.4.3.2", "dsa_with_SHA256"},
      {"2.16.840.1.101.3.4.3.3", "dsa_with_SHA384"},
      {"2.16.840.1.101.3.4.3.4", "dsa_with_SHA512"},
  };
  std::string oid = oid_text(certificate, gnutls_x509_crt_get_signature_oid);
  const auto* const row = std::find_if(std::begin(kNames), std::end(kNames),
                                       [&](const auto& r) { return r.first == oid; });
  return row != std::end(kNames) ? std::string(row->second) : oid;
}

std::string key_text(gnutls_x509_crt_t certificate) {
  unsigned bits = 0;
  const int algorithm = gnutls_x509_crt_get_pk_algorithm(certificate, &bits);
  const std::string size = std::to_string(bits);
  if (algorithm == GNUTLS_PK_RSA) return "RSA " + size;
  if (algorithm == GNUTLS_PK_RSA_PSS) return "RSA-PSS " + size;
  if (algorithm == GNUTLS_PK_DSA) return "DSA " + size;
  // The library knows only NIST's curves, and counts whole octets: P-521 has 528 bits there.
  if (algorithm == GNUTLS_PK_ECDSA) return "EC P-" + (bits == 528 ? "521" : size);
  if (algorithm == GNUTLS_PK_EDDSA_ED25519) return "Ed25519";
  if (algorithm == GNUTLS_PK_EDDSA_ED448) return "Ed448";
  return oid_text(certificate, gnutls_x509_crt_get_pk_oid);
}

WallTime wall_time(std::time_t seconds) {
  // The last second of the year 9999 means "no well-defined expiration" (RFC 5280, 4.1.2.5).
  constexpr std::time_t kEndOf9999 = 253402300799;
  if (seconds == GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION) seconds = kEndOf9999;
  return WallTime{std::chrono::seconds{std::max<std::time_t>(seconds, 0)}};
}

struct AltName {
  int type = 0;  // Negative: the entry is broken.
  bool too_long = false;
  std::string octets;
};

// Nothing if there are not that many.
std::optional<AltName> alt_name(gnutls_x509_crt_t certificate, unsigned index) {
  std::array<char, kNameOctetsMax + 1> octets;
  std::size_t size = octets.size();
  unsigned type = 0;
  const int result = gnutls_x509_crt_get_subject_alt_name2(certificate, index, octets.data(), &size,
                                                           &type, nullptr);
  if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return std::nullopt;
  if (result == GNUTLS_E_SHORT_MEMORY_BUFFER) return AltName{static_cast<int>(type), true, {}};
  if (result < 0) return AltName{result, false, {}};
  return AltName{result, false, std::string(octets.data(), size)};
}

// Requires: 4 or 16 octets.
std::string address_text(std::string_view octets) {
  Address address;
  address.family = octets.size() == 4 ? Family::ipv4 : Family::ipv6;
  std::copy(octets.begin(), octets.end(), address.octets.begin());
  return to_string(address);
}

void read_names(gnutls_x509_crt_t certificate, std::size_t names_max, Certificate& facts) {
  std::vector<std::string> addresses;
  const auto keep = [&](std::vector<std::string>& names, std::string name) {
    if (names.size() < names_max) {
      names.push_back(std::move(name));
    } else {
      facts.cut.names = true;
    }
  };
  for (unsigned index = 0; std::optional<AltName> name = alt_name(certificate, index); ++index) {
    if (index == kAltNamesMax) {
      facts.cut.names = true;
      break;
    }
    const std::string& octets = name->octets;
    if (name->type == GNUTLS_SAN_DNSNAME) {
      facts.cut.names = facts.cut.names || name->too_long;
      if (!octets.empty()) keep(facts.names, octets);
    } else if (name->type == GNUTLS_SAN_IPADDRESS && (octets.size() == 4 || octets.size() == 16)) {
      keep(addresses, address_text(octets));
    }
  }
  facts.dns_names = facts.names.size();
  std::move(addresses.begin(), addresses.end(), std::back_inserter(facts.names));
  sort_names(facts);
}

}  // namespace

gnutls_datum_t datum(std::string_view octets) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(octets.data())),
          static_cast<unsigned>(octets.size())};
}

Digest sha256(std::string_view octets) {
  Digest digest;
  const int result =
      gnutls_hash_fast(GNUTLS_DIG_SHA256, octets.data(), octets.size(), digest.data());
  INVARIANT(result == 0);
  return digest;
}

CertificateRead read_certificate(std::string_view der, std::size_t names_max,
                                 Certificate& certificate) {
  certificate = {};
  certificate.sha256 = sha256(der);
  const std::optional<RawParts> raw = raw_parts(der);
  if (!raw || !raw->whole) return {};
  gnutls_x509_crt_t made = nullptr;
  if (gnutls_x509_crt_init(&made) < 0) return {nullptr, true};
  CertificateHandle handle(made);
  const gnutls_datum_t octets = datum(der);
  const int result = gnutls_x509_crt_import(made, &octets, GNUTLS_X509_FMT_DER);
  if (result < 0) return {nullptr, result == GNUTLS_E_MEMORY_ERROR};

  certificate.spki_sha256 = sha256(raw->spki);
  Cut& cut = certificate.cut;
  if (!read_dn(made, gnutls_x509_crt_get_dn3, certificate.subject, cut.subject) ||
      !read_dn(made, gnutls_x509_crt_get_issuer_dn3, certificate.issuer, cut.issuer)) {
    return {nullptr, true};
  }
  certificate.serial = serial_text(raw->serial, cut.serial);
  certificate.not_before = not_before(made);
  certificate.not_after = not_after(made);
  certificate.key = key_text(made);
  const std::size_t exponent = key_size(raw->spki).exponent;
  if (exponent > kExponentBitsMax) {
    certificate.key += " with an exponent of " + std::to_string(exponent) + " bits";
  }
  certificate.signature = signature_text(made);
  certificate.self_signed = gnutls_x509_crt_check_issuer(made, made) != 0;
  read_names(made, names_max, certificate);
  return {std::move(handle), false};
}

KeyKnown has_known_key(std::string_view der) {
  gnutls_x509_crt_t made = nullptr;
  if (gnutls_x509_crt_init(&made) < 0) return KeyKnown::shortage;
  const CertificateHandle handle(made);
  const gnutls_datum_t octets = datum(der);
  int result = gnutls_x509_crt_import(made, &octets, GNUTLS_X509_FMT_DER);
  if (result == GNUTLS_E_MEMORY_ERROR) return KeyKnown::shortage;
  if (result < 0) return KeyKnown::yes;
  if (gnutls_x509_crt_get_pk_algorithm(made, nullptr) == GNUTLS_PK_UNKNOWN) return KeyKnown::no;
  gnutls_pubkey_t key = nullptr;
  if (gnutls_pubkey_init(&key) < 0) return KeyKnown::shortage;
  result = gnutls_pubkey_import_x509(key, made, 0);
  gnutls_pubkey_deinit(key);
  if (result == GNUTLS_E_MEMORY_ERROR) return KeyKnown::shortage;
  const bool unknown = result == GNUTLS_E_UNKNOWN_PK_ALGORITHM ||
                       result == GNUTLS_E_ECC_UNSUPPORTED_CURVE ||
                       result == GNUTLS_E_UNIMPLEMENTED_FEATURE;
  return unknown ? KeyKnown::no : KeyKnown::yes;
}

WallTime not_before(gnutls_x509_crt_t certificate) {
  return wall_time(gnutls_x509_crt_get_activation_time(certificate));
}

WallTime not_after(gnutls_x509_crt_t certificate) {
  return wall_time(gnutls_x509_crt_get_expiration_time(certificate));
}

std::string common_name(gnutls_x509_crt_t certificate) {
  const auto read = [&](unsigned index, std::string& octets) {
    octets.resize(kNameOctetsMax + 1);
    std::size_t size = octets.size();
    const int result = gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME,
                                                     index, 0, octets.data(), &size);
    octets.resize(result < 0 ? 0 : size);
    return result;
  };
  std::string name;
  std::string second;
  if (read(0, name) < 0 || read(1, second) != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return {};
  return name;
}

bool has_dns_name(gnutls_x509_crt_t certificate) {
  for (unsigned index = 0; index < kAltNamesMax; ++index) {
    const std::optional<AltName> name = alt_name(certificate, index);
    if (!name) return false;
    if (name->type == GNUTLS_SAN_DNSNAME) return true;
  }
  return false;
}

}  // namespace mxsweep::tls
