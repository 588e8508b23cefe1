// SPDX-License-Identifier: MIT
#include "mxsweep/pace/routes.h"

#include <set>

#include "mxsweep/pace/suspicion.h"
#include "support/catch.h"

namespace mxsweep::pace {
namespace {

// A machine's routes, of which those to single addresses need no default route.
struct Machine {
  bool ipv4_default = true;
  bool ipv6_default = false;
  std::set<Address> routed;
  std::size_t lookups = 0;

  [[nodiscard]] HasRoute look_up() {
    return [this](const Address& address) {
      ++lookups;
      const bool by_default = address.family == Family::ipv6 ? ipv6_default : ipv4_default;
      return by_default || routed.contains(address);
    };
  }
};

const Address kNear = *parse_address("10.1.0.1");
const Address kNearIpv6 = *parse_address("2001:2::1");

TEST_CASE("with a default route, an address without a route is the target's own",
          "[pace][routes]") {
  Machine machine;
  Routes routes(machine.look_up());
  routes.begin();
  CHECK(!routes.lost(Family::ipv4));
}

TEST_CASE("a default route that was there at the start and is not is lost, and may return",
          "[pace][routes]") {
  Machine machine;
  Routes routes(machine.look_up());
  routes.begin();
  machine.ipv4_default = false;
  const std::optional<Address> lost = routes.lost(Family::ipv4);
  REQUIRE(lost.has_value());
  CHECK(!routes.has_route(*lost));
  machine.ipv4_default = true;
  CHECK(routes.has_route(*lost));
  CHECK(!routes.lost(Family::ipv4));
}

TEST_CASE("an IPv6 target on a machine that never had IPv6 is the target's own", "[pace][routes]") {
  Machine machine;
  Routes routes(machine.look_up());
  routes.begin();
  CHECK(!routes.lost(Family::ipv6));
  machine.ipv4_default = false;
  CHECK(!routes.lost(Family::ipv6));
  CHECK(routes.lost(Family::ipv4));
}

TEST_CASE("without a default route at the start, the last connection is the reference",
          "[pace][routes]") {
  Machine machine;
  machine.ipv4_default = false;
  machine.routed = {kNear, kNearIpv6};
  Routes routes(machine.look_up());
  routes.begin();
  CHECK(!routes.lost(Family::ipv4));  // Nothing was reached yet.
  routes.connected(kNear);
  CHECK(!routes.lost(Family::ipv4));
  CHECK(!routes.lost(Family::ipv6));
  routes.connected(kNearIpv6);
  machine.routed.clear();
  CHECK(routes.lost(Family::ipv4) == kNear);
  CHECK(routes.lost(Family::ipv6) == kNearIpv6);
}

TEST_CASE("a route to one network does not replace a default route that was there",
          "[pace][routes]") {
  Machine machine;
  machine.routed = {kNear};
  Routes routes(machine.look_up());
  routes.begin();
  routes.connected(kNear);
  machine.routed.clear();
  CHECK(!routes.lost(Family::ipv4));
  machine.routed = {kNear};
  machine.ipv4_default = false;
  CHECK(routes.lost(Family::ipv4));
}

TEST_CASE("the loopback is no reference: it has a route without any network", "[pace][routes]") {
  Machine machine;
  machine.ipv4_default = false;
  Routes routes(machine.look_up());
  routes.begin();
  for (const std::string_view text : {"127.0.0.1", "127.3.0.1", "::1"}) {
    routes.connected(*parse_address(text));
  }
  CHECK(!routes.lost(Family::ipv4));
  CHECK(!routes.lost(Family::ipv6));
}

TEST_CASE("a connection costs no look-up", "[pace][routes]") {
  Machine machine;
  Routes routes(machine.look_up());
  routes.begin();
  const std::size_t at_start = machine.lookups;
  routes.connected(kNear);
  CHECK(machine.lookups == at_start);
}

TEST_CASE("where a packet has arrived, there is a route", "[pace][suspicion]") {
  for (const Cause cause : {Cause::local_no_route, Cause::net_unreachable, Cause::net_timeout,
                            Cause::protocol_silent}) {
    CHECK(may_lack_route(cause));
  }
  for (const Cause cause : {Cause::net_refused, Cause::net_reset, Cause::none}) {
    CHECK(!may_lack_route(cause));
  }
}

TEST_CASE("a reply and a close are never suspicious", "[pace][suspicion]") {
  for (const Cause cause : {Cause::none, Cause::net_closed_early, Cause::protocol_not_smtp,
                            Cause::local_resource, Cause::local_interrupted}) {
    CHECK(!is_suspicious(cause));
  }
}

}  // namespace
}  // namespace mxsweep::pace
