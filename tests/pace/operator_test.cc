// SPDX-License-Identifier: MIT
#include "mxsweep/pace/operator.h"

#include "support/catch.h"

namespace mxsweep::pace {

TEST_CASE("the operator is the registered domain of the host", "[pace][operator]") {
  CHECK(registered_domain("mx1.mail.example.com") == "example.com");
  CHECK(registered_domain("example.com") == "example.com");
  CHECK(registered_domain("mx.a.example.co.uk") == "example.co.uk");
  CHECK(registered_domain("mx1.xn--bcher-kva.example.co.jp") == "example.co.jp");
  CHECK(operator_key("mx1.example.com") == operator_key("alt4.mx2.example.com"));
  CHECK(operator_key("mx1.example.com") != operator_key("mx1.example.net"));
}

TEST_CASE("a name without a registered domain is its own operator", "[pace][operator]") {
  CHECK(registered_domain("localhost") == "localhost");
  CHECK(registered_domain("co.uk") == "co.uk");
  CHECK(operator_key("localhost") != operator_key("co.uk"));
  CHECK(operator_key("localhost") != 0);
}

TEST_CASE("without a name there is no operator", "[pace][operator]") {
  CHECK(operator_key("") == 0);
  CHECK(registered_domain("").empty());
}

}  // namespace mxsweep::pace
