// SPDX-License-Identifier: MIT
// Allocates the many small, long-lived objects of one thread: blocks are carved from pieces of
// 1 MiB, and all pieces are freed at once, when the pool is destroyed.
//
//   Why       In every thread but the first, glibc grows the heap page by page, with a call of
//             mprotect and a page fault for each page.
//   Shape     A std::pmr::memory_resource, for containers and for single blocks.
//   Units     octets. Block sizes are multiples of kStep, and blocks are aligned to kStep.
//   Memory    A freed block is reused for blocks of the same size only. Blocks larger than
//             kLargest come from operator new and are returned to it.
//   Lifetime  Blocks of up to kLargest end with the pool.
//   Threads   one.
//   Errors    std::bad_alloc, as from operator new.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <new>

namespace mxsweep {

class BlockPool final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t kStep = 32;  // At least the alignment of every type used here.
  static constexpr std::size_t kLargest = 4096;
  static constexpr std::size_t kPieceOctets = std::size_t{1} << 20;

  // The size of the block that a request for `octets` gets, up to kLargest.
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
  std::array<Free*, kLargest / kStep> free_{};  // A list for each block size.
};

}  // namespace mxsweep
