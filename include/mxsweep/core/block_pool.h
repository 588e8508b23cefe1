// SPDX-License-Identifier: MIT
// Allocates the many small, long-lived objects of one thread. Blocks of one size are carved from
// slabs of 64 KiB; a slab whose blocks have all been freed serves any size again.
//
//   Why       In every thread but the first, glibc grows the heap page by page, with a call of
//             mprotect and a page fault for each page.
//   Shape     A std::pmr::memory_resource, for containers and for single blocks.
//   Units     octets. Block sizes are multiples of kStep, and blocks are aligned to kStep.
//   Memory    Slabs come in pieces of 1 MiB, which are freed when the pool is destroyed. If blocks
//             are freed about in the order in which they were allocated, as by a cache, the memory
//             follows what is in use, also when the sizes change. Blocks larger than kLargest come
//             from operator new and are returned to it.
//   Lifetime  Blocks of up to kLargest end with the pool.
//   Threads   one.
//   Errors    std::bad_alloc, as from operator new.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <vector>

namespace mxsweep {

class BlockPool final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t kStep = 32;  // At least the alignment of every type used here.
  static constexpr std::size_t kLargest = 4096;
  static constexpr std::size_t kSlabOctets = std::size_t{64} << 10;
  static constexpr std::size_t kPieceOctets = std::size_t{1} << 20;

  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool() override {
    for (void* const piece : pieces_) ::operator delete (piece, std::align_val_t{kSlabOctets});
  }

  // The size of the block that a request for `octets` gets, up to kLargest.
  [[nodiscard]] static constexpr std::size_t rounded(std::size_t octets) {
    return octets == 0 ? kStep : (octets + kStep - 1) / kStep * kStep;
  }
  // All slabs, whether or not their blocks are in use.
  [[nodiscard]] std::size_t octets_held() const { return pieces_.size() * kPieceOctets; }

 private:
  struct Free {
    Free* next;
  };
  // At the beginning of its memory, which is aligned to its size: so a block shows its slab.
  struct Slab {
    std::size_t block_octets = 0;
    std::size_t used = 0;    // Blocks.
    std::size_t carved = 0;  // Octets, this header included.
    Free* free = nullptr;
    Slab* before = nullptr;  // In the list of slabs of this size with room.
    Slab* after = nullptr;

    [[nodiscard]] bool full() const {
      return free == nullptr && carved + block_octets > kSlabOctets;
    }
  };
  static constexpr std::size_t kHeadOctets = (sizeof(Slab) + kStep - 1) / kStep * kStep;

  void* do_allocate(std::size_t octets, std::size_t alignment) override {
    if (octets > kLargest) return std::pmr::new_delete_resource()->allocate(octets, alignment);
    Slab*& first = with_room_[index_of(octets)];
    if (first == nullptr) add(first, take_slab(rounded(octets)));
    Slab& slab = *first;
    void* block = slab.free;
    if (block != nullptr) {
      slab.free = slab.free->next;
    } else {
      block = reinterpret_cast<std::byte*>(&slab) + slab.carved;
      slab.carved += slab.block_octets;
    }
    ++slab.used;
    if (slab.full()) remove(first, slab);
    return block;
  }
  void do_deallocate(void* memory, std::size_t octets, std::size_t alignment) override {
    if (octets > kLargest) {
      return std::pmr::new_delete_resource()->deallocate(memory, octets, alignment);
    }
    const std::uintptr_t place = reinterpret_cast<std::uintptr_t>(memory);
    Slab& slab = *reinterpret_cast<Slab*>(place - place % kSlabOctets);
    Slab*& first = with_room_[index_of(octets)];
    if (slab.full()) add(first, slab);
    slab.free = ::new (memory) Free{slab.free};
    if (--slab.used > 0) return;
    remove(first, slab);
    empty_.push_back(&slab);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
  [[nodiscard]] static constexpr std::size_t index_of(std::size_t octets) {
    return rounded(octets) / kStep - 1;
  }

  Slab& take_slab(std::size_t block_octets) {
    if (empty_.empty()) add_piece();
    void* const slab = empty_.back();
    empty_.pop_back();
    return *::new (slab) Slab{.block_octets = block_octets, .carved = kHeadOctets};
  }
  // Makes room for every slab in empty_, so that freeing a block allocates nothing.
  void add_piece() {
    if (pieces_.size() == pieces_.capacity()) {
      pieces_.reserve(2 * pieces_.size() + 1);
      empty_.reserve(pieces_.capacity() * (kPieceOctets / kSlabOctets));
    }
    void* const piece = ::operator new (kPieceOctets, std::align_val_t{kSlabOctets});
    pieces_.push_back(piece);
    for (std::size_t at = kPieceOctets; at > 0; at -= kSlabOctets) {
      empty_.push_back(static_cast<std::byte*>(piece) + at - kSlabOctets);
    }
  }
  static void add(Slab*& first, Slab& slab) {
    slab.before = nullptr;
    slab.after = first;
    if (first != nullptr) first->before = &slab;
    first = &slab;
  }
  static void remove(Slab*& first, Slab& slab) {
    (slab.before == nullptr ? first : slab.before->after) = slab.after;
    if (slab.after != nullptr) slab.after->before = slab.before;
  }

  std::array<Slab*, kLargest / kStep> with_room_{};  // For each block size: the first slab.
  std::vector<void*> empty_;                         // Slabs without a block in use.
  std::vector<void*> pieces_;
};

}  // namespace mxsweep
