// SPDX-License-Identifier: MIT
// A pseudo-random order of the numbers from 0 to count - 1, without memory of those visited. Pure.
//
//   Source   A Feistel network is a permutation of 2^2k numbers, whatever its round function is
//            (Luby, Rackoff 1988). Cycle walking (Black, Rogaway 2002): a result beyond `count` is
//            put in again, until one is below it; which is a permutation of the numbers below it.
//   Cost     2^2k is less than 4 * count: at most four walks on average, and one if `count` is a
//            power of four, as it is for a /24 or a /16.
//   Units    the same numbers on every machine and in every version: a sweep can be repeated.
#pragma once

#include <cstdint>

namespace mxsweep::targets {

class Permutation {
 public:
  // Requires: count > 0.
  Permutation(std::uint64_t count, std::uint64_t seed);

  // Requires: index < count.
  [[nodiscard]] std::uint64_t at(std::uint64_t index) const;

 private:
  [[nodiscard]] std::uint64_t encrypt(std::uint64_t number) const;

  std::uint64_t count_;
  std::uint64_t seed_;
  unsigned half_bits_;
};

}  // namespace mxsweep::targets
