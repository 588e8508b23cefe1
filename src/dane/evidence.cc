// SPDX-License-Identifier: MIT
#include "dane/evidence.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dane/judge.h"

namespace mxsweep::dane {
namespace {

template <std::size_t kSize>
Same same_octets(std::string_view data, const std::array<std::uint8_t, kSize>& digest) {
  const std::string_view octets(reinterpret_cast<const char*>(digest.data()), digest.size());
  return data == octets ? Same::yes : Same::no;
}

}  // namespace

Evidence::Evidence(const tls::Chain& chain, WallTime now)
    : chain_(chain), now_(now), known_(chain.certificates.size()) {
  for (const tls::Certificate& certificate : chain.certificates) der_.push_back(certificate.der);
  octets_kept_ = std::ranges::none_of(der_, [](std::string_view octets) { return octets.empty(); });
}

Same Evidence::compare(const dns::Tlsa& record, std::size_t place) {
  const tls::Certificate& certificate = chain_.certificates[place];
  const bool whole = record.selector == 0;
  const bool parsed = !certificate.key.empty();
  if (!whole && !parsed) return Same::no;
  if (record.matching == 1) {
    return same_octets(record.data, whole ? certificate.sha256 : certificate.spki_sha256);
  }
  const std::string_view der = der_[place];
  if (der.empty()) return Same::unknown;
  const std::string_view selected = whole ? der : tls::public_key_info(der);
  if (record.matching == 0) return record.data == selected ? Same::yes : Same::no;
  INVARIANT(record.matching == 2);
  std::optional<tls::WideDigest>& digest = known_[place].sha512[record.selector];
  if (!digest) digest = tls::sha512_of(selected);
  return same_octets(record.data, *digest);
}

PathVerdict Evidence::path_to(std::size_t place) {
  if (!octets_kept_) return std::nullopt;
  std::optional<PathVerdict>& path = known_[place].path;
  if (!path) path = tls::verify_to_anchor(der_, {tls::AnchorKind::sent, place, {}}, now_);
  return *path;
}

PathVerdict Evidence::path_to_data(const dns::Tlsa& record) {
  if (!octets_kept_ || foreign_ == kForeignAnchorsMax) return std::nullopt;
  ++foreign_;
  const tls::AnchorKind kind =
      record.selector == 0 ? tls::AnchorKind::certificate : tls::AnchorKind::key;
  return tls::verify_to_anchor(der_, {kind, 0, record.data}, now_);
}

}  // namespace mxsweep::dane
