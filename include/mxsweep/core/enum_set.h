// SPDX-License-Identifier: MIT
// A set of the values of an enum, one bit for each.
//
//   Shape    the enum's values are 0 to kCount - 1. Bits is an unsigned integer type.
//   Memory   that of Bits.
#pragma once

#include <cstddef>

namespace mxsweep {

template <typename Enum, std::size_t kCount, typename Bits>
class EnumSet {
  static_assert(kCount <= 8 * sizeof(Bits), "one bit for each value");

 public:
  constexpr void add(Enum value) { bits_ = static_cast<Bits>(bits_ | bit(value)); }
  constexpr void add(EnumSet others) { bits_ = static_cast<Bits>(bits_ | others.bits_); }
  [[nodiscard]] constexpr bool has(Enum value) const { return (bits_ & bit(value)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(EnumSet, EnumSet) = default;

 private:
  static constexpr Bits bit(Enum value) {
    return static_cast<Bits>(Bits{1} << static_cast<unsigned>(value));
  }
  Bits bits_ = 0;
};

}  // namespace mxsweep
