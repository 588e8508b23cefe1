// SPDX-License-Identifier: MIT
#include "mxsweep/core/base64.h"

#include <optional>
#include <string>
#include <string_view>

#include "support/catch.h"

namespace mxsweep {

TEST_CASE("base64 is read with and without padding", "[core][base64]") {
  // RFC 4648 section 10.
  CHECK(base64_decoded("") == "");
  CHECK(base64_decoded("Zg==") == "f");
  CHECK(base64_decoded("Zg") == "f");
  CHECK(base64_decoded("Zm8=") == "fo");
  CHECK(base64_decoded("Zm9vYmFy") == "foobar");
  CHECK(base64_decoded("+/+/") == "\xfb\xff\xbf");
}

TEST_CASE("octets become base64 with padding", "[core][base64]") {
  CHECK(base64_encoded("").empty());
  CHECK(base64_encoded("f") == "Zg==");
  CHECK(base64_encoded("fo") == "Zm8=");
  CHECK(base64_encoded("foobar") == "Zm9vYmFy");
  CHECK(base64_encoded("\xfb\xff\xbf") == "+/+/");
}

TEST_CASE("other octets are no base64", "[core][base64]") {
  for (const std::string_view text : {"Zg==Zg", "Zm 8", "Zm8\n", "Zm-8", "\xff", "=Zm8"}) {
    INFO(text);
    CHECK(base64_decoded(text) == std::nullopt);
  }
}

}  // namespace mxsweep
