// SPDX-License-Identifier: MIT
#include "mxsweep/scope/prefix_set.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::scope {
namespace {

AddressRange prefix(const std::string& text) {
  const std::size_t slash = text.find('/');
  return read_prefix(*parse_address(text.substr(0, slash)), text.substr(slash + 1)).value();
}

PrefixSet set_of(const std::vector<std::string>& prefixes) {
  PrefixSet set;
  for (const std::string& text : prefixes) set.add(prefix(text));
  set.freeze();
  return set;
}

bool has(const PrefixSet& set, const char* address) {
  return set.contains(*parse_address(address));
}

TEST_CASE("a set without prefixes contains nothing", "[scope][prefixes]") {
  const PrefixSet never_frozen;
  CHECK_FALSE(has(never_frozen, "192.0.2.1"));
  const PrefixSet empty = set_of({});
  CHECK(empty.empty());
  CHECK_FALSE(has(empty, "0.0.0.0"));
  CHECK_FALSE(has(empty, "::"));
}

void check_bounds(const AddressRange& range) {
  PrefixSet set;
  set.add(range);
  set.freeze();
  CHECK(set.contains(range.first));
  CHECK(set.contains(range.last));
  const bool is_ipv4 = range.first.family == Family::ipv4;
  const AddressRange all = *prefix_range(*parse_address(is_ipv4 ? "0.0.0.0" : "::"), 0);
  if (range.first != all.first) CHECK_FALSE(set.contains(previous_address(range.first)));
  if (range.last != all.last) CHECK_FALSE(set.contains(next_address(range.last)));
}

TEST_CASE("a prefix of any length contains its ends and not the addresses beside them",
          "[scope][prefixes]") {
  for (unsigned length = 0; length <= 32; ++length) {
    for (const char* address : {"0.0.0.0", "85.85.85.85", "170.170.170.170", "255.255.255.255"}) {
      INFO(address << "/" << length);
      check_bounds(*prefix_range(*parse_address(address), length));
    }
  }
  for (unsigned length = 0; length <= 128; ++length) {
    for (const char* address : {"::1:0:0:0:0", "2001:db8:5555:5555:aaaa:aaaa:5555:5555",
                                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
      INFO(address << "/" << length);
      check_bounds(*prefix_range(*parse_address(address), length));
    }
  }
}

TEST_CASE("prefixes that overlap, repeat or touch become one range", "[scope][prefixes]") {
  const PrefixSet nested =
      set_of({"192.0.2.64/26", "192.0.0.0/16", "192.0.2.0/24", "192.0.2.7/32"});
  CHECK(nested.added() == 4);
  CHECK(nested.merged() == 1);
  CHECK(has(nested, "192.0.255.255"));
  CHECK(has(nested, "192.0.3.0"));
  CHECK_FALSE(has(nested, "192.1.0.0"));

  const PrefixSet touching = set_of({"10.0.1.0/24", "10.0.0.0/24", "10.0.3.0/24"});
  CHECK(touching.merged() == 2);
  CHECK(has(touching, "10.0.1.255"));
  CHECK_FALSE(has(touching, "10.0.2.0"));

  CHECK(set_of({"2001:db8::/33", "2001:db8:8000::/33"}).merged() == 1);
  // The second half begins where the lower 64 bits overflow.
  CHECK(set_of({"2001:db8::/64", "2001:db8:0:1::/64"}).merged() == 1);
  CHECK(set_of({"255.255.255.255/32", "0.0.0.0/32"}).merged() == 2);
  CHECK(set_of({"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "::/128"}).merged() == 2);
}

TEST_CASE("a range of IPv6 addresses that begins and ends inside /64 networks has its exact bounds",
          "[scope][prefixes]") {
  for (const auto& [first, last] : std::vector<std::pair<const char*, const char*>>{
           {"2001:db8::5", "2001:db8::9"},
           {"2001:db8::5", "2001:db8:0:1::9"},
           {"2001:db8::5", "2001:db8:0:9::9"},
           {"2001:db8::", "2001:db8:0:1::"},
           {"2001:db8::5", "2001:db8:0:1:ffff:ffff:ffff:ffff"},
           {"2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"},
           {"::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
           {"ffff:ffff:ffff:ffff::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}}) {
    INFO(first << " to " << last);
    check_bounds({*parse_address(first), *parse_address(last)});
  }
}

TEST_CASE("families do not mix, and an IPv4-mapped address is an IPv4 address",
          "[scope][prefixes]") {
  const PrefixSet six = set_of({"::/0"});
  CHECK(has(six, "2001:db8::1"));
  CHECK_FALSE(has(six, "192.0.2.1"));
  CHECK_FALSE(has(six, "::ffff:192.0.2.1"));
  const PrefixSet four = set_of({"0.0.0.0/0"});
  CHECK(has(four, "::ffff:192.0.2.1"));
  CHECK_FALSE(has(four, "2001:db8::1"));
  const PrefixSet mapped = set_of({"::ffff:192.0.2.0/120"});
  CHECK(has(mapped, "192.0.2.9"));
  CHECK_FALSE(has(mapped, "192.0.3.0"));
}

// Many ranges of all sizes, compared with a search from end to end.
template <typename MakeAddress>
void compare_with_search(std::size_t count, MakeAddress make, unsigned length_min, unsigned bits) {
  std::uint64_t state = count;
  const auto random = [&state] { return mix(++state); };
  std::vector<AddressRange> ranges;
  PrefixSet set;
  for (std::size_t i = 0; i < count; ++i) {
    const auto length = length_min + static_cast<unsigned>(random() % (bits - length_min + 1));
    ranges.push_back(*prefix_range(make(random(), random()), length));
    set.add(ranges.back());
  }
  set.freeze();
  const auto expected = [&](const Address& address) {
    return std::ranges::any_of(ranges, [&](const AddressRange& range) {
      return range.first <= address && address <= range.last;
    });
  };
  for (std::size_t i = 0; i < 200; ++i) {
    const AddressRange& near = ranges[random() % ranges.size()];
    for (const Address& address : {make(random(), random()), near.first, near.last}) {
      INFO(to_string(address));
      REQUIRE(set.contains(address) == expected(address));
      const bool at_end = address.octets[0] == 0xff;
      if (at_end) continue;
      const Address next = next_address(address);
      REQUIRE(set.contains(next) == expected(next));
    }
  }
}

TEST_CASE("a set of any number of prefixes finds what a search from end to end finds",
          "[scope][prefixes]") {
  const auto four = [](std::uint64_t a, std::uint64_t) {
    return ipv4(static_cast<std::uint32_t>(a));
  };
  const auto six = [](std::uint64_t a, std::uint64_t b) {
    Address address{.family = Family::ipv6};
    for (std::size_t i = 0; i < 8; ++i) {
      address.octets[i] = static_cast<std::uint8_t>(a >> 8 * i);
      address.octets[i + 8] = static_cast<std::uint8_t>(b >> 8 * i);
    }
    address.octets[0] = 0x20;  // Many share their first octets, as on the internet.
    return address;
  };
  for (const std::size_t count : {1U, 2U, 15U, 16U, 17U, 31U, 255U, 256U, 257U, 4097U}) {
    INFO(count);
    compare_with_search(count, four, 16, 32);
    compare_with_search(count, six, 20, 128);
  }
}

}  // namespace
}  // namespace mxsweep::scope
