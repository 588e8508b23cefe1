// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/zone.h"

#include <string>

#include "blocklists/lists.h"
#include "mxsweep/dns/message.h"
#include "support/catch.h"

namespace mxsweep::blocklists {
namespace {

TEST_CASE("an IPv4 address is asked for by its octets in reverse order", "[blocklists][zone]") {
  CHECK(query_name(zone_for(Kind::ip4), at("192.0.2.10")) == "10.2.0.192.zen.example");
}

// RFC 5782 section 2.4 has this address, in a zone of its own.
TEST_CASE("an IPv6 address is asked for by its 32 nibbles in reverse order", "[blocklists][zone]") {
  const Zone zone = zone_for(Kind::ip6, "ugly.example.com");
  CHECK(query_name(zone, at("2001:db8:1:2:3:4:567:89ab")) ==
        "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com");
  CHECK(query_name(zone, at("::1")) ==
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ugly.example.com");
  CHECK(query_name(zone, at("::ffff:127.0.0.2")) ==
        "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ugly.example.com");
}

TEST_CASE("a domain is asked for as it is", "[blocklists][zone]") {
  CHECK(query_name(zone_for(Kind::domain), "example.org") == "example.org.zen.example");
}

TEST_CASE("a name that is too long for DNS is no name", "[blocklists][zone]") {
  std::string domain = std::string(63, 'a') + '.' + std::string(63, 'b') + '.' +
                       std::string(63, 'c') + '.' + std::string(50, 'd');
  REQUIRE(dns::is_name(domain));
  CHECK(query_name(zone_for(Kind::domain), domain).empty());
}

TEST_CASE("the key is in the question and in nothing that is shown", "[blocklists][zone]") {
  Zone zone = zone_for(Kind::ip4, "${key}.zen.example");
  zone.kinds.add(Kind::domain);
  zone.key = Secret("s3cret0key");
  CHECK(query_name(zone, at("192.0.2.10")) == "10.2.0.192.s3cret0key.zen.example");
  CHECK(query_name(zone, "example.org") == "example.org.s3cret0key.zen.example");
  CHECK(shown_name(zone, at("192.0.2.10")) == "10.2.0.192.<key>.zen.example");
  CHECK(shown_name(zone, "example.org") == "example.org.<key>.zen.example");
  CHECK(line_of(zone) ==
        "zen: <key>.zen.example for ip4, domain; at most 50000 questions a day, 50 a second");
}

}  // namespace
}  // namespace mxsweep::blocklists
