// SPDX-License-Identifier: MIT
#include "mxsweep/imap/capabilities.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::imap {
namespace {

std::string all_of(std::string_view reply) {
  std::string text;
  Capabilities capabilities(reply);
  for (Capability capability; capabilities.next(capability);) {
    text.append(capability.keyword).append(":").append(capability.parameters).append(" ");
  }
  return text;
}

TEST_CASE("capabilities stand in a response of their own, or in the code of a status", "[imap]") {
  CHECK(all_of("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\na1 OK done\r\n") ==
        "IMAP4rev1: STARTTLS: AUTH:PLAIN ");
  CHECK(all_of("* OK [CAPABILITY IMAP4rev1  LOGINDISABLED] ready\r\n") ==
        "IMAP4rev1: LOGINDISABLED: ");
  CHECK(all_of("* capability a\r\na1 OK [CAPABILITY b] done\r\n") == "a: b: ");
}

TEST_CASE("other responses list none", "[imap]") {
  CHECK_FALSE(lists_capabilities("* OK ready\r\n"));
  CHECK_FALSE(lists_capabilities("* OK CAPABILITY STARTTLS\r\n"));
  CHECK_FALSE(lists_capabilities("* CAPABILITY\r\n"));
  CHECK_FALSE(offers("* OK [ALERT] STARTTLS\r\n", "STARTTLS"));
  CHECK(offers("* CAPABILITY starttls\r\n", "STARTTLS"));
  CHECK_FALSE(offers("* CAPABILITY XSTARTTLS\r\n", "STARTTLS"));
}

}  // namespace
}  // namespace mxsweep::imap
