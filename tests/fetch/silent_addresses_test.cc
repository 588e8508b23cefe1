// SPDX-License-Identifier: MIT
#include "fetch/silent_addresses.h"

#include "support/catch.h"

namespace mxsweep::fetch {
namespace {

using namespace std::chrono_literals;

const Address kSilent = ipv4(0xC0000201);
const Address kOther = ipv4(0xC0000202);
constexpr Instant kBegin{1h};

TEST_CASE("an address is silent after three time-outs in a row, for a minute",
          "[fetch][silent_addresses]") {
  SilentAddresses silent;
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(silent.contains(kSilent, kBegin));
    silent.on_ended(kSilent, true, kBegin);
  }
  CHECK(silent.contains(kSilent, kBegin));
  CHECK_FALSE(silent.contains(kOther, kBegin));
  CHECK(silent.contains(kSilent, kBegin + 59s));
  CHECK_FALSE(silent.contains(kSilent, kBegin + 60s));
  // One more is tried, and times out like the others.
  silent.on_ended(kSilent, true, kBegin + 70s);
  CHECK(silent.contains(kSilent, kBegin + 129s));
}

TEST_CASE("an answer of any kind ends the silence of an address", "[fetch][silent_addresses]") {
  SilentAddresses silent;
  silent.on_ended(kSilent, true, kBegin);
  silent.on_ended(kSilent, true, kBegin);
  silent.on_ended(kSilent, false, kBegin);
  silent.on_ended(kSilent, true, kBegin);
  CHECK_FALSE(silent.contains(kSilent, kBegin));
}

TEST_CASE("silent addresses are forgotten when there are very many", "[fetch][silent_addresses]") {
  SilentAddresses silent;
  for (int i = 0; i < 3; ++i) silent.on_ended(kSilent, true, kBegin);
  for (std::uint32_t i = 1; i < kSilentAddressesMax; ++i) {
    silent.on_ended(ipv4(0x0A00'0000 + i), true, kBegin);
  }
  CHECK(silent.contains(kSilent, kBegin));
  silent.on_ended(kOther, true, kBegin);
  CHECK_FALSE(silent.contains(kSilent, kBegin));
}

}  // namespace
}  // namespace mxsweep::fetch
