// SPDX-License-Identifier: MIT
#include "mxsweep/core/random.h"

#include <array>
#include <bit>

#include "support/catch.h"

namespace mxsweep {
namespace {

TEST_CASE("the numbers are those of SplitMix64", "[core][random]") {
  Random zero(0);
  CHECK(zero.next() == 0xe220a8397b1dcdafU);
  CHECK(zero.next() == 0x6e789e6aa1b965f4U);
  CHECK(zero.next() == 0x06c45d188009454fU);
  Random other(1234567);
  CHECK(other.next() == 6457827717110365317U);
  CHECK(other.next() == 3203168211198807973U);
  CHECK(other.next() == 9817491932198370423U);
}

TEST_CASE("the same seed gives the same numbers, and another seed others", "[core][random]") {
  Random one(42);
  Random same(42);
  Random other(43);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t word = one.next();
    CHECK(word == same.next());
    differs = differs || word != other.next();
  }
  CHECK(differs);
}

TEST_CASE("a bounded number stays below its bound and reaches every value evenly",
          "[core][random]") {
  Random random(7);
  CHECK(random.below(1) == 0);
  std::array<int, 10> drawn{};
  for (int i = 0; i < 100000; ++i) {
    const std::uint32_t value = random.below(10);
    REQUIRE(value < 10);
    ++drawn[value];
  }
  for (const int count : drawn) {
    CHECK(count > 9500);
    CHECK(count < 10500);
  }
  std::uint32_t highest = 0;
  for (int i = 0; i < 1000; ++i) highest |= random.below(UINT32_MAX);
  CHECK(highest == UINT32_MAX);
}

TEST_CASE("each bit of a mixed word flips about half of the result", "[core][random]") {
  for (unsigned bit = 0; bit < 64; ++bit) {
    int flipped = 0;
    for (std::uint64_t word = 0; word < 256; ++word) {
      flipped += std::popcount(mix(word) ^ mix(word ^ (std::uint64_t{1} << bit)));
    }
    INFO("bit " << bit);
    CHECK(flipped > 256 * 29);
    CHECK(flipped < 256 * 35);
  }
}

}  // namespace
}  // namespace mxsweep
