// SPDX-License-Identifier: MIT
#include "mxsweep/core/special_purpose.h"

#include <array>
#include <cstddef>
#include <initializer_list>

#include "mxsweep/core/invariant.h"

namespace mxsweep {
namespace {

using enum AddressClass;

consteval Address v4(std::initializer_list<std::uint8_t> octets) {
  Address address{.family = Family::ipv4};
  std::size_t at = 0;
  for (const std::uint8_t octet : octets) address.octets[at++] = octet;
  return address;
}

// The first groups; the others are zero.
consteval Address v6(std::initializer_list<std::uint16_t> groups) {
  Address address{.family = Family::ipv6};
  std::size_t at = 0;
  for (const std::uint16_t group : groups) {
    address.octets[at++] = static_cast<std::uint8_t>(group >> 8U);
    address.octets[at++] = static_cast<std::uint8_t>(group & 0xffU);
  }
  return address;
}

// The registries call 6to4 and Teredo neither reachable nor unreachable. 6to4 hosts and relays may
// still answer; a Teredo address belongs to a client behind NAT and never was a server's.
constexpr SpecialPurpose kRows[] = {
    {v4({0}), 8, unusable, "This network", "RFC 791"},
    {v4({0}), 32, unusable, "This host on this network", "RFC 1122"},
    {v4({10}), 8, private_use, "Private-Use", "RFC 1918"},
    {v4({100, 64}), 10, private_use, "Shared Address Space", "RFC 6598"},
    {v4({127}), 8, private_use, "Loopback", "RFC 1122"},
    {v4({169, 254}), 16, private_use, "Link Local", "RFC 3927"},
    {v4({172, 16}), 12, private_use, "Private-Use", "RFC 1918"},
    {v4({192, 0, 0}), 24, private_use, "IETF Protocol Assignments", "RFC 6890"},
    {v4({192, 0, 0}), 29, private_use, "IPv4 Service Continuity Prefix", "RFC 7335"},
    {v4({192, 0, 0, 8}), 32, private_use, "IPv4 dummy address", "RFC 7600"},
    {v4({192, 0, 0, 9}), 32, global, "Port Control Protocol Anycast", "RFC 7723"},
    {v4({192, 0, 0, 10}), 32, global, "Traversal Using Relays around NAT Anycast", "RFC 8155"},
    {v4({192, 0, 0, 170}), 32, private_use, "NAT64/DNS64 Discovery", "RFC 8880"},
    {v4({192, 0, 0, 171}), 32, private_use, "NAT64/DNS64 Discovery", "RFC 8880"},
    {v4({192, 0, 2}), 24, private_use, "Documentation (TEST-NET-1)", "RFC 5737"},
    {v4({192, 31, 196}), 24, global, "AS112-v4", "RFC 7535"},
    {v4({192, 52, 193}), 24, global, "AMT", "RFC 7450"},
    {v4({192, 88, 99}), 24, global, "Deprecated (6to4 Relay Anycast)", "RFC 7526"},
    {v4({192, 88, 99, 2}), 32, private_use, "6a44-relay anycast address", "RFC 6751"},
    {v4({192, 168}), 16, private_use, "Private-Use", "RFC 1918"},
    {v4({192, 175, 48}), 24, global, "Direct Delegation AS112 Service", "RFC 7534"},
    {v4({198, 18}), 15, private_use, "Benchmarking", "RFC 2544"},
    {v4({198, 51, 100}), 24, private_use, "Documentation (TEST-NET-2)", "RFC 5737"},
    {v4({203, 0, 113}), 24, private_use, "Documentation (TEST-NET-3)", "RFC 5737"},
    {v4({224}), 4, unusable, "Multicast", "RFC 5771"},
    {v4({240}), 4, unusable, "Reserved", "RFC 1112"},
    {v4({255, 255, 255, 255}), 32, unusable, "Limited Broadcast", "RFC 919"},

    {v6({}), 128, unusable, "Unspecified Address", "RFC 4291"},
    {v6({}), 96, private_use, "IPv4-Compatible Addresses", "RFC 4291"},
    {v6({0, 0, 0, 0, 0, 0, 0, 1}), 128, private_use, "Loopback Address", "RFC 4291"},
    {v6({0, 0, 0, 0, 0, 0xffff}), 96, private_use, "IPv4-mapped Address", "RFC 4291"},
    {v6({0x64, 0xff9b}), 96, global, "IPv4-IPv6 Translat.", "RFC 6052"},
    {v6({0x64, 0xff9b, 1}), 48, private_use, "IPv4-IPv6 Translat.", "RFC 8215"},
    {v6({0x100}), 64, private_use, "Discard-Only Address Block", "RFC 6666"},
    {v6({0x100, 0, 0, 1}), 64, private_use, "Dummy IPv6 Prefix", "RFC 9780"},
    {v6({0x2001}), 23, private_use, "IETF Protocol Assignments", "RFC 2928"},
    {v6({0x2001}), 32, private_use, "TEREDO", "RFC 4380"},
    {v6({0x2001, 1, 0, 0, 0, 0, 0, 1}), 128, global, "Port Control Protocol Anycast", "RFC 7723"},
    {v6({0x2001, 1, 0, 0, 0, 0, 0, 2}), 128, global, "Traversal Using Relays around NAT Anycast",
     "RFC 8155"},
    {v6({0x2001, 1, 0, 0, 0, 0, 0, 3}), 128, global, "DNS-SD Service Registration Protocol Anycast",
     "RFC 9665"},
    {v6({0x2001, 2}), 48, private_use, "Benchmarking", "RFC 5180"},
    {v6({0x2001, 3}), 32, global, "AMT", "RFC 7450"},
    {v6({0x2001, 4, 0x112}), 48, global, "AS112-v6", "RFC 7535"},
    {v6({0x2001, 0x10}), 28, private_use, "Deprecated (previously ORCHID)", "RFC 4843"},
    {v6({0x2001, 0x20}), 28, global, "ORCHIDv2", "RFC 7343"},
    {v6({0x2001, 0x30}), 28, global, "Drone Remote ID Protocol Entity Tags Prefix", "RFC 9374"},
    {v6({0x2001, 0xdb8}), 32, private_use, "Documentation", "RFC 3849"},
    {v6({0x2002}), 16, global, "6to4", "RFC 3056"},
    {v6({0x2620, 0x4f, 0x8000}), 48, global, "Direct Delegation AS112 Service", "RFC 7534"},
    {v6({0x3fff}), 20, private_use, "Documentation", "RFC 9637"},
    {v6({0x5f00}), 16, private_use, "Segment Routing (SRv6) SIDs", "RFC 9602"},
    {v6({0xfc00}), 7, private_use, "Unique-Local", "RFC 4193"},
    {v6({0xfe80}), 10, private_use, "Link-Local Unicast", "RFC 4291"},
    {v6({0xfec0}), 10, private_use, "Site-Local Unicast", "RFC 3879"},
    {v6({0xff00}), 8, unusable, "Multicast", "RFC 4291"},
};

constexpr bool contains(const SpecialPurpose& row, const Address& address) {
  if (row.network.family != address.family) return false;
  const std::size_t whole = row.bits / 8;
  for (std::size_t i = 0; i < whole; ++i) {
    if (row.network.octets[i] != address.octets[i]) return false;
  }
  const unsigned rest = row.bits % 8;
  return rest == 0 || (row.network.octets[whole] ^ address.octets[whole]) >> (8 - rest) == 0;
}

// Whether any row has addresses that begin with this octet. Most addresses need no further look.
consteval std::array<bool, 256> first_octets_of(Family family) {
  std::array<bool, 256> used{};
  for (const SpecialPurpose& row : kRows) {
    if (row.network.family != family) continue;
    const unsigned first = row.network.octets[0];
    const unsigned count = row.bits < 8 ? 1U << (8 - row.bits) : 1;
    for (unsigned octet = first; octet < first + count; ++octet) used[octet] = true;
  }
  return used;
}
constexpr std::array<bool, 256> kFirstIpv4 = first_octets_of(Family::ipv4);
constexpr std::array<bool, 256> kFirstIpv6 = first_octets_of(Family::ipv6);

}  // namespace

std::span<const SpecialPurpose> special_purposes() { return kRows; }

const SpecialPurpose* special_purpose_of(const Address& address) {
  INVARIANT(address.family != Family::none);
  const auto& used = address.family == Family::ipv4 ? kFirstIpv4 : kFirstIpv6;
  if (!used[address.octets[0]]) return nullptr;
  const SpecialPurpose* found = nullptr;
  for (const SpecialPurpose& row : kRows) {
    if ((found == nullptr || row.bits > found->bits) && contains(row, address)) found = &row;
  }
  return found;
}

AddressClass class_of(const Address& address) {
  const SpecialPurpose* const row = special_purpose_of(without_mapping(address));
  return row == nullptr ? AddressClass::global : row->reach;
}

}  // namespace mxsweep
