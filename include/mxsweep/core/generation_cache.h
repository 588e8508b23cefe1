// SPDX-License-Identifier: MIT
// A bounded cache, approximately least recently used: values that are in demand stay. Pure.
//
//   Shape    Two generations. A value that is added or found is in the young one. When that is
//            full, the old generation is dropped and the young one becomes the old one.
//   Memory   A generation holds at most half of `values_max` values, and that many times
//            `octets_typical` octets of them or one larger value. So large values displace others
//            sooner instead of taking more memory.
//   Lifetime A returned value is valid until the next call of find() or keep().
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>

namespace mxsweep {

template <typename Key, typename Value, typename Hash = std::hash<Key>>
class GenerationCache {
 public:
  GenerationCache(std::size_t values_max, std::size_t octets_typical)
      : generation_values_max_(std::max<std::size_t>(values_max / 2, 1)),
        generation_octets_max_(generation_values_max_ * octets_typical) {}

  // The value, if it is in the cache and holds(value) is true (it has not expired); else null. A
  // value that is returned moves to the young generation.
  template <typename Holds>
  [[nodiscard]] const Value* find(const Key& key, Holds&& holds) {
    if (const auto found = young_.find(key); found != young_.end()) {
      return holds(std::as_const(found->second.value)) ? &found->second.value : nullptr;
    }
    const auto found = old_.find(key);
    if (found == old_.end() || !holds(std::as_const(found->second.value))) return nullptr;
    Entry entry = std::move(found->second);
    old_.erase(found);
    return &insert(key, std::move(entry));
  }

  // Adds a value, or replaces it. `octets`: the memory that key and value take.
  const Value& keep(const Key& key, Value value, std::size_t octets) {
    return insert(key, {std::move(value), octets});
  }

  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }

 private:
  struct Entry {
    Value value;
    std::size_t octets = 0;
  };
  using Generation = std::unordered_map<Key, Entry, Hash>;

  const Value& insert(const Key& key, Entry entry) {
    if (young_.size() >= generation_values_max_ ||
        young_octets_ + entry.octets > generation_octets_max_) {
      old_ = std::exchange(young_, {});
      young_octets_ = 0;
    }
    young_octets_ += entry.octets;
    return young_.insert_or_assign(key, std::move(entry)).first->second.value;
  }

  std::size_t generation_values_max_;
  std::size_t generation_octets_max_;
  std::size_t young_octets_ = 0;
  Generation young_;
  Generation old_;
};

}  // namespace mxsweep
