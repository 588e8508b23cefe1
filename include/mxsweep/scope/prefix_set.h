// SPDX-License-Identifier: MIT
// A set of addresses, given as prefixes and ranges: built once, then only read. Pure.
//
//   Shape     add() any number of ranges, freeze() once, then contains(). Ranges may overlap and
//             come in any order. IPv4-mapped addresses are IPv4 addresses, in a range and when
//             looked up: ::/0 contains every IPv6 address and no IPv4 address.
//   Memory    after freeze(), for each merged range 9 octets (IPv4), 17 (IPv6, of whole /64
//             networks) or 34 (IPv6, of parts of one): a million prefixes take 9, 17 or 34 MB.
//             While it is built, twice that for each range added.
//   Lifetime  after freeze() it does not change: threads may share it without locks.
//   Errors    none. Broken requirements are INVARIANTs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mxsweep/core/address_range.h"
#include "mxsweep/scope/ranges.h"

namespace mxsweep::scope {

class PrefixSet {
 public:
  // Requires: first <= last, of one family; freeze() has not been called.
  void add(AddressRange range);
  void freeze();

  // Requires: freeze() was called, or nothing was added.
  [[nodiscard]] bool contains(const Address& address) const;

  [[nodiscard]] bool empty() const { return added_ == 0; }
  [[nodiscard]] std::size_t added() const { return added_; }
  [[nodiscard]] std::size_t merged() const {
    return ipv4_.size() + networks_.size() + hosts_.size();
  }
  [[nodiscard]] std::size_t octets_held() const {
    return ipv4_.octets_held() + networks_.octets_held() + hosts_.octets_held();
  }

 private:
  void add_ipv6(const WideNumber& first, const WideNumber& last);

  Ranges<std::uint32_t> ipv4_;
  Ranges<std::uint64_t> networks_;  // IPv6, by the upper half of an address: half as much to read.
  Ranges<WideNumber> hosts_;        // IPv6, the rest.
  std::size_t added_ = 0;
  bool frozen_ = false;
};

}  // namespace mxsweep::scope
