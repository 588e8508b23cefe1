// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/capabilities.h"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::smtp {
namespace {

using Offer = std::vector<std::pair<std::string, std::string>>;

Offer offer_of(std::string_view reply) {
  const GuardedBytes guarded(reply);
  Capabilities capabilities(guarded.view());
  Offer offer;
  for (Capability capability; capabilities.next(capability);) {
    offer.emplace_back(capability.keyword, capability.parameters);
  }
  return offer;
}

std::string host_of(std::string_view reply) {
  const GuardedBytes guarded(reply);
  return std::string(Capabilities(guarded.view()).host());
}

bool offers_on_guard(std::string_view reply, std::string_view keyword) {
  const GuardedBytes guarded(reply);
  return offers(guarded.view(), keyword);
}

bool masked_on_guard(std::string_view reply) {
  const GuardedBytes guarded(reply);
  return has_masked_keyword(guarded.view());
}

constexpr std::string_view kPostfix =
    "250-mx.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n"
    "250-AUTH PLAIN LOGIN\r\n250-AUTH=PLAIN LOGIN\r\n250 DSN\r\n";

TEST_CASE("capabilities are returned as sent, in the server's order", "[smtp][capabilities]") {
  CHECK(offer_of(kPostfix) == Offer{{"PIPELINING", ""},
                                    {"SIZE", "10240000"},
                                    {"STARTTLS", ""},
                                    {"AUTH", "PLAIN LOGIN"},
                                    {"AUTH=", "PLAIN LOGIN"},
                                    {"DSN", ""}});
  CHECK(host_of(kPostfix) == "mx.test");
}

TEST_CASE("part of a reply has the capabilities of its lines", "[smtp][capabilities]") {
  const Offer whole = offer_of(kPostfix);
  for (std::size_t cut = 0; cut < kPostfix.size(); ++cut) {
    CAPTURE(cut);
    const Offer part = offer_of(kPostfix.substr(0, cut));
    REQUIRE(part.size() <= whole.size());
    for (std::size_t i = 0; i + 1 < part.size(); ++i) CHECK(part[i] == whole[i]);
  }
}

TEST_CASE("a reply of one line offers nothing", "[smtp][capabilities]") {
  CHECK(offer_of("250 mx.test\r\n").empty());
  CHECK(offer_of("250\r\n").empty());
  CHECK(offer_of("").empty());
  CHECK(host_of("250\r\n").empty());
  CHECK(host_of("").empty());
}

TEST_CASE("the first line is the server's name and never a keyword", "[smtp][capabilities]") {
  constexpr std::string_view kNamedSo = "250-STARTTLS hello\r\n250 DSN\r\n";
  CHECK(host_of(kNamedSo) == "STARTTLS");
  CHECK_FALSE(offers_on_guard(kNamedSo, "STARTTLS"));
  CHECK_FALSE(masked_on_guard("250-XXXXXXXX\r\n250 DSN\r\n"));
  CHECK(host_of("250-mx.test Hello [192.0.2.1], pleased to meet you\r\n250 DSN\r\n") == "mx.test");
  CHECK(host_of("250-mx.test\tHello\r\n250 DSN\r\n") == "mx.test");
  CHECK(host_of("250-  mx.test\r\n250 DSN\r\n") == "mx.test");
  CHECK(host_of("250-   \r\n250 DSN\r\n").empty());
}

TEST_CASE("a reply that could answer any command has no host", "[smtp][capabilities]") {
  for (const char* reply : {"250 2.0.0 Ok\r\n", "250 OK\r\n", "250 ok, go on\r\n", "250 2.0.0\r\n",
                            "250 2.1.0 Okay.\r\n", "250-2.0.0 OK\r\n250 DSN\r\n"}) {
    CAPTURE(reply);
    CHECK(host_of(reply).empty());
  }
  CHECK(host_of("250-2.0.0 mx.test hello\r\n250 DSN\r\n") == "mx.test");
  CHECK(host_of("250 okra.test\r\n") == "okra.test");
  CHECK(host_of("250 2.example\r\n") == "2.example");
}

TEST_CASE("a keyword is a whole word in any case", "[smtp][capabilities]") {
  CHECK(offers_on_guard(kPostfix, "STARTTLS"));
  CHECK(offers_on_guard(kPostfix, "starttls"));
  CHECK(offers_on_guard("250-a\r\n250 StartTLS\r\n", "STARTTLS"));
  CHECK(offers_on_guard("250-a\r\n250-auth=LOGIN\r\n250 DSN\r\n", "AUTH="));
  CHECK_FALSE(offers_on_guard("250-a\r\n250-auth=LOGIN\r\n250 DSN\r\n", "AUTH"));
  CHECK_FALSE(offers_on_guard("250-a\r\n250 STARTTLSX\r\n", "STARTTLS"));
  CHECK_FALSE(offers_on_guard("250-a\r\n250 XSTARTTLS\r\n", "STARTTLS"));
  CHECK_FALSE(offers_on_guard("250-a\r\n250 STARTTL\r\n", "STARTTLS"));
  CHECK_FALSE(offers_on_guard("250-a\r\n250 X-INFO no STARTTLS here\r\n", "STARTTLS"));
  CHECK_FALSE(offers_on_guard("250-a\r\n250 STARTTLS-LATER\r\n", "STARTTLS"));
}

TEST_CASE("keywords compare without regard to case, in ASCII only", "[smtp][capabilities]") {
  CHECK(same_keyword("", ""));
  CHECK(same_keyword("8BITMIME", "8bitmime"));
  CHECK(same_keyword("X-EXPS", "x-exps"));
  CHECK_FALSE(same_keyword("SIZE", "SIZ"));
  CHECK_FALSE(same_keyword("", "SIZE"));
  CHECK_FALSE(same_keyword("@A", "`A"));  // They differ only in the bit of a letter's case.
  CHECK_FALSE(same_keyword("[A", "{A"));
  CHECK_FALSE(same_keyword("\xc4", "\xe4"));
}

TEST_CASE(
    "blanks separate keyword and parameters, and the = of an old draft belongs to the keyword",
    "[smtp][capabilities]") {
  CHECK(offer_of("250-a\r\n250-AUTH=LOGIN\r\n250 AUTH= LOGIN PLAIN\r\n") ==
        Offer{{"AUTH=", "LOGIN"}, {"AUTH=", "LOGIN PLAIN"}});
  CHECK(offer_of("250-a\r\n250 XVERP=DSN\r\n") == Offer{{"XVERP=", "DSN"}});
  CHECK(offer_of("250-a\r\n250-SIZE\t100\r\n250  SIZE   100  \r\n") ==
        Offer{{"SIZE", "100"}, {"SIZE", "100"}});
  CHECK(offer_of("250-a\r\n250-SIZE \r\n250 AUTH=\r\n") == Offer{{"SIZE", ""}, {"AUTH=", ""}});
  CHECK(offer_of("250-a\r\n250 LIMITS RCPTMAX=20 MAILMAX=5\r\n") ==
        Offer{{"LIMITS", "RCPTMAX=20 MAILMAX=5"}});
}

TEST_CASE("lines without a word are skipped, odd ones are kept", "[smtp][capabilities]") {
  CHECK(offer_of("250-a\r\n250-\r\n250-  \r\n\r\n250 DSN\r\n") == Offer{{"DSN", ""}});
  CHECK(offer_of("250-a\r\nUnexpected but legal\r\n250 DSN\r\n") ==
        Offer{{"Unexpected", "but legal"}, {"DSN", ""}});
  CHECK(offer_of("250-a\r\n250-=odd\r\n250 =\r\n") == Offer{{"=odd", ""}, {"=", ""}});
  CHECK(offer_of("250-a\n250-SIZE 5\n250 DSN\n") == Offer{{"SIZE", "5"}, {"DSN", ""}});
}

TEST_CASE("a keyword that a middlebox has overwritten is detected", "[smtp][capabilities]") {
  CHECK(masked_on_guard("250-a\r\n250-XXXX\r\n250 DSN\r\n"));
  CHECK(masked_on_guard("250-a\r\n250-XXXXXXXA\r\n250 DSN\r\n"));
  CHECK(masked_on_guard("250-a\r\n250-DSN\r\n250 XXXXXXXX\r\n"));
  CHECK(masked_on_guard("250-a\r\n250 XXXXXXXX parameters\r\n"));
  CHECK_FALSE(masked_on_guard(kPostfix));
  CHECK_FALSE(masked_on_guard("250-a\r\n250-XXX\r\n250 XXA\r\n"));
  CHECK_FALSE(masked_on_guard("250-a\r\n250-xxxxxxxx\r\n250 XXXXXXXa\r\n"));
  CHECK_FALSE(masked_on_guard("250-a\r\n250-XEXCH50\r\n250 XXXXAA\r\n"));
  CHECK_FALSE(masked_on_guard("250-a\r\n250 X-INFO XXXXXXXX\r\n"));
  CHECK_FALSE(masked_on_guard("250 XXXXXXXX\r\n"));
}

}  // namespace
}  // namespace mxsweep::smtp
