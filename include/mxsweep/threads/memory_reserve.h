// SPDX-License-Identifier: MIT
// Memory kept aside, so that a program that runs out of it can end in order.
//
//   Shape     When operator new finds nothing, the reserve is given back and `descriptor` (an
//             eventfd) is written to; the allocation is then tried again. Its reader ends the
//             program's work, within the reserve. If that is used up too, std::bad_alloc follows.
//   Lifetime  one at a time in a process; the destructor restores what was there before.
//   Source    std::set_new_handler; RLIMIT_AS counts address space, which is all that it takes.
#pragma once

#include <cstddef>

namespace mxsweep::threads {

class MemoryReserve {
 public:
  static constexpr std::size_t kOctets = 32 * 1024 * 1024;

  explicit MemoryReserve(int descriptor);
  ~MemoryReserve();
  MemoryReserve(const MemoryReserve&) = delete;
  MemoryReserve& operator=(const MemoryReserve&) = delete;

  // False: there was no room for it, and nothing is kept.
  [[nodiscard]] bool good() const { return kept_; }
  [[nodiscard]] bool used() const;

 private:
  bool kept_ = false;
};

}  // namespace mxsweep::threads
