// SPDX-License-Identifier: MIT
// A set of numbers, given as ranges: built once, then only read. Pure.
//
//   Source    An implicit B-tree over the sorted, merged ranges. A leaf has the first numbers of 16
//             ranges and behind them their last numbers; each level above has every 16th key of the
//             one below. A look-up reads one block of each level, whose cache lines are all fetched
//             at once, and searches it without a branch that depends on the number.
//   Memory    after freeze(), two numbers for each merged range and a seventh of one more; until
//             then, two for each that was added.
//   Lifetime  after freeze() it does not change: threads may share it without locks.
//   Errors    none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mxsweep::scope {

// A number of 128 bits. The comparison does not branch.
struct WideNumber {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const WideNumber&, const WideNumber&) = default;
  friend bool operator<(const WideNumber& a, const WideNumber& b) {
    return (unsigned{a.high < b.high} | (unsigned{a.high == b.high} & unsigned{a.low < b.low})) !=
           0;
  }
};

// Number: std::uint32_t, std::uint64_t or WideNumber.
template <typename Number>
class Ranges {
 public:
  // Requires: first <= last; freeze() has not been called.
  void add(const Number& first, const Number& last) { added_.push_back({first, last}); }
  void freeze();

  // Requires: freeze() was called, or nothing was added.
  [[nodiscard]] bool contains(const Number& number) const;
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Range {
    Number first;
    Number last;
  };
  struct Level {
    std::vector<Number> keys;  // In blocks of kFanOut.
    std::size_t last = 0;      // The last key that is not there to fill a block.
  };
  static constexpr std::size_t kFanOut = 16;

  [[nodiscard]] std::size_t merge();
  void fill_leaves();
  void add_levels();
  [[nodiscard]] static std::size_t place_in(const Number* keys, const Number& number);

  std::vector<Range> added_;    // Until freeze().
  std::vector<Number> leaves_;  // Blocks of kFanOut first numbers and as many last numbers.
  std::vector<Level> levels_;   // Lowest: the first key of leaf i.
  std::size_t size_ = 0;
};

}  // namespace mxsweep::scope
