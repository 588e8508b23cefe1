// SPDX-License-Identifier: MIT
// Which of the requests that wait is begun next: a limit in all, and one for each address. Pure.
//
//   Shape    addresses take turns; of one address, requests keep their order. An address whose
//            requests are slow does not hold up those of others.
//   Cost     O(log addresses) for each call, however many wait.
//   Errors   none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "mxsweep/core/address.h"

namespace mxsweep::fetch {

class Lanes {
 public:
  Lanes(std::uint32_t at_once, std::uint32_t per_address)
      : at_once_(at_once), per_address_(per_address) {}

  void add(std::uint64_t number, const Address& address);
  // One that begins now; it counts until end().
  [[nodiscard]] std::optional<std::uint64_t> take();
  // Requires: one that was added with this address was taken, and has not ended.
  void end(const Address& address);

  [[nodiscard]] std::uint32_t running() const { return running_; }
  [[nodiscard]] std::size_t addresses() const { return lanes_.size(); }  // That it keeps.

 private:
  struct Lane {
    std::deque<std::uint64_t> waiting;
    std::uint32_t running = 0;
    bool queued = false;  // In ready_.
  };

  void queue(const Address& address, Lane& lane);

  std::uint32_t at_once_;
  std::uint32_t per_address_;
  std::uint32_t running_ = 0;
  std::map<Address, Lane> lanes_;
  std::deque<Address> ready_;  // Those of which another request may begin.
};

}  // namespace mxsweep::fetch
