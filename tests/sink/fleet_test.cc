// SPDX-License-Identifier: MIT
#include "mxsweep/sink/fleet.h"

#include <cmath>

#include "mxsweep/sink/control.h"
#include "support/catch.h"

namespace mxsweep::sink {
namespace {

constexpr std::uint32_t kFleetFirst = 0x7f010000;  // 127.1.0.0
constexpr std::uint32_t kFleetAddresses = 65536;

TEST_CASE("each persona has its share of the addresses", "[sink][fleet]") {
  for (const std::uint64_t seed : {1U, 2U, 77U}) {
    const Fleet fleet(*read_personas(builtin_personas()), seed);
    std::vector<double> seen(fleet.personas().size());
    for (std::uint32_t i = 0; i < kFleetAddresses; ++i)
      ++seen[fleet.index_at(ipv4(kFleetFirst + i))];
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const double share = fleet.personas()[i].weight / 1000.0;
      const double expected = share * kFleetAddresses;
      const double deviation = std::sqrt(expected * (1 - share));
      INFO(fleet.personas()[i].name << ", seed " << seed);
      CHECK(std::abs(seen[i] - expected) < 5 * deviation);
    }
  }
}

TEST_CASE("the same seed assigns the same personas, another seed others", "[sink][fleet]") {
  const Fleet one(*read_personas(builtin_personas()), 1);
  const Fleet again(*read_personas(builtin_personas()), 1);
  const Fleet other(*read_personas(builtin_personas()), 2);
  std::uint32_t moved = 0;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const Address address = ipv4(kFleetFirst + i);
    REQUIRE(one.index_at(address) == again.index_at(address));
    if (one.index_at(address) != other.index_at(address)) ++moved;
  }
  CHECK(moved > 2000);
}

TEST_CASE("a single persona has all addresses", "[sink][fleet]") {
  std::vector<Persona> personas = *read_personas(builtin_personas());
  REQUIRE(keep_only(personas, {"silent"}) == std::nullopt);
  const Fleet fleet(std::move(personas), 1);
  for (std::uint32_t i = 0; i < 100; ++i) {
    REQUIRE(fleet.persona_at(ipv4(kFleetFirst + i)).name == "silent");
  }
  CHECK(fleet.persona_at(*parse_address("::1")).name == "silent");
}

TEST_CASE("a fleet that is changed answers as told, and as before once that is taken back",
          "[sink][fleet]") {
  Fleet fleet(*read_personas(builtin_personas()), 1);
  const Address inside = ipv4(kFleetFirst + 0x205);
  const Address outside = ipv4(kFleetFirst + 0x305);
  const std::size_t before = fleet.index_at(inside);
  const std::size_t beside = fleet.index_at(outside);

  CHECK(obey(fleet, "127.1.2.0/24 close_at_connect") == "ok");
  CHECK(fleet.persona_at(inside).name == "close_at_connect");
  CHECK(fleet.index_at(outside) == beside);

  // Of two that overlap, the later one.
  CHECK(obey(fleet, "127.1.2.5 silent") == "ok");
  CHECK(fleet.persona_at(inside).name == "silent");
  CHECK(obey(fleet, "127.1.2.0/24 flood") == "ok");
  CHECK(fleet.persona_at(inside).name == "flood");

  CHECK(obey(fleet, "127.1.0.0/16 original") == "ok");
  CHECK(fleet.index_at(inside) == before);
}

TEST_CASE("a command that cannot be obeyed has an answer that says why", "[sink][fleet]") {
  Fleet fleet(*read_personas(builtin_personas()), 1);
  for (const char* line : {"", "127.1.2.0/24", "127.1.2.0/40 silent", "x silent", " ", "::1"}) {
    INFO(line);
    CHECK(obey(fleet, line) == "error: write PREFIX PERSONA, as in: 127.1.2.0/24 close_at_connect");
  }
  CHECK(obey(fleet, "127.1.2.0/24 silnt") ==
        "error: there is no such persona; did you mean silent?");
}

}  // namespace
}  // namespace mxsweep::sink
