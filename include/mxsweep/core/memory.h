// SPDX-License-Identifier: MIT
// Estimates of allocated memory, for code that must keep within a memory bound.
//
//   Source   glibc's malloc: 8 octets of header for each block, multiples of 16, at least 32. Other
//            allocators differ a little.
//   Units    octets.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mxsweep {

// What malloc() takes for a block of `octets`.
[[nodiscard]] constexpr std::size_t allocated(std::size_t octets) {
  const std::size_t with_head = (octets + 8 + 15) / 16 * 16;
  return with_head < 32 ? 32 : with_head;
}

// What a string allocates on the heap; nothing if it is short enough to be stored in place.
[[nodiscard]] inline std::size_t held_by(const std::string& text) {
  return text.capacity() > std::string().capacity() ? allocated(text.capacity() + 1) : 0;
}

template <typename Element>
[[nodiscard]] std::size_t held_by(const std::vector<Element>& elements) {
  return elements.capacity() == 0 ? 0 : allocated(elements.capacity() * sizeof(Element));
}

}  // namespace mxsweep
