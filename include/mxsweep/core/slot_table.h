// SPDX-License-Identifier: MIT
// A table with a fixed number of slots for values, and handles that detect when they are stale.
//
//   Shape     A handle is an index and a generation. end() increments the slot's generation, so an
//             old handle finds nothing: a late completion for a connection cannot reach the next
//             connection in its slot. Generations are never 0, so Handle{} finds nothing either.
//   Memory    pages of kSlotsPerPage slots, allocated when the first slot of a page is used, and
//             kept. The most recently freed slot is used next, so that slots stay in the cache.
//   Lifetime  A pointer from find() is valid until end() of the same handle.
//   Errors    find() returns null for a stale handle. Broken requirements are INVARIANTs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep {

struct Handle {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;  // kGenerationBits wide: it travels in user_data.

  friend bool operator==(Handle, Handle) = default;
};
inline constexpr unsigned kGenerationBits = 24;
inline constexpr std::uint32_t kGenerationMax = (std::uint32_t{1} << kGenerationBits) - 1;

template <typename T>
class SlotTable {
 public:
  static constexpr std::uint32_t kSlotsPerPage = 256;

  explicit SlotTable(std::uint32_t capacity)
      : pages_(std::make_unique<std::unique_ptr<Slot[]>[]>(capacity / kSlotsPerPage + 1)),
        capacity_(capacity) {}
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;
  ~SlotTable() {
    for (std::uint32_t i = 0; i < touched_; ++i) {
      if (slot(i).live) std::destroy_at(slot(i).value());
    }
  }

  [[nodiscard]] bool full() const { return size_ == capacity_; }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t capacity() const { return capacity_; }

  // Requires: not full().
  template <typename... Args>
  Handle begin(Args&&... args) {
    INVARIANT(!full());
    std::uint32_t index = free_;
    if (index != kNone) {
      free_ = slot(index).next_free;
    } else {
      index = touch_next();
    }
    Slot& begun = slot(index);
    ::new (static_cast<void*>(begun.storage)) T(std::forward<Args>(args)...);
    begun.live = true;
    ++size_;
    return {index, begun.generation};
  }

  // Null if the slot has ended since the handle was returned.
  [[nodiscard]] T* find(Handle handle) {
    if (handle.index >= touched_) return nullptr;
    Slot& found = slot(handle.index);
    if (!found.live || found.generation != handle.generation) return nullptr;
    return found.value();
  }

  // The handle of the live slot at `index`. Requires: there is one.
  [[nodiscard]] Handle handle_of(std::uint32_t index) const {
    INVARIANT(index < touched_ && slot(index).live);
    return {index, slot(index).generation};
  }

  // Requires: find(handle) != nullptr.
  void end(Handle handle) {
    T* const value = find(handle);
    INVARIANT(value != nullptr);
    Slot& ended = slot(handle.index);
    ended.live = false;  // First, so that find() fails while the value's destructor runs.
    ended.generation = ended.generation % kGenerationMax + 1;
    std::destroy_at(value);
    ended.next_free = free_;
    free_ = handle.index;
    --size_;
  }

  // Calls visit(handle, value) for every live slot. visit may end that slot.
  template <typename Visit>
  void for_each(Visit visit) {
    for (std::uint32_t i = 0; i < touched_; ++i) {
      Slot& each = slot(i);
      if (each.live) visit(Handle{i, each.generation}, *each.value());
    }
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Slot {
    // Before the value, so that find() touches only the cache line in which the value begins.
    std::uint32_t generation;
    std::uint32_t next_free;
    bool live;
    alignas(T) std::byte storage[sizeof(T)];

    Slot() {}  // NOLINT: deliberately does not touch the memory.
    T* value() { return std::launder(reinterpret_cast<T*>(storage)); }
  };

  [[nodiscard]] Slot& slot(std::uint32_t index) const {
    return pages_[index / kSlotsPerPage][index % kSlotsPerPage];
  }
  std::uint32_t touch_next() {
    const std::uint32_t index = touched_++;
    std::unique_ptr<Slot[]>& page = pages_[index / kSlotsPerPage];
    if (page == nullptr) page = std::make_unique_for_overwrite<Slot[]>(kSlotsPerPage);
    slot(index).generation = 1;
    return index;
  }

  std::unique_ptr<std::unique_ptr<Slot[]>[]> pages_;
  std::uint32_t capacity_;
  std::uint32_t touched_ = 0;  // Slots below this index have been used at least once.
  std::uint32_t free_ = kNone;
  std::uint32_t size_ = 0;
};

}  // namespace mxsweep
