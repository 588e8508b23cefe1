// SPDX-License-Identifier: MIT
// Address ranges: the addresses of a prefix, and arithmetic on addresses. Pure.
//
//   Source   RFC 4632 (IPv4 prefixes), RFC 4291 section 2.3 (IPv6 prefixes).
//   Shape    a range includes both of its ends, and so the network and the broadcast address.
//   Errors   an empty optional: a prefix length that is too long for the family, or no number.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mxsweep/core/address.h"

namespace mxsweep {

struct AddressRange {
  Address first;
  Address last;

  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

// The range of a prefix. Host bits in `address` are ignored, as in other scanners: 192.0.2.5/24 is
// 192.0.2.0/24. Requires: address.family is not none.
[[nodiscard]] std::optional<AddressRange> prefix_range(const Address& address, unsigned length);

// The same for a length in decimal digits. A leading zero ("08") is an error: other programs read
// it as octal or reject it.
[[nodiscard]] std::optional<AddressRange> read_prefix(const Address& address,
                                                      std::string_view length);

// The addresses next to this one. Requires: `address` is not the highest, or not the lowest, of its
// family.
[[nodiscard]] Address next_address(Address address);
[[nodiscard]] Address previous_address(Address address);

// The number of addresses in the range; 2^64 - 1 stands for that many or more.
[[nodiscard]] std::uint64_t address_count(const AddressRange& range);

}  // namespace mxsweep
