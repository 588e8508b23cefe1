// SPDX-License-Identifier: MIT
#include "mxsweep/sasl/mechanism.h"

#include <string_view>

#include "support/catch.h"

namespace mxsweep::sasl {
namespace {

std::string_view chosen(std::string_view offered, const Policy& policy) {
  const Choice choice = choose(offered, policy);
  return choice.fault == ChoiceFault::none ? to_string(choice.mechanism)
                                           : sentence_of(choice.fault);
}

}  // namespace

TEST_CASE("the best mechanism that is offered is chosen", "[sasl][mechanism]") {
  const Policy policy{.under_tls = true};
  CHECK(chosen("PLAIN LOGIN SCRAM-SHA-256", policy) == "SCRAM-SHA-256");
  CHECK(chosen("LOGIN PLAIN", policy) == "PLAIN");
  CHECK(chosen("login", policy) == "LOGIN");
  CHECK(chosen("NTLM  LOGIN", policy) == "LOGIN");
  CHECK(chosen("PLAIN XOAUTH2 OAUTHBEARER", {.under_tls = true, .token = true}) == "OAUTHBEARER");
}

TEST_CASE("names of mechanisms are whole words", "[sasl][mechanism]") {
  CHECK(chosen("PLAINTEXT SCRAM-SHA-256-PLUS", {.under_tls = true}) ==
        "the server offers no mechanism that can be used with this secret");
  CHECK(chosen(" ", {.under_tls = true}) == "the server offers no authentication");
}

TEST_CASE("without TLS no mechanism shows the secret unless that is allowed", "[sasl][mechanism]") {
  const std::string_view in_clear =
      "without TLS every mechanism that could be used would show the secret";
  CHECK(chosen("PLAIN LOGIN", {}) == in_clear);
  CHECK(chosen("XOAUTH2", {.token = true}) == in_clear);
  CHECK(chosen("PLAIN", {.only = Mechanism::plain}) == in_clear);
  CHECK(chosen("PLAIN SCRAM-SHA-256", {}) == "SCRAM-SHA-256");
  CHECK(chosen("PLAIN LOGIN", {.allow_in_clear = true}) == "PLAIN");
}

TEST_CASE("a mechanism that was asked for is used or none", "[sasl][mechanism]") {
  Policy policy{.under_tls = true, .only = Mechanism::login};
  CHECK(chosen("SCRAM-SHA-256 LOGIN", policy) == "LOGIN");
  CHECK(chosen("SCRAM-SHA-256 PLAIN", policy) ==
        "the server does not offer the mechanism that was asked for");
  policy.only = Mechanism::xoauth2;
  CHECK(chosen("XOAUTH2", policy) ==
        "the mechanism that was asked for does not go with this kind of secret");
}

TEST_CASE("a mechanism is found by its name", "[sasl][mechanism]") {
  CHECK(mechanism_of("scram-sha-256") == Mechanism::scram_sha_256);
  CHECK(mechanism_of("XOAUTH2") == Mechanism::xoauth2);
  CHECK_FALSE(mechanism_of("CRAM-MD5"));
}

}  // namespace mxsweep::sasl
