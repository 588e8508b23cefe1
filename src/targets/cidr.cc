// SPDX-License-Identifier: MIT
#include "mxsweep/targets/cidr.h"

#include <charconv>
#include <system_error>

#include "mxsweep/core/invariant.h"

namespace mxsweep::targets {
namespace {

std::size_t octet_count(const Address& address) {
  INVARIANT(address.family != Family::none);
  return address.family == Family::ipv4 ? 4 : 16;
}

Address previous_address(Address address) {
  for (std::size_t i = octet_count(address); i > 0; --i) {
    if (address.octets[i - 1]-- != 0) return address;
  }
  INVARIANT(false && "there is an address before this one");
  return address;
}

// The block of unusable addresses that contains `address`. Each such block is a prefix, also among
// IPv4-mapped addresses.
AddressRange unusable_block(const Address& address) {
  const Address plain = without_mapping(address);
  const unsigned mapping_bits = plain.family == address.family ? 0 : 96;
  const bool is_low = plain.octets[0] == 0;
  unsigned bits = is_low ? 128 : 8;                         // "::" and ff00::/8.
  if (plain.family == Family::ipv4) bits = is_low ? 8 : 3;  // 0.0.0.0/8, 224.0.0.0/3.
  return *prefix_range(address, mapping_bits + bits);
}

std::uint64_t word(const Address& address, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + 8; ++i) value = value << 8U | address.octets[i];
  return value;
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

std::uint64_t address_count(const AddressRange& range) {
  constexpr std::uint64_t kMost = UINT64_MAX;
  if (range.first.family == Family::ipv4) {
    return std::uint64_t{ipv4_host_order(range.last)} - ipv4_host_order(range.first) + 1;
  }
  const std::uint64_t low = word(range.last, 8) - word(range.first, 8);
  const std::uint64_t borrow = word(range.last, 8) < word(range.first, 8) ? 1 : 0;
  const std::uint64_t high = word(range.last, 0) - word(range.first, 0) - borrow;
  return high != 0 || low == kMost ? kMost : low + 1;
}

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

std::optional<AddressRange> read_prefix(const Address& address, std::string_view length) {
  unsigned bits = 0;
  const char* const end = length.data() + length.size();
  const auto [reached, error] = std::from_chars(length.data(), end, bits);
  if (error != std::errc{} || reached != end) return std::nullopt;
  if (length.size() > 1 && length.front() == '0') return std::nullopt;
  return prefix_range(address, bits);
}

Address next_address(Address address) {
  for (std::size_t i = octet_count(address); i > 0; --i) {
    if (++address.octets[i - 1] != 0) return address;
  }
  INVARIANT(false && "there is an address behind this one");
  return address;
}

}  // namespace mxsweep::targets
