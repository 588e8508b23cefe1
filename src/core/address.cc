// SPDX-License-Identifier: MIT
#include "mxsweep/core/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/random.h"

namespace mxsweep {
namespace {

constexpr std::size_t kGroups = 8;
constexpr std::string_view kMappedPrefix("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);  // RFC 4291, 2.5.5.2.

bool is_mapped(const std::array<std::uint8_t, 16>& octets) {
  return std::memcmp(octets.data(), kMappedPrefix.data(), kMappedPrefix.size()) == 0;
}

std::optional<Address> parse_ipv4(std::string_view text) {
  Address address{.family = Family::ipv4};
  std::size_t at = 0;
  for (std::size_t part = 0; part < 4; ++part) {
    if (part > 0 && (at == text.size() || text[at++] != '.')) return std::nullopt;
    const std::size_t first = at;
    unsigned value = 0;
    while (at < text.size() && at < first + 3 && is_digit(text[at])) {
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    }
    const bool leading_zero = at > first + 1 && text[first] == '0';
    if (at == first || leading_zero || value > 255) return std::nullopt;
    address.octets[part] = static_cast<std::uint8_t>(value);
  }
  if (at != text.size()) return std::nullopt;
  return address;
}

std::optional<Address> parse_ipv6(std::string_view text) {
  if (text.size() > kAddressTextMax || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  char terminated[kAddressTextMax + 1];
  *std::copy(text.begin(), text.end(), terminated) = '\0';
  Address address{.family = Family::ipv6};
  if (inet_pton(AF_INET6, terminated, address.octets.data()) != 1) return std::nullopt;
  return address;
}

char* write_number(unsigned value, int base, char* out) {
  return std::to_chars(out, out + 4, value, base).ptr;  // At most "255" or "ffff".
}

char* write_ipv4(const std::uint8_t* octets, char* out) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *out++ = '.';
    out = write_number(octets[i], 10, out);
  }
  return out;
}

struct Run {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// RFC 5952 section 4.2: the longest run of zero groups, the first of equal ones; never one group.
Run zeros_to_shorten(const std::array<unsigned, kGroups>& groups) {
  Run longest;
  for (std::size_t begin = 0; begin < kGroups; ++begin) {
    std::size_t end = begin;
    while (end < kGroups && groups[end] == 0) ++end;
    if (end - begin > longest.end - longest.begin) longest = {begin, end};
  }
  return longest.end - longest.begin > 1 ? longest : Run{};
}

char* write_ipv6(const std::array<std::uint8_t, 16>& octets, char* out) {
  if (is_mapped(octets)) {
    constexpr std::string_view kMapped = "::ffff:";
    return write_ipv4(octets.data() + kMappedPrefix.size(),
                      std::copy(kMapped.begin(), kMapped.end(), out));
  }
  std::array<unsigned, kGroups> groups{};
  for (std::size_t i = 0; i < kGroups; ++i) groups[i] = octets[2 * i] * 256U + octets[2 * i + 1];
  const Run zeros = zeros_to_shorten(groups);
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (i == zeros.begin && zeros.end != 0) {
      *out++ = ':';
      *out++ = ':';
      i = zeros.end;
      if (i == kGroups) break;
    } else if (i > 0) {
      *out++ = ':';
    }
    out = write_number(groups[i], 16, out);
  }
  return out;
}

std::uint64_t big_endian(const std::uint8_t* octets) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word = word << 8U | octets[i];
  return word;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  return text.find(':') == std::string_view::npos ? parse_ipv4(text) : parse_ipv6(text);
}

Address without_mapping(const Address& address) {
  if (address.family != Family::ipv6 || !is_mapped(address.octets)) return address;
  Address inner{.family = Family::ipv4};
  std::copy_n(address.octets.begin() + kMappedPrefix.size(), 4, inner.octets.begin());
  return inner;
}

Address ipv4(std::uint32_t host_order) {
  Address address{.family = Family::ipv4};
  for (std::size_t i = 0; i < 4; ++i) {
    address.octets[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return address;
}

std::uint32_t ipv4_host_order(const Address& address) {
  INVARIANT(address.family == Family::ipv4);
  return static_cast<std::uint32_t>(big_endian(address.octets.data()) >> 32U);
}

char* write_address(const Address& address, char* out) {
  switch (address.family) {
    case Family::none: return out;
    case Family::ipv4: return write_ipv4(address.octets.data(), out);
    case Family::ipv6: return write_ipv6(address.octets, out);
  }
  INVARIANT(false && "a family outside its list");
  return out;
}

std::string to_string(const Address& address) {
  char text[kAddressTextMax];
  return {text, write_address(address, text)};
}

std::uint64_t hash(const Address& address, std::uint64_t seed) {
  std::uint64_t hash = mix(seed + static_cast<std::uint64_t>(address.family));
  hash = mix(hash ^ big_endian(address.octets.data()));
  return mix(hash ^ big_endian(address.octets.data() + 8));
}

}  // namespace mxsweep
