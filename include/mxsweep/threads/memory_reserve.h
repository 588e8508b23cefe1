// SPDX-License-Identifier: MIT
// Reserved memory that lets a program which runs out of memory stop in an orderly way.
//
//   Source    std::set_new_handler. The reserve is address space only, which is what RLIMIT_AS
//             counts.
//   Shape     When an allocation by operator new fails, the reserve is released, `on_used` is
//             called once, and the allocation is tried again. `on_used` must stop the program's
//             work, which has to fit into the reserve. When that is used up, too, operator new
//             throws std::bad_alloc.
//   Threads   `on_used` runs in the thread whose allocation has failed, not in one that must first
//             be scheduled: meanwhile the others could use up the reserve. It must neither allocate
//             nor throw.
//   Lifetime  one in a process at a time; the destructor restores the previous new-handler.
//   Errors    good() is false if there was no room for the reserve; there is then no handler.
#pragma once

#include <cstddef>
#include <functional>

namespace mxsweep::threads {

class MemoryReserve {
 public:
  static constexpr std::size_t kOctets = 32 * 1024 * 1024;

  explicit MemoryReserve(std::function<void()> on_used);
  ~MemoryReserve();
  MemoryReserve(const MemoryReserve&) = delete;
  MemoryReserve& operator=(const MemoryReserve&) = delete;

  [[nodiscard]] bool good() const { return kept_; }
  [[nodiscard]] bool used() const;

 private:
  bool kept_ = false;
};

}  // namespace mxsweep::threads
