// SPDX-License-Identifier: MIT
#include "tls/chain_cache.h"

#include <gnutls/gnutls.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "mxsweep/core/invariant.h"
#include "tls/authorities_library.h"
#include "tls/certificate.h"
#include "tls/library.h"
#include "tls/limits.h"

namespace mxsweep::tls {
namespace {

using Authority = Authorities::Library::Authority;

// Real chains take 1 to 3 KiB here. Memory is limited to this much per chain on average, so that
// larger, hostile chains evict others sooner instead of taking more memory.
constexpr std::size_t kChainOctetsTypical = 8 * 1024;

struct Parsed {
  CertificateHandle handle;    // Null: not a certificate, or ignored.
  bool key_too_large = false;  // To verify a signature with it.
  WallTime not_before;
  WallTime not_after;

  [[nodiscard]] bool valid_at(WallTime now) const { return not_before <= now && now <= not_after; }
};

// The certification path from the leaf to an authority, and the validity of its dates.
struct Path {
  std::vector<gnutls_x509_crt_t> certificates;
  std::vector<std::size_t> places;       // Their indexes in the chain as sent.
  const Authority* authority = nullptr;  // The trusted issuer at its end; null: none.
  bool dates_hold = true;                // All certificates after the leaf are valid now.
  bool authority_expired = false;        // The authority is outside its own dates.
};

struct ValidityWindow {
  WallTime from = WallTime::min();
  WallTime until = WallTime::max();

  void ends_at(WallTime change, WallTime now) {
    if (change <= now) {
      from = std::max(from, change);
    } else {
      until = std::min(until, change);
    }
  }
  void limited_by(WallTime not_before, WallTime not_after, WallTime now) {
    ends_at(not_before, now);
    ends_at(not_after + WallTime::duration{1}, now);
  }
};

// The shortest path; other certificates that the server sent are ignored. Servers send certificates
// that are no longer needed, most often expired cross-signatures of current authorities.
Path find_path(const Authorities::Library* trusted, const std::vector<Parsed>& sent, WallTime now,
               ValidityWindow& window) {
  Path path;
  std::vector<bool> used(sent.size(), false);
  const Parsed* current = &sent.front();
  used.front() = true;
  while (current != nullptr) {
    const gnutls_x509_crt_t certificate = current->handle.get();
    path.certificates.push_back(certificate);
    path.places.push_back(static_cast<std::size_t>(current - sent.data()));
    const Authority* const authority =
        trusted == nullptr ? nullptr : trusted->issuer_of(certificate);
    if (authority != nullptr) {
      window.limited_by(authority->not_before, authority->not_after, now);
      path.authority = authority;
      path.authority_expired = now < authority->not_before || now > authority->not_after;
      if (!path.authority_expired) break;
    }
    std::size_t next = sent.size();
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (used[i] || !sent[i].handle || sent[i].key_too_large) continue;
      if (gnutls_x509_crt_check_issuer(certificate, sent[i].handle.get()) == 0) continue;
      if (next == sent.size() || (!sent[next].valid_at(now) && sent[i].valid_at(now))) next = i;
    }
    current = next == sent.size() ? nullptr : &sent[next];
    if (current != nullptr) {
      used[next] = true;
      path.dates_hold = path.dates_hold && current->valid_at(now);
    }
  }
  return path;
}

// Verifies everything except the dates, which the library would compare with its own clock.
// Nothing: not enough memory.
std::optional<unsigned> verify(gnutls_x509_trust_list_t trusted,
                               std::vector<gnutls_x509_crt_t>& certificates) {
  constexpr unsigned kFlags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_CRL_CHECKS |
                              GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW);
  std::string purpose = GNUTLS_KP_TLS_WWW_SERVER;
  gnutls_typed_vdata_st wanted{};
  wanted.type = GNUTLS_DT_KEY_PURPOSE_OID;
  wanted.data = reinterpret_cast<unsigned char*>(purpose.data());
  unsigned status = 0;
  const int result = gnutls_x509_trust_list_verify_crt2(trusted, certificates.data(),
                                                        static_cast<unsigned>(certificates.size()),
                                                        &wanted, 1, kFlags, &status, nullptr);
  if (result == GNUTLS_E_MEMORY_ERROR) return std::nullopt;
  if (result < 0) status = GNUTLS_CERT_INVALID;
  return status;
}

// Of two that expire at the same time, the one nearer to the leaf.
Expiry first_end(const Path& path, const std::vector<Certificate>& sent) {
  const Certificate* first = &sent[path.places.front()];
  for (const std::size_t place : path.places) {
    if (sent[place].not_after < first->not_after) first = &sent[place];
  }
  if (path.authority != nullptr && path.authority->not_after < first->not_after) {
    return {path.authority->not_after, path.authority->sha256};
  }
  return {first->not_after, first->sha256};
}

