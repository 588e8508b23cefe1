// SPDX-License-Identifier: MIT
#include "mxsweep/targets/shard.h"

#include <array>

#include "support/catch.h"

namespace mxsweep::targets {
namespace {

// The number of the one shard of `count` that has it.
template <typename What>
std::uint32_t shard_of(const What& what, std::uint32_t count) {
  std::uint32_t found = 0;
  for (std::uint32_t number = 1; number <= count; ++number) {
    if (!Shard{number, count}.has(what)) continue;
    REQUIRE(found == 0);
    found = number;
  }
  REQUIRE(found != 0);
  return found;
}

std::uint32_t shard_of_address(std::string_view text, std::uint32_t count = 1000) {
  return shard_of(*parse_address(text), count);
}

}  // namespace

TEST_CASE("each server and each text is in exactly one shard", "[targets][shard]") {
  std::array<int, 7> seen{};
  for (std::uint32_t i = 0; i < 7000; ++i) ++seen[shard_of(ipv4(i << 8U), 7) - 1];
  for (const int count : seen) CHECK((count > 850 && count < 1150));
  seen = {};
  for (int i = 0; i < 7000; ++i) {
    ++seen[shard_of(std::string_view("mx" + std::to_string(i) + ".test"), 7) - 1];
  }
  for (const int count : seen) CHECK((count > 850 && count < 1150));
  CHECK(Shard{}.has(ipv4(7)));
  CHECK(Shard{}.has("mx.test"));
}

TEST_CASE("the addresses of a /24 or a /48 are in the same shard", "[targets][shard]") {
  CHECK(shard_of_address("192.0.2.1") == shard_of_address("192.0.2.254"));
  CHECK(shard_of_address("192.0.2.1") == shard_of_address("::ffff:192.0.2.9"));
  CHECK(shard_of_address("192.0.2.1") != shard_of_address("192.0.3.1"));
  CHECK(shard_of_address("2001:db8:1::") == shard_of_address("2001:db8:1:ffff:ffff::1"));
  CHECK(shard_of_address("2001:db8:1::") != shard_of_address("2001:db8:2::"));
}

TEST_CASE("a server is in the same shard for ever", "[targets][shard]") {
  // Shards of one sweep may be done by different versions.
  CHECK(shard_of_address("192.0.2.1") == 637);
  CHECK(shard_of_address("2001:db8:1::1") == 388);
  CHECK(shard_of(std::string_view("mx.example.net"), 1000) == 826);
  CHECK(shard_of(std::string_view(), 1000) == 9);
}

TEST_CASE("a shard is read and written as I/N", "[targets][shard]") {
  CHECK(read_shard("1/1") == Shard{1, 1});
  CHECK(read_shard("2/4") == Shard{2, 4});
  CHECK(read_shard("100000/100000") == Shard{100'000, 100'000});
  CHECK(to_string(Shard{2, 4}) == "2/4");
  for (const std::string_view bad : {"", "/", "1", "0/4", "5/4", "1/0", "-1/4", "1/4/", " 1/4",
                                     "1/", "/4", "1.0/4", "1/100001", "+1/4", "1/99999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_shard(bad).has_value());
  }
}

}  // namespace mxsweep::targets
