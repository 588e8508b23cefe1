// SPDX-License-Identifier: MIT
#include "mxsweep/scope/suffix_set.h"

#include <algorithm>
#include <array>
#include <functional>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::scope {
namespace {

std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

}  // namespace

std::string_view SuffixSet::text_of(std::uint32_t number) const {
  const std::size_t start = starts_[number];
  const auto octets = static_cast<unsigned char>(texts_[start]);
  return std::string_view(texts_).substr(start + 1, octets);
}

bool SuffixSet::has(std::string_view folded) const {
  const auto same = [&](std::uint32_t number) { return text_of(number) == folded; };
  return index_.find(hash_of(folded), same) != FlatIndex::kNone;
}

void SuffixSet::add(std::string_view domain) {
  INVARIANT(!domain.empty() && domain.size() <= kHostNameOctetsMax && !domain.ends_with('.'));
  std::string folded(domain);
  std::transform(folded.begin(), folded.end(), folded.begin(), lower);
  if (has(folded)) return;
  INVARIANT(starts_.size() < FlatIndex::kNone);
  index_.insert(hash_of(folded), static_cast<std::uint32_t>(starts_.size()));
  starts_.push_back(texts_.size());
  texts_ += static_cast<char>(folded.size());
  texts_ += folded;
}

bool SuffixSet::contains(std::string_view name) const {
  if (starts_.empty()) return false;
  if (name.ends_with('.')) name.remove_suffix(1);
  std::array<char, kHostNameOctetsMax> buffer;
  if (name.empty() || name.size() > buffer.size()) return false;
  std::transform(name.begin(), name.end(), buffer.begin(), lower);
  std::string_view rest(buffer.data(), name.size());
  while (true) {
    if (has(rest)) return true;
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) return false;
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace mxsweep::scope
