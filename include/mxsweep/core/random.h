// SPDX-License-Identifier: MIT
// Pseudo-random numbers: the same seed gives the same sequence.
//
//   Source   SplitMix64 (Steele, Lea, Flood 2014): one 64-bit word of state, full period.
#pragma once

#include <cstdint>

namespace mxsweep {

// Mixes 64 bits: every input bit affects every output bit.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() {
    const std::uint64_t word = mix(state_);
    state_ += 0x9e3779b97f4a7c15U;
    return word;
  }

  // Requires: bound > 0. Uniform in [0, bound), to within 2^-32.
  constexpr std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
  }

 private:
  std::uint64_t state_;
};

}  // namespace mxsweep
