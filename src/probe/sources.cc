// SPDX-License-Identifier: MIT
#include "mxsweep/probe/sources.h"

#include <algorithm>

namespace mxsweep::probe {
namespace {

// Of its own, so that the source does not depend on the worker that a target belongs to.
constexpr std::uint64_t kSeed = 0x736f75726365;

}  // namespace

void Sources::add(const Address& source) {
  (source.family == Family::ipv4 ? ipv4_ : ipv6_).push_back(source);
}

bool Sources::contains(const Address& source) const {
  const std::vector<Address>& sources = source.family == Family::ipv4 ? ipv4_ : ipv6_;
  return std::ranges::find(sources, source) != sources.end();
}

std::vector<Address> Sources::all() const {
  std::vector<Address> all = ipv4_;
  all.insert(all.end(), ipv6_.begin(), ipv6_.end());
  return all;
}

Address Sources::choose(const Address& target) const {
  const std::vector<Address>& sources = target.family == Family::ipv4 ? ipv4_ : ipv6_;
  return sources.empty() ? Address{} : sources[hash(target, kSeed) % sources.size()];
}

}  // namespace mxsweep::probe
