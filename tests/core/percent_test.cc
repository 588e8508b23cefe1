// SPDX-License-Identifier: MIT
#include "mxsweep/core/percent.h"

#include <string>

#include "support/catch.h"

namespace mxsweep {
namespace {

TEST_CASE("what is encoded is decoded to the same octets", "[core][percent]") {
  std::string all;
  for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
  const std::string encoded = percent_encoded(all);
  CHECK(percent_decoded(encoded) == all);
  CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encoded("a b/\u00fc") == "a%20b%2F%C3%BC");
  CHECK(percent_decoded("a+b") == "a+b");
}

}  // namespace
}  // namespace mxsweep
