// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/greeting.h"

#include <string>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::smtp {
namespace {

std::string name_in(std::string_view first_line) {
  const GuardedBytes guarded(first_line);
  return std::string(host_of_greeting(guarded.view()));
}

TEST_CASE("the name of a server is the first word of its greeting", "[smtp][greeting]") {
  CHECK(name_in("mx.test ESMTP Postfix") == "mx.test");
  CHECK(name_in("mx.test") == "mx.test");
  CHECK(name_in(" \tmx.test\tESMTP") == "mx.test");
  CHECK(name_in("[IPv6:2001:db8::1] ready") == "[IPv6:2001:db8::1]");
  CHECK(name_in("mx_1.test") == "mx_1.test");
}

TEST_CASE("a greeting may have no name", "[smtp][greeting]") {
  CHECK(name_in("").empty());
  CHECK(name_in(" \t ").empty());
  CHECK(name_in("ESMTP ready").empty());
  CHECK(name_in("esmtp").empty());
  CHECK(name_in("****************").empty());
  CHECK(name_in("mx.test, at your service").empty());
  CHECK(name_in("gr\xfc\xdf.test ESMTP").empty());
}

}  // namespace
}  // namespace mxsweep::smtp
