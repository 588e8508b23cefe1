// SPDX-License-Identifier: MIT
#include "mxsweep/core/address_range.h"

#include <string>

#include "support/catch.h"

using mxsweep::address_count;
using mxsweep::next_address;
using mxsweep::parse_address;
using mxsweep::prefix_range;
using mxsweep::previous_address;

namespace {

std::string ends_of(const char* address, unsigned length) {
  const auto range = prefix_range(parse_address(address).value(), length);
  return range ? to_string(range->first) + " " + to_string(range->last) : "none";
}

std::string after(const char* address) {
  return to_string(next_address(parse_address(address).value()));
}

std::string before(const char* address) {
  return to_string(previous_address(parse_address(address).value()));
}

}  // namespace

TEST_CASE("a prefix is the range of all its addresses, both ends included", "[core][address]") {
  CHECK(ends_of("192.0.2.0", 28) == "192.0.2.0 192.0.2.15");
  CHECK(ends_of("192.0.2.0", 24) == "192.0.2.0 192.0.2.255");
  CHECK(ends_of("192.0.0.0", 23) == "192.0.0.0 192.0.1.255");
  CHECK(ends_of("192.0.2.7", 32) == "192.0.2.7 192.0.2.7");
  CHECK(ends_of("0.0.0.0", 0) == "0.0.0.0 255.255.255.255");
  CHECK(ends_of("2001:db8::", 126) == "2001:db8:: 2001:db8::3");
  CHECK(ends_of("2001:db8::", 33) == "2001:db8:: 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff");
  CHECK(ends_of("::", 0) == ":: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST_CASE("host bits in a prefix are ignored", "[core][address]") {
  CHECK(ends_of("192.0.2.5", 24) == "192.0.2.0 192.0.2.255");
  CHECK(ends_of("255.255.255.255", 1) == "128.0.0.0 255.255.255.255");
  CHECK(ends_of("2001:db8::abcd", 120) == "2001:db8::ab00 2001:db8::abff");
}

TEST_CASE("a prefix is not longer than an address", "[core][address]") {
  CHECK(ends_of("192.0.2.0", 33) == "none");
  CHECK(ends_of("2001:db8::", 128) == "2001:db8:: 2001:db8::");
  CHECK(ends_of("2001:db8::", 129) == "none");
  CHECK(ends_of("192.0.2.0", 4294967295U) == "none");
}

TEST_CASE("the next address carries over from octet to octet", "[core][address]") {
  CHECK(after("192.0.2.0") == "192.0.2.1");
  CHECK(after("192.0.2.255") == "192.0.3.0");
  CHECK(after("9.255.255.255") == "10.0.0.0");
  CHECK(after("2001:db8::ffff") == "2001:db8::1:0");
  CHECK(after("::ffff:ffff:ffff:ffff") == "0:0:0:1::");
}

TEST_CASE("the previous address borrows from octet to octet", "[core][address]") {
  CHECK(before("192.0.2.1") == "192.0.2.0");
  CHECK(before("10.0.0.0") == "9.255.255.255");
  CHECK(before("0:0:0:1::") == "::ffff:ffff:ffff:ffff");
}

TEST_CASE("the addresses of a range are counted, up to the largest number that fits",
          "[core][address]") {
  const auto count = [](const char* address, unsigned length) {
    return address_count(prefix_range(parse_address(address).value(), length).value());
  };
  CHECK(count("192.0.2.1", 32) == 1);
  CHECK(count("10.0.0.0", 8) == 1U << 24U);
  CHECK(count("0.0.0.0", 0) == std::uint64_t{1} << 32U);
  CHECK(count("2001:db8::", 128) == 1);
  CHECK(count("2001:db8::", 65) == std::uint64_t{1} << 63U);
  CHECK(count("2001:db8::", 64) == UINT64_MAX);
  CHECK(count("::", 0) == UINT64_MAX);
  // The lower half overflows between the two.
  CHECK(address_count({parse_address("2001:db8::ffff:ffff:ffff:ffff").value(),
                       parse_address("2001:db8:0:1::").value()}) == 2);
}
