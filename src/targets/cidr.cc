// SPDX-License-Identifier: MIT
#include "mxsweep/targets/cidr.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep::targets {
namespace {

std::size_t octet_count(const Address& address) {
  INVARIANT(address.family != Family::none);
  return address.family == Family::ipv4 ? 4 : 16;
}

}  // namespace

std::optional<AddressRange> prefix_range(const Address& address, unsigned length) {
  const std::size_t count = octet_count(address);
  if (length > count * 8) return std::nullopt;
  AddressRange range{address, address};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = i * 8;
    const std::size_t network_bits = length <= bit ? 0 : (length - bit < 8 ? length - bit : 8);
    const auto host_mask = static_cast<std::uint8_t>(0xffU >> network_bits);
    range.first.octets[i] &= static_cast<std::uint8_t>(~host_mask);
    range.last.octets[i] |= host_mask;
  }
  return range;
}

Address next_address(Address address) {
  for (std::size_t i = octet_count(address); i > 0; --i) {
    if (++address.octets[i - 1] != 0) return address;
  }
  INVARIANT(false && "there is an address behind this one");
  return address;
}

}  // namespace mxsweep::targets
