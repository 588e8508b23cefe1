// SPDX-License-Identifier: MIT
// A neighbour that loads the memory bus: it copies a gigabyte from one place to another, again and
// again, until it is killed. A program that runs beside it pays for its own memory traffic.
#include <cstddef>
#include <cstring>
#include <vector>

int main() {
  constexpr std::size_t kOctets = std::size_t{512} * 1024 * 1024;
  // Larger steps than a cache line and a prefetcher's page, so that every copy goes to memory.
  constexpr std::size_t kPiece = 4096;
  std::vector<char> from(kOctets, 1);
  std::vector<char> to(kOctets, 2);
  for (std::size_t at = 0;; at = (at + 17 * kPiece) % kOctets) {
    std::memcpy(to.data() + at, from.data() + at, kPiece);
    asm volatile("" : : "g"(to.data()) : "memory");  // The copy is not left out.
  }
}
