// SPDX-License-Identifier: MIT
// A hash index over values that are stored elsewhere: it maps a hash to the number of a value. A
// lookup touches one cache line; with std::unordered_map it is three.
//
//   Source   Open addressing with linear probing; Knuth, The Art of Computer Programming 3, 6.4,
//            algorithm L, and algorithm R for removal without tombstones.
//   Shape    The caller compares keys: same(number) returns whether that value has the key. It is
//            called only for values whose hash agrees in 32 bits.
//   Memory   16 octets per value when half of the entries are used, the highest load; 32 after it
//            has grown.
//   Lifetime The caller chooses the numbers; the index neither owns nor moves a value.
//   Errors   find() returns kNone if there is no such value. Broken requirements are INVARIANTs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mxsweep/core/invariant.h"

namespace mxsweep {

class FlatIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t octets_held() const { return entries_.capacity() * sizeof(Entry); }

  // The number of the value; kNone if there is none.
  template <typename Same>
  [[nodiscard]] std::uint32_t find(std::size_t hash, Same same) const {
    if (entries_.empty()) return kNone;
    const std::uint32_t mark = mark_of(hash);
    for (std::size_t at = home(mark); entries_[at].number != kNone; at = next(at)) {
      if (entries_[at].mark == mark && same(entries_[at].number)) return entries_[at].number;
    }
    return kNone;
  }

  // Calls visit(number) for every value, in unspecified order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const Entry& entry : entries_) {
      if (entry.number != kNone) visit(entry.number);
    }
  }

  // Requires: no value with the same key is in the index.
  void insert(std::size_t hash, std::uint32_t number) {
    INVARIANT(number != kNone);
    if (2 * (size_ + 1) > entries_.size()) grow();
    put({mark_of(hash), number});
    ++size_;
  }

  // Requires: the value is in the index.
  void erase(std::size_t hash, std::uint32_t number) {
    std::size_t hole = home(mark_of(hash));
    while (entries_[hole].number != number) {
      INVARIANT(entries_[hole].number != kNone);
      hole = next(hole);
    }
    // Later entries move into the hole, but none to before its home, where it would not be found.
    for (std::size_t at = next(hole); entries_[at].number != kNone; at = next(at)) {
      const std::size_t from_home = (at - home(entries_[at].mark)) & mask();
      const std::size_t from_hole = (at - hole) & mask();
      if (from_home < from_hole) continue;
      entries_[hole] = entries_[at];
      hole = at;
    }
    entries_[hole] = {};
    --size_;
  }

 private:
  struct Entry {
    std::uint32_t mark = 0;  // 32 bits of the hash; the lowest of them determine the home.
    std::uint32_t number = kNone;
  };
  static constexpr std::size_t kEntriesLeast = 16;

  [[nodiscard]] static std::uint32_t mark_of(std::size_t hash) {
    return static_cast<std::uint32_t>(hash ^ hash >> 32);
  }
  [[nodiscard]] std::size_t mask() const { return entries_.size() - 1; }
  // Where the search for a value starts.
  [[nodiscard]] std::size_t home(std::uint32_t mark) const { return mark & mask(); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & mask(); }

  void put(const Entry& entry) {
    std::size_t at = home(entry.mark);
    while (entries_[at].number != kNone) at = next(at);
    entries_[at] = entry;
  }
  void grow() {
    std::vector<Entry> before(entries_.empty() ? kEntriesLeast : entries_.size() * 2);
    std::swap(before, entries_);
    for (const Entry& entry : before) {
      if (entry.number != kNone) put(entry);
    }
  }

  std::vector<Entry> entries_;  // A power of two, at most half of them in use.
  std::size_t size_ = 0;
};

}  // namespace mxsweep
