// SPDX-License-Identifier: MIT
// A hash table whose entries never move: they lie in pages and are found through a flat index.
//
//   Shape     try_emplace() and erase(), as in std::unordered_map. Hash()(key) is a key's hash.
//   Memory    per value an Entry, and 16 to 32 octets of the index (core/flat_index.h). Pages of
//             entries are carved from large pieces, as in core/block_pool.h, and stay until the
//             table ends.
//   Lifetime  A reference to an Entry is valid until the entry is erased.
//   Errors    none but std::bad_alloc. A broken requirement is an INVARIANT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <utility>
#include <vector>

#include "mxsweep/core/flat_index.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep {

template <typename Key, typename Value, typename Hash>
class StableMap {
 public:
  struct Entry {
    Key key;
    Value value{};
    std::uint32_t number = 0;  // Of its place in the pages.
  };

  StableMap() = default;
  StableMap(const StableMap&) = delete;
  StableMap& operator=(const StableMap&) = delete;
  ~StableMap() {
    index_.for_each([&](std::uint32_t number) { std::destroy_at(entry(number)); });
  }

  [[nodiscard]] std::size_t size() const { return index_.size(); }

  // The entry of that key, and whether it is new; a new one has a default value.
  std::pair<Entry&, bool> try_emplace(const Key& key) {
    const std::size_t hash = Hash()(key);
    const std::uint32_t found =
        index_.find(hash, [&](std::uint32_t number) { return entry(number)->key == key; });
    if (found != FlatIndex::kNone) return {*entry(found), false};
    const std::uint32_t number = take_number();
    index_.insert(hash, number);
    return {*::new (entry(number)) Entry{.key = key, .number = number}, true};
  }

  // Requires: an entry of this map.
  void erase(Entry& gone) {
    const std::uint32_t number = gone.number;
    index_.erase(Hash()(gone.key), number);
    std::destroy_at(&gone);
    free_.push_back(number);
  }

 private:
  static constexpr std::size_t kPieceOctets = std::size_t{1} << 20;
  static constexpr std::uint32_t kEntriesPerPage = 64;

  [[nodiscard]] Entry* entry(std::uint32_t number) const {
    return pages_[number / kEntriesPerPage] + number % kEntriesPerPage;
  }
  std::uint32_t take_number() {
    if (!free_.empty()) {
      const std::uint32_t number = free_.back();
      free_.pop_back();
      return number;
    }
    if (used_ % kEntriesPerPage == 0) {
      void* const page = memory_.allocate(kEntriesPerPage * sizeof(Entry), alignof(Entry));
      pages_.push_back(static_cast<Entry*>(page));
    }
    return used_++;
  }

  std::pmr::monotonic_buffer_resource memory_{kPieceOctets};
  FlatIndex index_;
  std::vector<Entry*> pages_;
  std::vector<std::uint32_t> free_;  // Numbers of erased entries.
  std::uint32_t used_ = 0;           // Numbers below this one have been used at least once.
};

}  // namespace mxsweep
