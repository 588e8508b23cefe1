// SPDX-License-Identifier: MIT
#include "mxsweep/tls/anchored_path.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/core/invariant.h"
#include "tls/certificate.h"
#include "tls/der.h"
#include "tls/library.h"
#include "tls/limits.h"

namespace mxsweep::tls {
namespace {

struct ReleaseAnchorParts {
  void operator()(gnutls_pubkey_st* key) const { gnutls_pubkey_deinit(key); }
  // Without its certificates, which have other owners.
  void operator()(gnutls_x509_trust_list_st* list) const { gnutls_x509_trust_list_deinit(list, 0); }
};
using KeyOfAnchor = std::unique_ptr<gnutls_pubkey_st, ReleaseAnchorParts>;
using ListOfAnchor = std::unique_ptr<gnutls_x509_trust_list_st, ReleaseAnchorParts>;

struct SentCertificate {
  CertificateHandle handle;  // Null: on no path.
  std::string_view der;
  bool valid = false;  // By its dates.
};

struct SentRead {
  std::vector<SentCertificate> certificates;
  bool shortage = false;
};

// Null: not a certificate, or beyond a limit.
CertificateHandle import_certificate(std::string_view der, CertificateGauge& gauge,
                                     bool& shortage) {
  if (gauge.add(der) != Excess::none) return nullptr;
  shortage = shortage || !has_memory(kStepMemory + gauge.elements() * kElementMemory);
  const std::optional<RawParts> raw = raw_parts(der);
  if (shortage || !raw || !raw->whole) return nullptr;
  gnutls_x509_crt_t made = nullptr;
  shortage = gnutls_x509_crt_init(&made) < 0;
  if (shortage) return nullptr;
  CertificateHandle handle(made);
  const gnutls_datum_t octets = datum(der);
  const int result = gnutls_x509_crt_import(made, &octets, GNUTLS_X509_FMT_DER);
  shortage = result == GNUTLS_E_MEMORY_ERROR;
  return result < 0 ? nullptr : std::move(handle);
}

bool is_valid_at(gnutls_x509_crt_t certificate, WallTime now) {
  return not_before(certificate) <= now && now <= not_after(certificate);
}

SentRead import_sent(std::span<const std::string_view> der, WallTime now, CertificateGauge& gauge) {
  SentRead read;
  for (const std::string_view octets : der.first(std::min(der.size(), kChainCertificatesMax))) {
    SentCertificate sent{import_certificate(octets, gauge, read.shortage), octets};
    if (sent.handle) sent.valid = is_valid_at(sent.handle.get(), now);
    read.certificates.push_back(std::move(sent));
  }
  return read;
}

KeyOfAnchor import_key(std::string_view info, bool& shortage) {
  gnutls_pubkey_t made = nullptr;
  shortage = gnutls_pubkey_init(&made) < 0;
  if (shortage) return nullptr;
  KeyOfAnchor key(made);
  const gnutls_datum_t octets = datum(info);
  const int result = gnutls_pubkey_import(made, &octets, GNUTLS_X509_FMT_DER);
  shortage = result == GNUTLS_E_MEMORY_ERROR;
  return result < 0 ? nullptr : std::move(key);
}

bool key_within_limits(std::string_view info) {
  const KeySize size = key_size(info);
  return size.modulus <= kModulusBitsMax && size.exponent <= kExponentBitsMax &&
         size.prime <= kPrimeBitsMax && size.subgroup_order <= kSubgroupOrderBitsMax;
}

bool names_as_issuer(const SentCertificate& subject, gnutls_x509_crt_t issuer) {
  return gnutls_x509_crt_check_issuer(subject.handle.get(), issuer) != 0;
}

bool is_signed_by(const SentCertificate& subject, gnutls_pubkey_t key) {
  std::array<unsigned char, kModulusBitsMax / 8> signature;
  std::size_t size = signature.size();
  if (gnutls_x509_crt_get_signature(subject.handle.get(), reinterpret_cast<char*>(signature.data()),
                                    &size) < 0) {
    return false;
  }
  const int algorithm = gnutls_x509_crt_get_signature_algorithm(subject.handle.get());
  if (algorithm < 0) return false;
  const gnutls_datum_t octets = datum(raw_parts(subject.der)->signed_part);
  const gnutls_datum_t mark{signature.data(), static_cast<unsigned>(size)};
  return gnutls_pubkey_verify_data2(key, static_cast<gnutls_sign_algorithm_t>(algorithm), 0,
                                    &octets, &mark) >= 0;
}

// The shortest way from the leaf, by names and key ids, to the first place that `is_end` takes;
// empty: there is none.
template <typename IsEnd>
std::vector<std::size_t> way_to(const std::vector<SentCertificate>& sent, bool valid_only,
                                IsEnd is_end) {
  std::vector<std::size_t> reached{0};
  std::vector<std::size_t> from(sent.size(), sent.size());
  std::vector<bool> known(sent.size(), false);
  known[0] = true;
  for (std::size_t next = 0; next < reached.size(); ++next) {
    const std::size_t place = reached[next];
    if (is_end(place)) {
      std::vector<std::size_t> way;
      for (std::size_t at = place; at != sent.size(); at = from[at]) way.push_back(at);
      std::ranges::reverse(way);
      return way;
    }
    for (std::size_t other = 0; other < sent.size(); ++other) {
      if (known[other] || !sent[other].handle || (valid_only && !sent[other].valid)) continue;
      if (!names_as_issuer(sent[place], sent[other].handle.get())) continue;
      known[other] = true;
      from[other] = place;
      reached.push_back(other);
    }
  }
  return {};
}

// A way of certificates that are valid now, if there is one.
template <typename IsEnd>
std::vector<std::size_t> best_way_to(const std::vector<SentCertificate>& sent, IsEnd is_end) {
  std::vector<std::size_t> way = way_to(sent, true, is_end);
  return way.empty() ? way_to(sent, false, is_end) : way;
}

// Everything but the dates, which the library would compare with its own clock.
std::optional<VerifyError> verify_way(const std::vector<SentCertificate>& sent,
                                      std::span<const std::size_t> way, gnutls_x509_crt_t anchor) {
  constexpr unsigned kFlags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_CRL_CHECKS |
                              GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW);
  gnutls_x509_trust_list_t made = nullptr;
  if (gnutls_x509_trust_list_init(&made, 0) < 0) return std::nullopt;
  const ListOfAnchor list(made);
  if (gnutls_x509_trust_list_add_cas(made, &anchor, 1, 0) < 0) return std::nullopt;
  std::vector<gnutls_x509_crt_t> path;
  for (const std::size_t place : way) path.push_back(sent[place].handle.get());
  std::string purpose = GNUTLS_KP_TLS_WWW_SERVER;
  gnutls_typed_vdata_st wanted{};
  wanted.type = GNUTLS_DT_KEY_PURPOSE_OID;
  wanted.data = reinterpret_cast<unsigned char*>(purpose.data());
  unsigned status = 0;
  const int result = gnutls_x509_trust_list_verify_crt2(
      made, path.data(), static_cast<unsigned>(path.size()), &wanted, 1, kFlags, &status, nullptr);
  if (result == GNUTLS_E_MEMORY_ERROR) return std::nullopt;
  if (result < 0) return VerifyError::validation_failure;
  if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0) return VerifyError::certificate_not_trusted;
  return status == 0 ? VerifyError::none : VerifyError::validation_failure;
}

