// SPDX-License-Identifier: MIT
#include "mxsweep/core/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <set>
#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep {
namespace {

std::optional<Address> parse_guarded(std::string_view text) {
  const GuardedBytes guarded(text);
  return parse_address(guarded.view());
}

std::string rewritten(std::string_view text) {
  const std::optional<Address> address = parse_guarded(text);
  return address ? to_string(*address) : "nothing";
}

TEST_CASE("an IPv4 address is its four octets", "[core][address]") {
  const std::optional<Address> address = parse_guarded("192.0.2.10");
  REQUIRE(address);
  CHECK(address->family == Family::ipv4);
  CHECK(address->octets == std::array<std::uint8_t, 16>{192, 0, 2, 10});
  CHECK(*address == ipv4(0xc000020aU));
  CHECK(ipv4_host_order(*address) == 0xc000020aU);
  for (const char* text : {"0.0.0.0", "255.255.255.255", "127.0.0.1", "10.20.30.40", "1.2.3.4"}) {
    CHECK(rewritten(text) == text);
  }
}

TEST_CASE("a text that is not exactly one IPv4 address is refused", "[core][address]") {
  const std::vector<std::string> wrong = {"",
                                          "1",
                                          "1.2.3",
                                          "127.1",
                                          "1.2.3.4.5",
                                          "1.2.3.4.",
                                          ".1.2.3.4",
                                          "1..2.3",
                                          "1.2.3.",
                                          "256.1.1.1",
                                          "1.1.1.256",
                                          "1.1.1.999",
                                          "1.1.1.1000",
                                          "01.2.3.4",
                                          "1.2.3.04",
                                          "1.2.3.00",
                                          "00.0.0.0",
                                          "0x7f.0.0.1",
                                          " 1.2.3.4",
                                          "1.2.3.4 ",
                                          "1.2.3.4\n",
                                          "+1.2.3.4",
                                          "1.2.3.-4",
                                          "1.2.3.4/24",
                                          "1.2.3.a",
                                          "3232235777",
                                          "1,2,3,4",
                                          "1.2.3.4:25",
                                          std::string("1.2.3.4\0", 8),
                                          "\xb1.2.3.4",
                                          "[1.2.3.4]",
                                          "4294967297.2.3.4"};
  for (const std::string& text : wrong) {
    INFO("text " << text);
    CHECK_FALSE(parse_guarded(text));
  }
}

// Whether the C library reads the text, which must end in NUL, as an address.
bool library_reads(const std::string& text) {
  in6_addr ignored{};
  return inet_pton(text.find(':') == std::string::npos ? AF_INET : AF_INET6, text.c_str(),
                   &ignored) == 1;
}

TEST_CASE("part of an address is read only if it is an address itself", "[core][address]") {
  for (const std::string whole : {"198.51.100.213", "2001:db8:85a3:1:2:8a2e:370:7334",
                                  "2001:db8::8a2e:370:7334", "::ffff:198.51.100.213", "fe80::"}) {
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
      const std::string part = whole.substr(0, cut);
      INFO("part " << part);
      CHECK(parse_guarded(part).has_value() == library_reads(part));
    }
    for (const char more : {'.', ':', '%', ' ', '/', 'g', '\0', '\xff'}) {
      INFO("more " << static_cast<int>(more));
      if (whole != "fe80::") CHECK_FALSE(parse_guarded(whole + more));
    }
  }
}

