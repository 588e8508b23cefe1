// SPDX-License-Identifier: MIT
#include "mxsweep/probe/sources.h"

#include <map>

#include "support/catch.h"

namespace mxsweep::probe {
namespace {

Address at(std::string_view text) { return *parse_address(text); }

}  // namespace

TEST_CASE("a target always sees the same source address, and each source has its share",
          "[probe][sources]") {
  Sources sources;
  for (const char* const text : {"127.0.0.2", "127.0.0.3", "127.0.0.4"}) sources.add(at(text));
  std::map<Address, int> targets;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const Address target = ipv4(0x0a000000 + i);
    const Address source = sources.choose(target);
    CHECK(sources.choose(target) == source);
    ++targets[source];
  }
  REQUIRE(targets.size() == 3);
  for (const auto& [source, count] : targets) CHECK((count > 900 && count < 1100));
}

TEST_CASE("a source is of its target's family", "[probe][sources]") {
  Sources sources;
  CHECK(sources.empty());
  sources.add(at("2001:db8::1"));
  sources.add(at("192.0.2.1"));
  CHECK(sources.contains(at("192.0.2.1")));
  CHECK_FALSE(sources.contains(at("192.0.2.2")));
  CHECK(sources.choose(at("198.51.100.7")) == at("192.0.2.1"));
  CHECK(sources.choose(at("2001:db8:1::7")) == at("2001:db8::1"));
  CHECK(sources.all() == std::vector<Address>{at("192.0.2.1"), at("2001:db8::1")});
  Sources only_ipv6;
  only_ipv6.add(at("2001:db8::1"));
  CHECK(only_ipv6.choose(at("198.51.100.7")).family == Family::none);
}

}  // namespace mxsweep::probe
