// SPDX-License-Identifier: MIT
#include "mxsweep/sink/fleet.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::sink {

static_assert(kPersonasMax * kWeightMax <= UINT32_MAX, "the sum of all weights fits a share");

Fleet::Fleet(std::vector<Persona> personas, std::uint64_t seed)
    : personas_(std::move(personas)), seed_(seed), changed_(std::make_unique<Changed>()) {
  INVARIANT(!personas_.empty());
  std::uint32_t sum = 0;
  for (const Persona& persona : personas_) shares_.push_back(sum += persona.weight);
}

std::size_t Fleet::index_at(const Address& address) const {
  const ChangeList* const changes = changed_->now.load(std::memory_order_acquire);
  if (changes == nullptr) return original_at(address);
  for (auto change = changes->rbegin(); change != changes->rend(); ++change) {
    if (change->range.first.family != address.family || address < change->range.first ||
        change->range.last < address) {
      continue;
    }
    return change->persona ? *change->persona : original_at(address);
  }
  return original_at(address);
}

std::optional<std::size_t> Fleet::find(std::string_view persona) const {
  const auto found = std::ranges::find(personas_, persona, &Persona::name);
  if (found == personas_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - personas_.begin());
}

bool Fleet::change(const AddressRange& range, std::optional<std::size_t> persona) {
  const ChangeList* const before = changed_->now.load(std::memory_order_relaxed);
  ChangeList list = before == nullptr ? ChangeList{} : *before;
  std::erase_if(list, [&](const Change& change) { return change.range == range; });
  if (list.size() >= kChangesMax || changed_->lists.size() >= kChangeListsMax) {
    return false;
  }
  list.push_back({.range = range, .persona = persona});
  changed_->lists.push_back(std::move(list));
  changed_->now.store(&changed_->lists.back(), std::memory_order_release);
  return true;
}

std::size_t Fleet::original_at(const Address& address) const {
  const std::uint64_t spread = hash(address, seed_) >> 32U;
  const auto point = static_cast<std::uint32_t>((spread * shares_.back()) >> 32U);
  const auto found = std::upper_bound(shares_.begin(), shares_.end(), point);
  return static_cast<std::size_t>(found - shares_.begin());
}

}  // namespace mxsweep::sink
