// SPDX-License-Identifier: MIT
// Memory for many small things of one thread that live long: carved from large pieces, so that the
// process grows by a megabyte at a time and not by a page, and given back all at once.
//
//   Why       glibc grows the heap of every thread but the first page by page, each with a call of
//             mprotect and a page fault.
//   Shape     A std::pmr::memory_resource, for containers and for blocks of one's own.
//   Units     octets. Blocks are multiples of kStep, and aligned to it.
//   Memory    A block that was given back serves the next one of its size, and no other size. What
//             is larger than kLargest comes from operator new, and goes back to it.
//   Lifetime  Blocks end with the pool. One thread.
//   Errors    std::bad_alloc, as from operator new.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <new>

namespace mxsweep {

class BlockPool final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t kStep = 32;  // More than any type of ours needs to be aligned to.
  static constexpr std::size_t kLargest = 4096;
  static constexpr std::size_t kPieceOctets = std::size_t{1} << 20;

  // What a block of so many octets really takes.
  [[nodiscard]] static constexpr std::size_t rounded(std::size_t octets) {
    return octets == 0 ? kStep : (octets + kStep - 1) / kStep * kStep;
  }

 private:
  struct Free {
    Free* next;
  };

  void* do_allocate(std::size_t octets, std::size_t alignment) override {
    if (octets > kLargest) return std::pmr::new_delete_resource()->allocate(octets, alignment);
    Free*& first = free_[index_of(octets)];
    if (first == nullptr) return pieces_.allocate(rounded(octets), kStep);
    Free* const block = first;
    first = block->next;
    return block;
  }
  void do_deallocate(void* memory, std::size_t octets, std::size_t alignment) override {
    if (octets > kLargest) {
      return std::pmr::new_delete_resource()->deallocate(memory, octets, alignment);
    }
    Free*& first = free_[index_of(octets)];
    first = ::new (memory) Free{first};
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
  [[nodiscard]] static constexpr std::size_t index_of(std::size_t octets) {
    return rounded(octets) / kStep - 1;
  }

  std::pmr::monotonic_buffer_resource pieces_{kPieceOctets};
  std::array<Free*, kLargest / kStep> free_{};  // By size.
};

}  // namespace mxsweep
