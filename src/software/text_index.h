// SPDX-License-Identifier: MIT
// Finds the patterns that a text may match, in one pass over the text: every pattern waits for four
// octets in a row that all its matches contain, preferably such as few other patterns have.
//
//   Cost   a load, a multiplication and a bit of a map of 4 KiB for each octet of the text; more
//          only where a pattern waits for what is there.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/software.h"
#include "mxsweep/software/software.h"
#include "software/pattern.h"

namespace mxsweep::software {

// A pattern and the sign that it belongs to, by its number.
struct Rule {
  static constexpr std::size_t kAgainst = static_cast<std::size_t>(-1);  // Not of one sign.

  Pattern pattern;
  std::size_t sign = kAgainst;
  Confidence confidence = Confidence::certain;
};

// Numbers of rules.
class Candidates {
 public:
  void add(std::size_t rule) { words_[rule / kBits] |= std::uint64_t{1} << (rule % kBits); }
  // Calls `on_rule` with each number in ascending order, until it returns true.
  template <typename OnRule>
  bool visit(OnRule on_rule) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t rest = words_[i]; rest != 0; rest &= rest - 1) {
        if (on_rule(i * kBits + static_cast<std::size_t>(__builtin_ctzll(rest)))) return true;
      }
    }
    return false;
  }

 private:
  static constexpr std::size_t kBits = 64;
  std::array<std::uint64_t, kPatternsMax / kBits> words_{};
};

class TextIndex {
 public:
  void add(Rule rule) { rules_.push_back(std::move(rule)); }
  [[nodiscard]] std::size_t size() const { return rules_.size(); }
  // Requires: no more rules are added. From then on they are numbered in their order of precedence.
  void build();

  void search(std::string_view text, Candidates& candidates) const;
  [[nodiscard]] const Rule& rule(std::size_t number) const { return rules_[number]; }

 private:
  static constexpr unsigned kMapBits = 15;
  static constexpr std::uint32_t kMultiplier = 2'654'435'761;  // Of Fibonacci hashing.
  static std::uint32_t hash(Gram gram) { return (gram * kMultiplier) >> (32 - kMapBits); }

  struct Waiting {
    Fixed fixed;  // Views the rule's pattern.
    std::size_t rule;
  };
  // Those against every sign first; then the more certain; then as in the file.
  std::vector<Rule> rules_;
  std::vector<Waiting> waiting_;  // By gram.
  std::bitset<std::size_t{1} << kMapBits> map_;
};

}  // namespace mxsweep::software
