// SPDX-License-Identifier: MIT
#include "mxsweep/core/special_purpose.h"

#include <set>
#include <string>

#include "mxsweep/core/address_range.h"
#include "support/catch.h"

namespace mxsweep {
namespace {

AddressClass class_of(const char* text) { return mxsweep::class_of(*parse_address(text)); }

TEST_CASE("every row begins at its network and decides unless a longer one does",
          "[core][special]") {
  for (const SpecialPurpose& row : special_purposes()) {
    INFO(to_string(row.network) << "/" << row.bits << " " << row.name);
    const AddressRange range = *prefix_range(row.network, row.bits);
    CHECK(range.first == row.network);
    CHECK_FALSE(row.name.empty());
    CHECK(row.rfc.starts_with("RFC "));
    for (const Address& end : {range.first, range.last}) {
      const SpecialPurpose* const found = special_purpose_of(end);
      REQUIRE(found != nullptr);
      CHECK(found->bits >= row.bits);
      if (found->bits == row.bits) CHECK(found == &row);
    }
  }
}

TEST_CASE("no block is listed twice, and none inside an unusable one can be used",
          "[core][special]") {
  std::set<std::string> seen;
  for (const SpecialPurpose& row : special_purposes()) {
    INFO(to_string(row.network) << "/" << row.bits);
    CHECK(seen.insert(to_string(row.network) + "/" + std::to_string(row.bits)).second);
    for (const SpecialPurpose& outer : special_purposes()) {
      if (outer.network.family != row.network.family) continue;
      if (outer.reach != AddressClass::unusable || outer.bits >= row.bits) continue;
      const AddressRange range = *prefix_range(outer.network, outer.bits);
      const bool inside = range.first <= row.network && row.network <= range.last;
      if (inside) CHECK(row.reach == AddressClass::unusable);
    }
  }
}

TEST_CASE("the longest prefix decides", "[core][special]") {
  CHECK(class_of("192.0.0.8") == AddressClass::private_use);
  CHECK(class_of("192.0.0.9") == AddressClass::global);
  CHECK(class_of("192.0.0.10") == AddressClass::global);
  CHECK(class_of("192.0.0.11") == AddressClass::private_use);
  CHECK(class_of("2001:1::1") == AddressClass::global);
  CHECK(class_of("2001:1::4") == AddressClass::private_use);
  CHECK(class_of("2001:3::1") == AddressClass::global);
  CHECK(class_of("2001:1ff:ffff::") == AddressClass::private_use);
  CHECK(class_of("::1") == AddressClass::private_use);
  CHECK(class_of("::") == AddressClass::unusable);
}

TEST_CASE("an IPv4-mapped address has the class of its IPv4 address", "[core][special]") {
  CHECK(class_of("::ffff:8.8.8.8") == AddressClass::global);
  CHECK(class_of("::ffff:127.0.0.1") == AddressClass::private_use);
  CHECK(class_of("::ffff:224.0.0.1") == AddressClass::unusable);
}

TEST_CASE("special use ends at the bounds of its network", "[core][special]") {
  const auto special = [](const char* text) { return class_of(text) != AddressClass::global; };
  for (const char* text : {"0.0.0.0",
                           "10.255.255.255",
                           "100.64.0.0",
                           "100.127.255.255",
                           "127.0.0.1",
                           "169.254.1.1",
                           "172.16.0.0",
                           "172.31.255.255",
                           "192.0.2.255",
                           "192.168.0.1",
                           "198.19.255.255",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:10.0.0.1",
                           "2001:db8::1",
                           "fc00::",
                           "fdff::1",
                           "fe80::1",
                           "febf::1",
                           "ff02::1"}) {
    INFO(text);
    CHECK(special(text));
  }
  for (const char* text :
       {"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "172.15.255.255", "172.32.0.0", "192.0.3.0", "198.20.0.0", "223.255.255.255",
        "2001:db9::", "2600::1", "fbff::1", "2001:200::1", "::ffff:8.8.8.8", "2002:808:808::1"}) {
    INFO(text);
    CHECK_FALSE(special(text));
  }
}

TEST_CASE("an unspecified, multicast, reserved or broadcast address is never that of a remote host",
          "[core][special]") {
  for (const char* text :
       {"0.0.0.0", "0.0.0.1", "0.255.255.255", "224.0.0.0", "239.255.255.255", "240.0.0.0",
        "255.255.255.254", "255.255.255.255", "::", "ff00::", "ff02::1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:0.0.0.0", "::ffff:224.0.0.1"}) {
    INFO(text);
    CHECK_FALSE(can_be_remote_host(*parse_address(text)));
  }
  for (const char* text : {"1.0.0.0", "223.255.255.255", "127.0.0.1", "10.0.0.1", "169.254.0.1",
                           "::1", "::2", "fe80::1", "feff::", "2001:db8::", "::ffff:192.0.2.1"}) {
    INFO(text);
    CHECK(can_be_remote_host(*parse_address(text)));
  }
}

}  // namespace
}  // namespace mxsweep
