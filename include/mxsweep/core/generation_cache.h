// SPDX-License-Identifier: MIT
// What was found out, kept for as long as it is asked for and there is room. Pure.
//
//   Memory   two generations: what is not asked for while the young one fills up goes with the old
//            one. At most `values_max` values and values_max * octets_typical octets of them, and
//            one: large values push out others sooner instead of taking more.
//   Lifetime a value's address is good until the next call.
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

  // The value, if it is known and `holds(value)`; else null. It is young again.
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

  // `octets`: what key and value take.
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