TEST_CASE("an IPv6 address is written as RFC 5952 requires", "[core][address]") {
  CHECK(rewritten("2001:0DB8:0:0:0:0:0:0001") == "2001:db8::1");
  CHECK(rewritten("2001:db8::0:1") == "2001:db8::1");
  CHECK(rewritten("2001:db8:0:1:1:1:1:1") ==
        "2001:db8:0:1:1:1:1:1");  // One group is not shortened.
  CHECK(rewritten("2001:db8::1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  CHECK(rewritten("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");        // The longer run.
  CHECK(rewritten("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");  // The first of equal runs.
  CHECK(rewritten("0:0:0:0:0:0:0:0") == "::");
  CHECK(rewritten("::1") == "::1");
  CHECK(rewritten("1::") == "1::");
  CHECK(rewritten("1:2:3:4:5:6:0:0") == "1:2:3:4:5:6::");
  CHECK(rewritten("0:0:3:4:5:6:7:8") == "::3:4:5:6:7:8");
  CHECK(rewritten("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") ==
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  CHECK(rewritten("::ffff:c000:20a") == "::ffff:192.0.2.10");
  CHECK(rewritten("::FFFF:192.0.2.10") == "::ffff:192.0.2.10");
  CHECK(rewritten("64:ff9b::192.0.2.33") == "64:ff9b::c000:221");
}

TEST_CASE("a text that is not exactly one IPv6 address is refused", "[core][address]") {
  const std::vector<std::string> wrong = {":",
                                          ":::",
                                          "1::2::3",
                                          "1:2:3:4:5:6:7",
                                          "1:2:3:4:5:6:7:8:9",
                                          "fe80::1%eth0",
                                          "fe80::1%1",
                                          "[::1]",
                                          "::1/128",
                                          "12345::",
                                          "::g",
                                          " ::1",
                                          "::1 ",
                                          "1:2:3:4:5:6:7:",
                                          ":1:2:3:4:5:6:7",
                                          "::ffff:192.0.2",
                                          "::ffff:192.0.02.1",
                                          "::ffff:256.0.2.1",
                                          std::string("::1\0", 4),
                                          std::string(46, ':'),
                                          std::string(100000, '1') + ":",
                                          "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 "};
  for (const std::string& text : wrong) {
    INFO("text " << text.substr(0, 80));
    CHECK_FALSE(parse_guarded(text));
  }
  const std::string longest = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255";
  CHECK(longest.size() == kAddressTextMax);
  CHECK(parse_guarded(longest));
}

TEST_CASE("every address survives formatting and parsing", "[core][address]") {
  Random random(5);
  std::set<std::string> texts;
  for (int round = 0; round < 20000; ++round) {
    Address address{.family = random.below(2) == 0 ? Family::ipv4 : Family::ipv6};
    const std::size_t octets = address.family == Family::ipv4 ? 4 : 16;
    for (std::size_t i = 0; i < octets; ++i) {
      if (random.below(3) != 0) address.octets[i] = static_cast<std::uint8_t>(random.below(256));
    }
    if (random.below(4) == 0) address.octets[8] = address.octets[9] = 0;
    const std::string text = to_string(address);
    REQUIRE(text.size() <= kAddressTextMax);
    REQUIRE(parse_address(text) == address);
  }
}

TEST_CASE("the text of an IPv6 address equals the C library's, which follows RFC 5952 too",
          "[core][address]") {
  Random random(6);
  for (int round = 0; round < 20000; ++round) {
    Address address{.family = Family::ipv6};
    address.octets[0] = 0x20;  // Outside ::/96, where the library writes dots and we do not.
    for (std::size_t i = 2; i < 16; ++i) {
      if (random.below(4) == 0) address.octets[i] = static_cast<std::uint8_t>(random.below(256));
    }
    char expected[INET6_ADDRSTRLEN];
    REQUIRE(inet_ntop(AF_INET6, address.octets.data(), expected, sizeof expected) != nullptr);
    REQUIRE(to_string(address) == expected);
  }
}

TEST_CASE("an IPv4-mapped IPv6 address is the IPv4 address", "[core][address]") {
  const auto plain = [](const char* text) {
    return to_string(without_mapping(*parse_address(text)));
  };
  CHECK(plain("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(without_mapping(*parse_address("::ffff:c000:201")) == *parse_address("192.0.2.1"));
  for (const char* text : {"192.0.2.1", "2001:db8::5", "::1", "::192.0.2.1", "64:ff9b::c000:201",
                           "1::ffff:192.0.2.1"}) {
    CHECK(without_mapping(*parse_address(text)) == *parse_address(text));
  }
}

TEST_CASE("the text of no address is empty", "[core][address]") {
  CHECK(to_string(Address{}).empty());
}

TEST_CASE("the hash of an address depends on family, octets and seed only", "[core][address]") {
  const Address v4 = ipv4(0x7f000001U);
  Address v6 = v4;
  v6.family = Family::ipv6;
  CHECK(hash(v4) != hash(v6));
  CHECK(hash(v4, 1) != hash(v4, 2));
  CHECK(hash(v4) == hash(ipv4(0x7f000001U), 0));
  CHECK(hash(v4) == 0x6321c93e51d13ec2U);
  v6.octets[15] = 1;
  CHECK(hash(v6) != hash(*parse_address("7f00:1::")));
}

TEST_CASE("neighbouring addresses are distributed evenly", "[core][address]") {
  for (const std::uint64_t hands : {2U, 3U, 7U, 8U}) {
    std::vector<int> dealt(hands);
    for (std::uint32_t i = 0; i < 16384; ++i) ++dealt[hash(ipv4(0x7f000000U + i), 1) % hands];
    for (const int count : dealt) {
      CHECK(count > 16384 / static_cast<int>(hands) * 9 / 10);
      CHECK(count < 16384 / static_cast<int>(hands) * 11 / 10);
    }
  }
}

}  // namespace
}  // namespace mxsweep
