// SPDX-License-Identifier: MIT
// The memory that things really take, for code that keeps within a bound.
//
//   Source   glibc's malloc: 8 octets before each block, in steps of 16, 32 at least. Other
//            allocators differ by a little.
//   Units    octets.
#pragma once

#include <cstddef>
#include <string>

namespace mxsweep {

// A block of so many octets.
[[nodiscard]] constexpr std::size_t allocated(std::size_t octets) {
  const std::size_t with_head = (octets + 8 + 15) / 16 * 16;
  return with_head < 32 ? 32 : with_head;
}

// What a string holds beside itself; short ones hold nothing.
[[nodiscard]] inline std::size_t held_by(const std::string& text) {
  return text.capacity() > std::string().capacity() ? allocated(text.capacity() + 1) : 0;
}

}  // namespace mxsweep
