// SPDX-License-Identifier: MIT
#include "mxsweep/targets/usable_range.h"

#include "mxsweep/core/special_purpose.h"

namespace mxsweep::targets {
namespace {

// The block of unusable addresses that contains `address`, perhaps inside a larger one. Each such
// block is a prefix, also among IPv4-mapped addresses.
AddressRange unusable_block(const Address& address) {
  const Address plain = without_mapping(address);
  const unsigned mapping_bits = plain.family == address.family ? 0 : 96;
  return *prefix_range(address, mapping_bits + special_purpose_of(plain)->bits);
}

}  // namespace

std::optional<AddressRange> usable_part(AddressRange range) {
  while (!can_be_remote_host(range.first)) {
    const Address end = unusable_block(range.first).last;
    if (end >= range.last) return std::nullopt;
    range.first = next_address(end);
  }
  while (!can_be_remote_host(range.last)) {
    range.last = previous_address(unusable_block(range.last).first);
  }
  const AddressRange plain{without_mapping(range.first), without_mapping(range.last)};
  return plain.first.family == plain.last.family ? plain : range;
}

Address next_usable(const Address& address) {
  Address next = next_address(address);
  while (!can_be_remote_host(next)) next = next_address(unusable_block(next).last);
  return next;
}

}  // namespace mxsweep::targets
