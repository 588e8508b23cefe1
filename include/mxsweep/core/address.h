// SPDX-License-Identifier: MIT
// An IP address, IPv4 or IPv6, as a plain value.
//
//   Source   RFC 4291 section 2.2 (parsing), RFC 5952 (formatting).
//   Shape    16 octets in network order. IPv4 occupies the first four; the rest are zero. An
//            IPv4-mapped IPv6 address ("::ffff:192.0.2.1") is parsed and formatted as IPv6.
//   Errors   parse_address() returns nothing unless the text is exactly one address. Not accepted:
//            zones ("fe80::1%eth0"), short forms ("127.1"), leading zeros in IPv4 ("192.0.02.1").
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep {

enum class Family : std::uint8_t { none, ipv4, ipv6 };

struct Address {
  std::array<std::uint8_t, 16> octets{};
  Family family = Family::none;

  friend auto operator<=>(const Address&, const Address&) = default;
};

[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

// For an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2): the IPv4 address in it, which reaches
// the same server. Any other address is returned unchanged.
[[nodiscard]] Address without_mapping(const Address& address);

[[nodiscard]] Address ipv4(std::uint32_t host_order);
// Requires: address.family == Family::ipv4.
[[nodiscard]] std::uint32_t ipv4_host_order(const Address& address);

// The longest text of an address: "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".
inline constexpr std::size_t kAddressTextMax = 45;

// Writes the text (RFC 5952) to `out`, which has room for kAddressTextMax octets, and returns its
// end. Writes nothing for Family::none.
char* write_address(const Address& address, char* out);
[[nodiscard]] std::string to_string(const Address& address);

// Depends on address and seed only and is the same in every run: it distributes targets over
// workers and personas over simulated servers.
[[nodiscard]] std::uint64_t hash(const Address& address, std::uint64_t seed = 0);

}  // namespace mxsweep
