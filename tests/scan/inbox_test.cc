// SPDX-License-Identifier: MIT
#include "scan/inbox.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::scan {
namespace {

Errand errand_with(std::size_t meta_octets) {
  Errand errand;
  errand.target.set_words("mx.test", "", std::string(meta_octets, 'm'));
  return errand;
}

TEST_CASE("an inbox takes as many as it has places for while they are light", "[scan][inbox]") {
  Inbox inbox(8, 100'000);
  for (int i = 0; i < 8; ++i) {
    Errand errand = errand_with(10);
    REQUIRE(inbox.has_room());
    REQUIRE(inbox.push(errand));
  }
  Errand one_more = errand_with(10);
  CHECK_FALSE(inbox.has_room());
  CHECK_FALSE(inbox.push(one_more));
  CHECK(one_more.target.text() == "mx.test");
}

TEST_CASE("an inbox takes heavy ones up to its bound and one more, and again when they are gone",
          "[scan][inbox]") {
  Inbox inbox(1024, 100'000);
  for (int round = 0; round < 3; ++round) {
    int taken = 0;
    for (Errand errand = errand_with(30'000); inbox.push(errand); errand = errand_with(30'000)) {
      ++taken;
    }
    CHECK(taken == 4);
    CHECK_FALSE(inbox.has_room());
    Errand out;
    REQUIRE(inbox.pop(out));
    CHECK(inbox.has_room());
    while (inbox.pop(out)) {
    }
  }
}

TEST_CASE("one target may always wait, however heavy it is", "[scan][inbox]") {
  Inbox inbox(16, 0);
  Errand errand = errand_with(30'000);
  CHECK(inbox.push(errand));
}

}  // namespace
}  // namespace mxsweep::scan
