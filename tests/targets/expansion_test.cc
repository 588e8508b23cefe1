// SPDX-License-Identifier: MIT
#include "mxsweep/targets/expansion.h"

#include <optional>
#include <string>

#include "support/catch.h"

namespace mxsweep::targets {
namespace {

Expansion expansion(std::string_view first, std::string_view last,
                    std::vector<std::uint16_t> ports = {25}) {
  return {.range = {*parse_address(first), *parse_address(last)}, .ports = std::move(ports)};
}

// "192.0.2.1:25"; empty: no remote host can have that address.
std::string at(const Expansion& all, std::uint64_t number) {
  Target target;
  if (!all.at(number, target)) return {};
  return to_string(target.address) + ":" + std::to_string(target.port);
}

}  // namespace

TEST_CASE("each number of an expansion is an address and a port", "[targets][expansion]") {
  const Expansion all = expansion("192.0.2.254", "192.0.3.1", {25, 587});
  CHECK(all.count() == 8);
  CHECK(at(all, 0) == "192.0.2.254:25");
  CHECK(at(all, 1) == "192.0.2.254:587");
  CHECK(at(all, 4) == "192.0.3.0:25");
  CHECK(at(all, 7) == "192.0.3.1:587");
  const Expansion six = expansion("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:2::1");
  CHECK(six.count() == 3);
  CHECK(at(six, 0) == "2001:db8:0:1:ffff:ffff:ffff:ffff:25");
  CHECK(at(six, 2) == "2001:db8:0:2::1:25");
}

TEST_CASE("a name is one target on each port", "[targets][expansion]") {
  const Expansion all{.range = {}, .ports = {25, 587, 465}};
  CHECK(all.count() == 3);
  Target target;
  CHECK(all.at(2, target));
  CHECK(target.port == 465);
  CHECK(target.address.family == Family::none);
}

TEST_CASE("a number of an expansion may be no target: no remote host can have its address",
          "[targets][expansion]") {
  const Expansion all = expansion("::fffe:ffff:ffff", "::ffff:100:0");
  CHECK(all.count() == 0x100'0002);
  CHECK(at(all, 0) == "::fffe:ffff:ffff:25");
  CHECK(at(all, 1).empty());  // 0.0.0.0, mapped.
  CHECK(at(all, 0x100'0001) == "1.0.0.0:25");
}

TEST_CASE("the addresses of the largest ranges are taken at equal distances",
          "[targets][expansion]") {
  const Expansion subnet = expansion("2001:db8::", "2001:db8::ffff:ffff:ffff:ffff");
  CHECK(subnet.count() == UINT64_MAX);
  CHECK(at(subnet, 1) == "2001:db8::1:25");
  CHECK(at(subnet, UINT64_MAX - 1) == "2001:db8::ffff:ffff:ffff:fffe:25");
  const Expansion site = expansion("2001:db8::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff");
  CHECK(site.count() == UINT64_MAX);
  CHECK(at(site, 1) == "2001:db8::1:0:25");
  CHECK(at(site, UINT64_MAX - 1) == "2001:db8:0:ffff:ffff:ffff:fffe:0:25");
  const Expansion more = expansion("2001:db8::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff", {25, 587});
  CHECK(more.count() == UINT64_MAX - 1);
  CHECK(at(more, 3) == "2001:db8::1:0:587");
  const Expansion all = expansion("::1", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  CHECK(at(all, 0) == "::1:25");
  CHECK(at(all, 1) == "::1:0:0:0:1:25");
  CHECK(at(all, all.count() - 1) == "feff:ffff:ffff:ffff::1:25");
}

}  // namespace mxsweep::targets
