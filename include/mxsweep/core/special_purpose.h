// SPDX-License-Identifier: MIT
// Blocks of addresses that are not for hosts on the internet, with the document that reserves each.
// Pure.
//
//   Source   the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190) as of
//            2025: every row. Besides, multicast (RFC 5771, RFC 4291 section 2.7), site-local and
//            IPv4-compatible addresses (RFC 3879, RFC 4291 section 2.5.5.1).
//   Shape    blocks are nested: the longest prefix decides, so that 192.0.0.9 is global inside
//            192.0.0.0/24. An IPv4-mapped address is classed as its IPv4 address.
//   Errors   none: an address in no block is global.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "mxsweep/core/address.h"

namespace mxsweep {

enum class AddressClass : std::uint8_t {
  global,       // A host on the internet may have it.
  private_use,  // Only this machine or its own networks can have it, or documents mention it.
  unusable,     // No remote host can have it.
};

struct SpecialPurpose {
  Address network;
  unsigned bits;
  AddressClass reach;
  std::string_view name;
  std::string_view rfc;
};

// All rows, those of the registries with "globally reachable" included.
[[nodiscard]] std::span<const SpecialPurpose> special_purposes();

// The row with the longest prefix that contains the address; null: none does. An IPv4-mapped
// address is not unwrapped. Requires: address.family is not none.
[[nodiscard]] const SpecialPurpose* special_purpose_of(const Address& address);

// Requires: address.family is not none.
[[nodiscard]] AddressClass class_of(const Address& address);

// Whether it can be the address of a remote host. True for private and loopback addresses, which
// are reachable from somewhere. Requires: address.family is not none.
[[nodiscard]] inline bool can_be_remote_host(const Address& address) {
  return class_of(address) != AddressClass::unusable;
}

}  // namespace mxsweep
