// SPDX-License-Identifier: MIT
// Counts one engine's open connections to each address in a hash table without keys: addresses
// whose hashes collide share a count. Good enough to detect a burst, its only use.
//
//   Memory   four octets per conversation of the capacity, touched only when used.
#pragma once

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "mxsweep/core/address.h"

namespace mxsweep::engine {

class OpenConnections {
 public:
  using Place = std::uint32_t;

  // For a large block, calloc() returns zero pages that are not resident until they are used.
  explicit OpenConnections(std::uint32_t capacity)
      : size_(std::bit_ceil(capacity)),
        counts_(static_cast<std::uint32_t*>(std::calloc(size_, sizeof(std::uint32_t)))) {
    if (counts_ == nullptr) throw std::bad_alloc();
  }

  [[nodiscard]] Place place_of(const Address& address) const {
    return static_cast<Place>(hash(address) & (size_ - 1));
  }
  // Returns the count before.
  std::uint32_t add(Place place) { return counts_[place]++; }
  void remove(Place place) { --counts_[place]; }

 private:
  struct Free {
    void operator()(std::uint32_t* counts) const { std::free(counts); }
  };

  std::size_t size_;
  std::unique_ptr<std::uint32_t[], Free> counts_;
};

}  // namespace mxsweep::engine
