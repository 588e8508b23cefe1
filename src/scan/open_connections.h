// SPDX-License-Identifier: MIT
// How many of a worker's connections are open to each address, by a table of counts: addresses
// whose hashes meet in one place share a count. Good enough to tell a burst, and nothing else.
//
//   Memory   four octets for each conversation that there may be at once.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "mxsweep/core/address.h"

namespace mxsweep::scan {

class OpenConnections {
 public:
  using Place = std::uint32_t;

  explicit OpenConnections(std::uint32_t capacity) : counts_(std::bit_ceil(capacity)) {}

  [[nodiscard]] Place place_of(const Address& address) const {
    return static_cast<Place>(hash(address) & (counts_.size() - 1));
  }
  // Answers how many there were before.
  std::uint32_t add(Place place) { return counts_[place]++; }
  void remove(Place place) { --counts_[place]; }

 private:
  std::vector<std::uint32_t> counts_;
};

}  // namespace mxsweep::scan
