// SPDX-License-Identifier: MIT
// Runs of addresses: what a prefix stands for.
//
//   Source   RFC 4632 (IPv4 prefixes), RFC 4291 section 2.3 (IPv6 prefixes).
//   Shape    both ends belong to the range: network and broadcast address are addresses too.
//   Errors   a length that the family does not have is no range.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mxsweep/core/address.h"

namespace mxsweep::targets {

struct AddressRange {
  Address first;
  Address last;

  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

// Host bits that are set in `address` do not count: 192.0.2.5/24 is 192.0.2.0/24, as it is for the
// other scanners. Requires: address.family is not none.
[[nodiscard]] std::optional<AddressRange> prefix_range(const Address& address, unsigned length);

// The same of a length in digits. "08" is none: other programs take it for octal, or for a mistake.
[[nodiscard]] std::optional<AddressRange> read_prefix(const Address& address,
                                                      std::string_view length);

// The address behind `address`. Requires: it is not the highest of its family.
[[nodiscard]] Address next_address(Address address);

// The range without what no remote host can have (can_be_remote_host()) at its ends, and of IPv4 if
// it is all IPv4-mapped; nothing when nothing is left. Requires: first <= last.
[[nodiscard]] std::optional<AddressRange> usable_part(AddressRange range);

// The next address of a range that a remote host can have: IPv6 has IPv4-mapped ones among others.
// Requires: `address` is not the last of a usable_part().
[[nodiscard]] Address next_usable(const Address& address);

// How many addresses it has; 2^64 - 1 for that many or more.
[[nodiscard]] std::uint64_t address_count(const AddressRange& range);

}  // namespace mxsweep::targets