bool all_valid(const std::vector<SentCertificate>& sent, std::span<const std::size_t> way) {
  return std::ranges::all_of(way, [&](std::size_t place) { return sent[place].valid; });
}

std::optional<VerifyError> with_dates(std::optional<VerifyError> error, bool dates_hold) {
  if (error == VerifyError::none && !dates_hold) return VerifyError::certificate_expired;
  return error;
}

std::optional<VerifyError> verify_to_sent(const std::vector<SentCertificate>& sent,
                                          std::size_t place) {
  if (!sent[place].handle) return VerifyError::certificate_not_trusted;
  const std::vector<std::size_t> way =
      best_way_to(sent, [&](std::size_t at) { return at == place; });
  if (way.empty()) return VerifyError::certificate_not_trusted;
  const std::span<const std::size_t> below(way.data(), way.size() - 1);
  return with_dates(verify_way(sent, below, sent[place].handle.get()), all_valid(sent, way));
}

std::optional<VerifyError> verify_to_certificate(const std::vector<SentCertificate>& sent,
                                                 std::string_view der, WallTime now,
                                                 CertificateGauge& gauge) {
  bool shortage = false;
  const CertificateHandle anchor = import_certificate(der, gauge, shortage);
  if (shortage) return std::nullopt;
  if (!anchor) return VerifyError::certificate_not_trusted;
  const std::vector<std::size_t> way =
      best_way_to(sent, [&](std::size_t at) { return names_as_issuer(sent[at], anchor.get()); });
  if (way.empty()) return VerifyError::certificate_not_trusted;
  return with_dates(verify_way(sent, way, anchor.get()),
                    all_valid(sent, way) && is_valid_at(anchor.get(), now));
}

