// SPDX-License-Identifier: MIT
// How often each address of the fleet was dialled: what shows that a sweep visits a server once.
//
//   Shape     count() says which visit this is, so nobody ever has to add anything up: the first
//             ones are the addresses, the highest is the most that one of them had.
//   Memory    64 MiB of address space, of which a visit uses the page that its address is in. So
//             every address of 127.0.0.0/8 has its counter; all others share one.
//   Threads   count() may be called by many at once.
//   Errors    none.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "mxsweep/core/address.h"

namespace mxsweep::sink {

// Where a counter stops: so far below the end of 32 bits that no number of threads gets there.
inline constexpr std::uint32_t kVisitsMax = 1U << 31U;

class Visits {
 public:
  Visits();

  // 1: the first visit of this address.
  std::uint32_t count(const Address& address);

 private:
  struct Free {
    void operator()(std::uint32_t* counters) const { std::free(counters); }
  };

  std::unique_ptr<std::uint32_t[], Free> counters_;
};

}  // namespace mxsweep::sink
