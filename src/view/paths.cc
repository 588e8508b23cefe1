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

std::size_t held_by_all(const std::vector<std::string>& texts) {
  std::size_t octets = texts.capacity() * sizeof(std::string);
  for (const std::string& text : texts) octets += held_by(text);
  return octets;
}

std::vector<std::string> names_of(const tls::Certificate& certificate) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(certificate.dns_names, kNamesMost); ++i) {
    names.emplace_back(cut_between_characters(certificate.names[i], kNameOctetsMost));
  }
  return names;
}

}  // namespace

std::size_t Paths::Hash::operator()(const tls::Digest& digest) const {
  std::size_t hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

std::size_t Paths::octets_of(const Step& step) {
  return kNodeOctets + sizeof step + held_by(step.step.subject) + held_by(step.step.issuer) +
         held_by(step.step.key) + held_by_all(step.step.names);
}

void Paths::add(const tls::Chain& chain) {
  if (chain.certificates.empty()) return;
  const tls::Digest& own = chain.certificates.front().sha256;
  if (paths_.contains(own)) return;
  if (paths_.size() == kPathsMost) drop_oldest();
  Path& path = paths_[own];
  path.trusted = chain.error == tls::VerifyError::none;
  for (const tls::Certificate& certificate : chain.certificates) {
    if (path.steps.size() == kStepsMost || certificate.key.empty()) break;
    if (std::ranges::find(path.steps, certificate.sha256) != path.steps.end()) continue;
    path.steps.push_back(certificate.sha256);
    Step& step = steps_[certificate.sha256];
    if (step.paths++ > 0) continue;
    step.step = {
        .subject = std::string(cut_between_characters(certificate.subject, kNameOctetsMost)),
        .issuer = std::string(cut_between_characters(certificate.issuer, kNameOctetsMost)),
        .not_before = certificate.not_before,
        .not_after = certificate.not_after,
        .key = certificate.key};
    if (path.steps.size() == 1) step.step.names = names_of(certificate);
    octets_ += octets_of(step);
  }
  path.steps.shrink_to_fit();
  order_.push_back(own);
  octets_ += 2 * kNodeOctets + sizeof path + path.steps.capacity() * sizeof own;
}

void Paths::drop_oldest() {
  const auto oldest = paths_.find(order_.front());
  order_.pop_front();
  for (const tls::Digest& sha256 : oldest->second.steps) {
    const auto step = steps_.find(sha256);
    if (--step->second.paths > 0) continue;
    octets_ -= octets_of(step->second);
    steps_.erase(step);
  }
  octets_ -= 2 * kNodeOctets + sizeof oldest->second +
             oldest->second.steps.capacity() * sizeof(tls::Digest);
  paths_.erase(oldest);
}

std::vector<CertificateStep> Paths::find(const std::string& sha256) const {
  std::vector<CertificateStep> found;
  const auto path = paths_.find(digest_from(sha256));
  if (path == paths_.end()) return found;
  for (const tls::Digest& digest : path->second.steps) {
    found.emplace_back(steps_.at(digest).step).sha256 = tls::to_hexadecimal(digest);
  }
  return found;
}

bool Paths::is_trusted(const std::string& sha256) const {
  const auto path = paths_.find(digest_from(sha256));
  return path != paths_.end() && path->second.trusted;
}

}  // namespace mxsweep::view
