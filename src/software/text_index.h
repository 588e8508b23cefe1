// SPDX-License-Identifier: MIT
// Finds the patterns that a text may match, in one pass over the text: every pattern waits for four
// octets in a row that all its matches contain, preferably such as few other patterns have.
//
//   Cost   a load, a multiplication and a bit of a map of 4 KiB for each octet of the text.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mxsweep/core/software.h"
#include "mxsweep/software/software.h"
#include "software/pattern.h"

namespace mxsweep::software {

// A pattern and the sign that it belongs to, by its number.
struct Rule {
  Pattern pattern;
  std::size_t sign = 0;
  Confidence confidence = Confidence::certain;
};

// Numbers of rules, in their order of precedence.
class Candidates {
 public:
  void add(std::size_t rule) { words_[rule / kBits] |= std::uint64_t{1} << (rule % kBits); }
  // Calls `on_rule` with each number, in ascending order, until it returns true.
  template <typename OnRule>
  bool visit(std::size_t rules, OnRule on_rule) const {
    for (std::size_t i = 0; i * kBits < rules; ++i) {
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
  // Requires: no more rules are added.
  void build();

  void search(std::string_view text, Candidates& candidates) const;
  [[nodiscard]] const Rule& rule(std::size_t number) const { return rules_[number]; }

 private:
  static constexpr unsigned kMapBits = 15;
  static constexpr std::uint32_t kMultiplier = 2'654'435'761;  // Of Fibonacci hashing.
  static std::uint32_t hash(Gram gram) { return (gram * kMultiplier) >> (32 - kMapBits); }

  struct Waiting {
    Gram gram;
    std::uint16_t rule;
  };
  std::vector<Rule> rules_;       // The more certain first; of the same confidence, as in the file.
  std::vector<Waiting> waiting_;  // By gram.
  std::bitset<std::size_t{1} << kMapBits> map_;
};

}  // namespace mxsweep::software