// The key has no name, so it is tried on each certificate that the leaf leads to. What it has
// signed is then the anchor of those below; of the leaf itself only the purpose is left to check.
std::optional<VerifyError> verify_to_key(const std::vector<SentCertificate>& sent,
                                         std::string_view info) {
  if (!key_within_limits(info)) return VerifyError::certificate_not_trusted;
  bool shortage = false;
  const KeyOfAnchor key = import_key(info, shortage);
  if (shortage) return std::nullopt;
  if (!key) return VerifyError::certificate_not_trusted;
  const std::vector<std::size_t> way =
      best_way_to(sent, [&](std::size_t at) { return is_signed_by(sent[at], key.get()); });
  if (way.empty()) return VerifyError::certificate_not_trusted;
  if (way.size() > 1) {
    const std::span<const std::size_t> below(way.data(), way.size() - 1);
    return with_dates(verify_way(sent, below, sent[way.back()].handle.get()), all_valid(sent, way));
  }
  const bool fits = gnutls_x509_crt_check_key_purpose(sent.front().handle.get(),
                                                      GNUTLS_KP_TLS_WWW_SERVER, 0) != 0;
  return with_dates(fits ? VerifyError::none : VerifyError::validation_failure,
                    all_valid(sent, way));
}

}  // namespace

std::optional<VerifyError> verify_to_anchor(std::span<const std::string_view> der,
                                            const Anchor& anchor, WallTime now) {
  start_library();
  CertificateGauge gauge;
  const SentRead read = import_sent(der, now, gauge);
  if (read.shortage) return std::nullopt;
  const std::vector<SentCertificate>& sent = read.certificates;
  if (sent.empty() || !sent.front().handle) return VerifyError::validation_failure;
  switch (anchor.kind) {
    case AnchorKind::sent:
      INVARIANT(anchor.place > 0 && anchor.place < sent.size());
      return verify_to_sent(sent, anchor.place);
    case AnchorKind::certificate: return verify_to_certificate(sent, anchor.octets, now, gauge);
    case AnchorKind::key: return verify_to_key(sent, anchor.octets);
  }
  return VerifyError::certificate_not_trusted;
}

Digest sha256_of(std::string_view octets) {
  start_library();
  return sha256(octets);
}

WideDigest sha512_of(std::string_view octets) {
  start_library();
  WideDigest digest;
  const int result =
      gnutls_hash_fast(GNUTLS_DIG_SHA512, octets.data(), octets.size(), digest.data());
  INVARIANT(result == 0);
  return digest;
}

std::string_view public_key_info(std::string_view certificate) {
  const std::optional<RawParts> raw = raw_parts(certificate);
  return raw && raw->whole ? raw->spki : std::string_view();
}

bool is_certificate(std::string_view der) {
  start_library();
  CertificateGauge gauge;
  bool shortage = false;
  return import_certificate(der, gauge, shortage) != nullptr;
}

bool is_public_key(std::string_view der) {
  start_library();
  bool shortage = false;
  return key_within_limits(der) && has_memory(kStepMemory) && import_key(der, shortage) != nullptr;
}

}  // namespace mxsweep::tls
