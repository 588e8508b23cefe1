// SPDX-License-Identifier: MIT
// Counts the connections to each address of the fleet, to show that a sweep visits a server once.
//
//   Shape     count() returns the number of this visit, so no pass over all counters is needed: the
//             number of first visits is that of the addresses, and the highest number is the most
//             visits that one address had.
//   Memory    64 MiB of address space, of which a visit uses the page with its address. Every
//             address of 127.0.0.0/8 has its own counter; all others share one.
//   Threads   count() may be called by several at once.
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
