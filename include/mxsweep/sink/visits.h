// SPDX-License-Identifier: MIT
// Counts the connections to each address of the fleet, to show that a sweep visits a server once.
//
//   Shape     count() returns the number of this visit, so the caller never needs a pass over all
//             counters: each result of 1 is a new address, and the highest result is the most
//             visits that one address had.
//   Memory    64 MiB of address space, of which only the pages of visited addresses are used. Every
//             address of 127.0.0.0/8 has its own counter; all others share one.
//   Threads   several may call count() at the same time.
//   Errors    none.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "mxsweep/core/address.h"

namespace mxsweep::sink {

// Where a counter stops: so far below 2^32 that no number of threads can overflow it.
inline constexpr std::uint32_t kVisitsMax = 1U << 31U;

class Visits {
 public:
  Visits();

  // 1 for the first visit of this address.
  std::uint32_t count(const Address& address);

 private:
  struct Free {
    void operator()(std::uint32_t* counters) const { std::free(counters); }
  };

  std::unique_ptr<std::uint32_t[], Free> counters_;
};

}  // namespace mxsweep::sink
