// SPDX-License-Identifier: MIT
#include "mxsweep/tls/hmac.h"

#include <string>

#include "mxsweep/tls/sha256.h"
#include "support/catch.h"

namespace mxsweep::tls {
namespace {

TEST_CASE("HMAC-SHA256 is that of RFC 4231", "[tls][hmac]") {
  const auto hmac = [](std::string_view key, std::string_view text) {
    return to_hexadecimal(hmac_sha256(key, text));
  };
  CHECK(hmac(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace mxsweep::tls
