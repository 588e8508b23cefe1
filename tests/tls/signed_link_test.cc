// SPDX-License-Identifier: MIT
#include "mxsweep/tls/signed_link.h"

#include "support/catch.h"

namespace mxsweep::tls {
namespace {

TEST_CASE("the signature of a link is that of its path, its moment and the key", "[tls][link]") {
  const std::string signature = signature_of_link("/incident/42/acknowledge", 1764151330, "key");
  // printf '/incident/42/acknowledge\n1764151330' | openssl dgst -sha256 -hmac key
  CHECK(signature == "eb76040d8ad2822c7b22cec846dc72c6");
  CHECK(signature_of_link("/incident/43/acknowledge", 1764151330, "key") != signature);
  CHECK(signature_of_link("/incident/42/acknowledge", 1764151331, "key") != signature);
  CHECK(signature_of_link("/incident/42/acknowledge", 1764151330, "kez") != signature);
  CHECK(signed_query("/incident/42/acknowledge", WallTime{std::chrono::seconds{1764151330}},
                     "key") == "until=1764151330&sig=" + signature);
}

}  // namespace
}  // namespace mxsweep::tls
