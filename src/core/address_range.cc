// SPDX-License-Identifier: MIT
#include "mxsweep/core/address_range.h"

#include <charconv>
#include <system_error>

#include "mxsweep/core/invariant.h"

namespace mxsweep {
namespace {

std::size_t octet_count(const Address& address) {
  INVARIANT(address.family != Family::none);
  return address.family == Family::ipv4 ? 4 : 16;
}

std::uint64_t word(const Address& address, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + 8; ++i) value = value << 8U | address.octets[i];
  return value;
}

}  // namespace

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

Address previous_address(Address address) {
  for (std::size_t i = octet_count(address); i > 0; --i) {
    if (address.octets[i - 1]-- != 0) return address;
  }
  INVARIANT(false && "there is an address before this one");
  return address;
}

}  // namespace mxsweep
