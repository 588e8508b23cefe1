// SPDX-License-Identifier: MIT
// Texts that many servers have in common, each kept once and counted. Pure.
//
//   Memory   a text that is no longer used is freed, and its number is used again.
//   Lifetime the view of a text dies with its last use, or with the next add().
//   Errors   none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/flat_index.h"
#include "mxsweep/core/memory.h"

namespace mxsweep::watch {

class Texts {
 public:
  using Number = std::uint32_t;
  static constexpr Number kNone = FlatIndex::kNone;

  // The number of the text, which has one use more from now on.
  [[nodiscard]] Number add(std::string_view text) {
    const std::size_t hash = hash_of(text);
    Number number = index_.find(hash, [&](Number other) { return entries_[other].text == text; });
    if (number == kNone) {
      number = free_number();
      entries_[number].text = text;
      index_.insert(hash, number);
    }
    ++entries_[number].uses;
    return number;
  }
  // One use less.
  void release(Number number) {
    Entry& entry = entries_[number];
    if (--entry.uses > 0) return;
    index_.erase(hash_of(entry.text), number);
    std::string().swap(entry.text);
    free_.push_back(number);
  }
  [[nodiscard]] std::string_view text(Number number) const { return entries_[number].text; }
  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] std::size_t octets_held() const {
    std::size_t octets = entries_.capacity() * sizeof(Entry) + index_.octets_held();
    for (const Entry& entry : entries_) octets += held_by(entry.text);
    return octets;
  }

 private:
  struct Entry {
    std::string text;
    std::uint32_t uses = 0;
  };
  [[nodiscard]] static std::size_t hash_of(std::string_view text) {
    return std::hash<std::string_view>{}(text);
  }
  [[nodiscard]] Number free_number() {
    if (!free_.empty()) {
      const Number number = free_.back();
      free_.pop_back();
      return number;
    }
    entries_.emplace_back();
    return static_cast<Number>(entries_.size() - 1);
  }

  std::vector<Entry> entries_;
  std::vector<Number> free_;
  FlatIndex index_;
};

}  // namespace mxsweep::watch
