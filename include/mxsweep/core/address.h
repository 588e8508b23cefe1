// SPDX-License-Identifier: MIT
// An IP address, IPv4 or IPv6, as a plain value.
//
//   Source   RFC 4291 section 2.2 (what is read), RFC 5952 (what is written).
//   Shape    16 octets in network order; IPv4 lies in the first four, the rest are zero. An IPv4
//            address in IPv6's clothes ("::ffff:192.0.2.1") is read and written as IPv6.
//   Errors   parse_address() answers nothing for anything that is not exactly one address. No zone
//            ("fe80::1%eth0"), no short forms ("127.1"), no leading zeros in IPv4 ("192.0.02.1").
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

// The IPv4 address inside an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2), which leads to
// the same server; any other address as it is.
[[nodiscard]] Address without_mapping(const Address& address);

// Whether a remote host can have it as its own. None can have 0.0.0.0/8 (RFC 1122 section 3.2.1.3),
// 224.0.0.0/4 and ff00::/8 (multicast), 240.0.0.0/4 (reserved, with the broadcast address) or "::".
// Private and loopback addresses can be reached somewhere, and pass.
// Requires: address.family is not none.
[[nodiscard]] bool can_be_remote_host(const Address& address);

[[nodiscard]] Address ipv4(std::uint32_t host_order);
// Requires: address.family == Family::ipv4.
[[nodiscard]] std::uint32_t ipv4_host_order(const Address& address);

// Longest text of an address: "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".
inline constexpr std::size_t kAddressTextMax = 45;

// Writes the text at `out` (room for kAddressTextMax octets) and returns its end. RFC 5952; nothing
// for Family::none.
char* write_address(const Address& address, char* out);
[[nodiscard]] std::string to_string(const Address& address);

// The address's own hash, the same in every run for one seed: used to deal targets to workers and
// personas to simulated servers.
[[nodiscard]] std::uint64_t hash(const Address& address, std::uint64_t seed = 0);

}  // namespace mxsweep
