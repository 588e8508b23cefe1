// SPDX-License-Identifier: MIT
#include "fetch/lanes.h"

#include <optional>
#include <vector>

#include "support/catch.h"

namespace mxsweep::fetch {
namespace {

const Address kOne = ipv4(0xC0000201);
const Address kTwo = ipv4(0xC0000202);

std::vector<std::uint64_t> take_all(Lanes& lanes) {
  std::vector<std::uint64_t> taken;
  while (const std::optional<std::uint64_t> number = lanes.take()) taken.push_back(*number);
  return taken;
}

TEST_CASE("an address has as many requests at once as it may have", "[fetch][lanes]") {
  Lanes lanes(64, 2);
  for (std::uint64_t number = 0; number < 5; ++number) lanes.add(number, kOne);
  CHECK(take_all(lanes) == std::vector<std::uint64_t>{0, 1});
  lanes.end(kOne);
  CHECK(take_all(lanes) == std::vector<std::uint64_t>{2});
  lanes.end(kOne);
  lanes.end(kOne);
  CHECK(take_all(lanes) == std::vector<std::uint64_t>{3, 4});
}

TEST_CASE("an address with many requests does not hold up another", "[fetch][lanes]") {
  Lanes lanes(64, 2);
  for (std::uint64_t number = 0; number < 1000; ++number) lanes.add(number, kOne);
  lanes.add(1000, kTwo);
  CHECK(take_all(lanes) == std::vector<std::uint64_t>{0, 1000, 1});
}

TEST_CASE("addresses take turns where there is a limit in all", "[fetch][lanes]") {
  Lanes lanes(2, 2);
  for (std::uint64_t number = 0; number < 4; ++number) lanes.add(number, kOne);
  for (std::uint64_t number = 10; number < 14; ++number) lanes.add(number, kTwo);
  CHECK(take_all(lanes) == std::vector<std::uint64_t>{0, 10});
  CHECK(lanes.running() == 2);
  lanes.end(kOne);
  CHECK(take_all(lanes) == std::vector<std::uint64_t>{1});
  lanes.end(kOne);
  CHECK(take_all(lanes) == std::vector<std::uint64_t>{11});
}

TEST_CASE("an address whose requests have ended is forgotten", "[fetch][lanes]") {
  Lanes lanes(64, 2);
  for (std::uint64_t number = 0; number < 100; ++number) {
    lanes.add(number, ipv4(0x0B000000 + static_cast<std::uint32_t>(number)));
    REQUIRE(take_all(lanes).size() == 1);
    lanes.end(ipv4(0x0B000000 + static_cast<std::uint32_t>(number)));
  }
  CHECK(lanes.addresses() == 0);
  CHECK(lanes.running() == 0);
}

}  // namespace
}  // namespace mxsweep::fetch
