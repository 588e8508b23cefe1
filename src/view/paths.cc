// SPDX-License-Identifier: MIT
#include "view/paths.h"

#include <algorithm>
#include <cstring>

#include "mxsweep/core/memory.h"
#include "mxsweep/core/utf8.h"
#include "mxsweep/tls/sha256.h"

namespace mxsweep::view {
namespace {

constexpr std::size_t kNodeOctets = 64;  // Of a hash table, beside what an entry holds.

tls::Digest digest_from(const std::string& hexadecimal) {
  tls::Digest digest{};
  if (hexadecimal.size() != 2 * digest.size()) return digest;
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] =
        static_cast<std::uint8_t>(value(hexadecimal[2 * i]) * 16 + value(hexadecimal[2 * i + 1]));
  }
  return digest;
}

}  // namespace

std::size_t Paths::Hash::operator()(const tls::Digest& digest) const {
  std::size_t hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

std::size_t Paths::octets_of(const Step& step) {
  return kNodeOctets + sizeof step + held_by(step.step.subject) + held_by(step.step.issuer) +
         held_by(step.step.key);
}

void Paths::add(const tls::Chain& chain) {
  if (chain.certificates.empty()) return;
  const tls::Digest& own = chain.certificates.front().sha256;
  if (paths_.contains(own)) return;
  if (paths_.size() == kPathsMost) drop_oldest();
  std::vector<tls::Digest>& path = paths_[own];
  for (const tls::Certificate& certificate : chain.certificates) {
    if (path.size() == kStepsMost || certificate.key.empty()) break;
    if (std::ranges::find(path, certificate.sha256) != path.end()) continue;
    path.push_back(certificate.sha256);
    Step& step = steps_[certificate.sha256];
    if (step.paths++ > 0) continue;
    step.step = {
        .subject = std::string(cut_between_characters(certificate.subject, kNameOctetsMost)),
        .issuer = std::string(cut_between_characters(certificate.issuer, kNameOctetsMost)),
        .not_before = certificate.not_before,
        .not_after = certificate.not_after,
        .key = certificate.key};
    octets_ += octets_of(step);
  }
  path.shrink_to_fit();
  order_.push_back(own);
  octets_ += 2 * kNodeOctets + sizeof own + path.capacity() * sizeof own;
}

void Paths::drop_oldest() {
  const auto oldest = paths_.find(order_.front());
  order_.pop_front();
  for (const tls::Digest& sha256 : oldest->second) {
    const auto step = steps_.find(sha256);
    if (--step->second.paths > 0) continue;
    octets_ -= octets_of(step->second);
    steps_.erase(step);
  }
  octets_ -=
      2 * kNodeOctets + sizeof(tls::Digest) + oldest->second.capacity() * sizeof(tls::Digest);
  paths_.erase(oldest);
}

std::vector<CertificateStep> Paths::find(const std::string& sha256) const {
  std::vector<CertificateStep> found;
  const auto path = paths_.find(digest_from(sha256));
  if (path == paths_.end()) return found;
  for (const tls::Digest& step : path->second) found.push_back(steps_.at(step).step);
  return found;
}

}  // namespace mxsweep::view
