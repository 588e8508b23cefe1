// SPDX-License-Identifier: MIT
// How many of one engine's connections are open to each address, by a table of counts: addresses
// whose hashes meet in one place share a count. It shows a burst, and nothing else.
//
//   Memory   four octets for each conversation that there may be at once, touched only when used.
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

  // calloc() hands out the kernel's own zero pages for anything large.
  explicit OpenConnections(std::uint32_t capacity)
      : size_(std::bit_ceil(capacity)),
        counts_(static_cast<std::uint32_t*>(std::calloc(size_, sizeof(std::uint32_t)))) {
    if (counts_ == nullptr) throw std::bad_alloc();
  }

  [[nodiscard]] Place place_of(const Address& address) const {
    return static_cast<Place>(hash(address) & (size_ - 1));
  }
  // Answers how many there were before.
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