std::optional<VerifyError> verdict(const Authorities::Library* trusted, const Parsed& leaf,
                                   Path& path, WallTime now) {
  if (!leaf.valid_at(now)) return VerifyError::certificate_expired;
  if (path.authority_expired) return VerifyError::certificate_not_trusted;
  if (trusted == nullptr) return VerifyError::certificate_not_trusted;
  const std::optional<unsigned> status = verify(trusted->trusted, path.certificates);
  if (!status) return std::nullopt;
  if ((*status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0) return VerifyError::certificate_not_trusted;
  if (!path.dates_hold) return VerifyError::certificate_expired;
  if (leaf.key_too_large) return VerifyError::validation_failure;
  return *status == 0 ? VerifyError::none : VerifyError::validation_failure;
}

std::size_t octets_of(const Chain& chain) {
  std::size_t octets = sizeof(Chain) + chain.common_name.capacity();
  for (const Certificate& certificate : chain.certificates) {
    octets += sizeof(Certificate) + certificate.subject.capacity() + certificate.issuer.capacity() +
              certificate.der.capacity() + certificate.names.capacity() * sizeof(std::string) +
              certificate.sorted.capacity() * sizeof(std::uint16_t);
    for (const std::string& name : certificate.names) octets += name.capacity();
  }
  return octets;
}

}  // namespace

std::size_t ChainCache::Hash::operator()(const Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

ChainCache::~ChainCache() {
  if (hash_ != nullptr) gnutls_hash_deinit(hash_, nullptr);
}

std::string ChainCache::open(const ClientOptions& options) {
  INVARIANT(hash_ == nullptr);
  if (gnutls_hash_init(&hash_, GNUTLS_DIG_SHA256) < 0) {
    hash_ = nullptr;
    return std::string(kShortOfMemory);
  }
  generation_chains_max_ = std::max<std::size_t>(options.chains_max / 2, 1);
  keep_der_ = options.keep_der;
  authorities_ = options.authorities;
  return {};
}

Digest ChainCache::digest_of(std::span<const std::string_view> der, bool cut) {
  // A chain that exceeds the maximum differs from one that ends there.
  INVARIANT(gnutls_hash(hash_, &cut, sizeof(cut)) == 0);
  for (const std::string_view certificate : der) {
    // Lengths too: the same octets divided differently are another chain.
    const std::uint64_t size = certificate.size();
    INVARIANT(gnutls_hash(hash_, &size, sizeof(size)) == 0);
    INVARIANT(gnutls_hash(hash_, certificate.data(), certificate.size()) == 0);
  }
  Digest digest;
  gnutls_hash_output(hash_, digest.data());  // And resets the hash.
  return digest;
}

std::shared_ptr<const Chain> ChainCache::chain(std::span<const std::string_view> der,
                                               WallTime now) {
  INVARIANT(hash_ != nullptr);
  const bool cut = der.size() > kChainCertificatesMax;
  if (cut) der = der.first(kChainCertificatesMax);
  const Digest digest = digest_of(der, cut);
  const auto holds = [&](const Entry& entry) { return entry.from <= now && now < entry.until; };
  if (const auto found = young_.find(digest); found != young_.end() && holds(found->second)) {
    return found->second.chain;
  }
  if (const auto found = old_.find(digest); found != old_.end() && holds(found->second)) {
    const Entry entry = found->second;
    keep(digest, entry);
    return entry.chain;
  }
  const Entry entry = compute(der, cut, now);
  if (entry.chain == nullptr) return nullptr;
  keep(digest, entry);
  return entry.chain;
}

ChainCache::Entry ChainCache::compute(std::span<const std::string_view> der, bool cut,
                                      WallTime now) {
  ++computed_;
  auto chain = std::make_shared<Chain>();
  chain->cut = cut;
  chain->certificates.resize(der.size());
  std::vector<Parsed> sent(der.size());
  ValidityWindow window;
  CertificateGauge gauge;
  for (std::size_t i = 0; i < der.size(); ++i) {
    Certificate& certificate = chain->certificates[i];
    const std::size_t names_max = i == 0 ? kLeafNamesMax : kAuthorityNamesMax;
    const Excess excess = gauge.add(der[i]);
    if (!has_memory(kStepMemory + gauge.elements() * kElementMemory)) return {};
    sent[i].key_too_large = excess == Excess::key;
    if (excess == Excess::elements) {
      certificate.sha256 = sha256(der[i]);
    } else {
      CertificateRead read = read_certificate(der[i], names_max, certificate);
      if (read.shortage) return {};
      sent[i].handle = std::move(read.handle);
    }
    sent[i].not_before = certificate.not_before;
    sent[i].not_after = certificate.not_after;
    if (sent[i].handle) window.limited_by(certificate.not_before, certificate.not_after, now);
    if (keep_der_) certificate.der = der[i];
  }
  if (!sent.empty() && sent.front().handle && !has_dns_name(sent.front().handle.get())) {
    chain->common_name = common_name(sent.front().handle.get());
  }
  if (sent.empty()) {
    chain->error = VerifyError::certificate_not_trusted;
  } else if (!sent.front().handle) {
    chain->error = VerifyError::validation_failure;
  } else {
    const Authorities::Library* const trusted =
        authorities_ == nullptr ? nullptr : &authorities_->library();
    Path path = find_path(trusted, sent, now, window);
    chain->expiry = first_end(path, chain->certificates);
    const std::optional<VerifyError> error = verdict(trusted, sent.front(), path, now);
    if (!error) return {};
    chain->error = *error;
  }
  return {std::move(chain), window.from, window.until};
}

void ChainCache::keep(const Digest& digest, const Entry& entry) {
  const std::size_t octets = octets_of(*entry.chain);
  if (young_.size() >= generation_chains_max_ ||
      young_octets_ + octets > generation_chains_max_ * kChainOctetsTypical) {
    old_ = std::exchange(young_, {});
    young_octets_ = 0;
  }
  young_.insert_or_assign(digest, entry);
  young_octets_ += octets;
}

}  // namespace mxsweep::tls
