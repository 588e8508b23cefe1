// SPDX-License-Identifier: MIT
#include "mxsweep/sink/fleet.h"

#include <cmath>

#include "support/catch.h"

namespace mxsweep::sink {
namespace {

constexpr std::uint32_t kFirst = 0x7f010000;  // 127.1.0.0
constexpr std::uint32_t kAddresses = 65536;

TEST_CASE("each persona has its share of the addresses", "[sink][fleet]") {
  for (const std::uint64_t seed : {1U, 2U, 77U}) {
    const Fleet fleet(read_personas(builtin_personas()).personas, seed);
    std::vector<double> seen(fleet.personas().size());
    for (std::uint32_t i = 0; i < kAddresses; ++i) ++seen[fleet.index_at(ipv4(kFirst + i))];
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const double share = fleet.personas()[i].weight / 1000.0;
      const double expected = share * kAddresses;
      const double deviation = std::sqrt(expected * (1 - share));
      INFO(fleet.personas()[i].name << ", seed " << seed);
      CHECK(std::abs(seen[i] - expected) < 5 * deviation);
    }
  }
}

TEST_CASE("the same seed assigns the same personas, another seed others", "[sink][fleet]") {
  const Fleet one(read_personas(builtin_personas()).personas, 1);
  const Fleet again(read_personas(builtin_personas()).personas, 1);
  const Fleet other(read_personas(builtin_personas()).personas, 2);
  std::uint32_t moved = 0;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const Address address = ipv4(kFirst + i);
    REQUIRE(one.index_at(address) == again.index_at(address));
    if (one.index_at(address) != other.index_at(address)) ++moved;
  }
  CHECK(moved > 2000);
}

TEST_CASE("a single persona has all addresses", "[sink][fleet]") {
  std::vector<Persona> personas = read_personas(builtin_personas()).personas;
  REQUIRE(keep_only(personas, {"silent"}) == "");
  const Fleet fleet(std::move(personas), 1);
  for (std::uint32_t i = 0; i < 100; ++i) {
    REQUIRE(fleet.persona_at(ipv4(kFirst + i)).name == "silent");
  }
  CHECK(fleet.persona_at(*parse_address("::1")).name == "silent");
}

}  // namespace
}  // namespace mxsweep::sink
