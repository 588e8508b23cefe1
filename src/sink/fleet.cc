// SPDX-License-Identifier: MIT
#include "mxsweep/sink/fleet.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::sink {

static_assert(kPersonasMax * kWeightMax <= UINT32_MAX, "the sum of all weights fits a share");

Fleet::Fleet(std::vector<Persona> personas, std::uint64_t seed)
    : personas_(std::move(personas)), seed_(seed) {
  INVARIANT(!personas_.empty());
  std::uint32_t sum = 0;
  for (const Persona& persona : personas_) shares_.push_back(sum += persona.weight);
}

std::size_t Fleet::index_at(const Address& address) const {
  const std::uint64_t spread = hash(address, seed_) >> 32U;
  const auto point = static_cast<std::uint32_t>((spread * shares_.back()) >> 32U);
  const auto found = std::upper_bound(shares_.begin(), shares_.end(), point);
  return static_cast<std::size_t>(found - shares_.begin());
}

}  // namespace mxsweep::sink
