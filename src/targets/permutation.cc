// SPDX-License-Identifier: MIT
#include "mxsweep/targets/permutation.h"

#include <bit>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/random.h"

namespace mxsweep::targets {
namespace {

// Four rounds suffice for halves of many bits; those of a /28 have two.
constexpr std::uint64_t kRounds = 6;

}  // namespace

Permutation::Permutation(std::uint64_t count, std::uint64_t seed)
    : count_(count),
      seed_(mix(seed)),
      half_bits_((static_cast<unsigned>(std::bit_width(count - 1)) + 1) / 2) {
  INVARIANT(count > 0);
}

std::uint64_t Permutation::encrypt(std::uint64_t number) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = number >> half_bits_;
  std::uint64_t right = number & mask;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    // The upper bits of a mixed number are as good as the lower ones; the halves have 32 at most.
    const std::uint64_t next = left ^ (mix(seed_ + (round << 32U | right)) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

std::uint64_t Permutation::at(std::uint64_t index) const {
  INVARIANT(index < count_);
  do {
    index = encrypt(index);
  } while (index >= count_);
  return index;
}

}  // namespace mxsweep::targets
