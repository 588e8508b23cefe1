// SPDX-License-Identifier: MIT
#include "mxsweep/core/ascii.h"

#include <string_view>

#include "support/catch.h"

namespace mxsweep {
namespace {

TEST_CASE("digits, letters and case are those of ASCII, for every octet", "[core][ascii]") {
  constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kSmall = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kDigits = "0123456789";
  for (int octet = 0; octet < 256; ++octet) {
    INFO(octet);
    const char c = static_cast<char>(octet);
    const std::size_t capital = kCapitals.find(c);
    CHECK(is_upper(c) == (capital != kCapitals.npos));
    CHECK(is_lower(c) == (kSmall.find(c) != kSmall.npos));
    CHECK(is_digit(c) == (kDigits.find(c) != kDigits.npos));
    CHECK(is_alphanumeric(c) == (is_upper(c) || is_lower(c) || is_digit(c)));
    CHECK(lower(c) == (capital == kCapitals.npos ? c : kSmall[capital]));
  }
}

}  // namespace
}  // namespace mxsweep
