// SPDX-License-Identifier: MIT
#include "mxsweep/targets/expansion.h"

#include <bit>

#include "mxsweep/core/address.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/special_purpose.h"

namespace mxsweep::targets {
namespace {

// An address as a number.
struct Number {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

Number number_of(const Address& address) {
  if (address.family == Family::ipv4) return {0, ipv4_host_order(address)};
  Number number;
  for (std::size_t i = 0; i < 8; ++i) {
    number.high = number.high << 8U | address.octets[i];
    number.low = number.low << 8U | address.octets[i + 8];
  }
  return number;
}

Address address_of(Family family, Number number) {
  if (family == Family::ipv4) return ipv4(static_cast<std::uint32_t>(number.low));
  Address address;
  address.family = family;
  for (std::size_t i = 8; i > 0; --i) {
    address.octets[i - 1] = static_cast<std::uint8_t>(number.high);
    address.octets[i + 7] = static_cast<std::uint8_t>(number.low);
    number.high >>= 8U;
    number.low >>= 8U;
  }
  return address;
}

// How far the last address is from the first.
Number length(const AddressRange& range) {
  const Number first = number_of(range.first);
  const Number last = number_of(range.last);
  const std::uint64_t borrow = last.low < first.low ? 1 : 0;
  return {last.high - first.high - borrow, last.low - first.low};
}

// The distance of the addresses taken is 2 to the power of this.
unsigned step_bits(Number length) { return static_cast<unsigned>(std::bit_width(length.high)); }

}  // namespace

std::uint64_t Expansion::count() const {
  INVARIANT(!ports.empty());
  if (range.first.family == Family::none) return ports.size();
  const Number far = length(range);
  const unsigned bits = step_bits(far);
  std::uint64_t steps = far.low;
  if (bits > 0) steps = bits == 64 ? far.high : far.high << (64 - bits) | far.low >> bits;
  const std::uint64_t most = UINT64_MAX / ports.size();
  return steps >= most ? most * ports.size() : (steps + 1) * ports.size();
}

bool Expansion::at(std::uint64_t number, Target& target) const {
  target.port = ports[number % ports.size()];
  if (range.first.family == Family::none) return true;
  const std::uint64_t steps = number / ports.size();
  const unsigned bits = step_bits(length(range));
  Number at = number_of(range.first);
  const std::uint64_t low = bits == 64 ? 0 : steps << bits;
  const std::uint64_t high = bits == 0 ? 0 : steps >> (64 - bits);
  at.low += low;
  at.high += high + (at.low < low ? 1 : 0);
  target.address = without_mapping(address_of(range.first.family, at));
  // A range of IPv4 begins and ends with addresses of hosts, and has no others between them.
  return range.first.family == Family::ipv4 || can_be_remote_host(target.address);
}

}  // namespace mxsweep::targets
