// SPDX-License-Identifier: MIT
// The targets of one line: each address of a range on each port, by their number. Pure.
//
//   Shape    Number n is an address and a port; the ports of an address have consecutive numbers.
//            An address that no remote host can have may be inside an IPv6 range: it has numbers,
//            too, and at() returns false for them.
//   Limits   2^64 - 1 targets. Of a range with more than 2^64 addresses, which no sweep can finish,
//            the addresses are taken at equal distances.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mxsweep/core/address_range.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::targets {

struct Expansion {
  AddressRange range;  // A usable_part(); Family::none: the line has a name.
  std::vector<std::uint16_t> ports;

  [[nodiscard]] std::uint64_t count() const;
  // Sets address and port. Requires: number < count().
  [[nodiscard]] bool at(std::uint64_t number, Target& target) const;
};

}  // namespace mxsweep::targets
