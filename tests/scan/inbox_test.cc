// SPDX-License-Identifier: MIT
#include "scan/inbox.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::scan {
namespace {

Task errand_with(std::size_t meta_octets) {
  Task task;
  task.target.set_words("mx.test", "", std::string(meta_octets, 'm'));
  return task;
}

TEST_CASE("an inbox takes as many small tasks as it has places", "[scan][inbox]") {
  Inbox inbox(8, 100'000);
  for (int i = 0; i < 8; ++i) {
    Task task = errand_with(10);
    REQUIRE(inbox.has_room());
    REQUIRE(inbox.push(task));
  }
  Task one_more = errand_with(10);
  CHECK_FALSE(inbox.has_room());
  CHECK_FALSE(inbox.push(one_more));
  CHECK(one_more.target.text() == "mx.test");
}

TEST_CASE("an inbox takes large tasks up to its bound and one more, and again after they are taken",
          "[scan][inbox]") {
  Inbox inbox(1024, 100'000);
  for (int round = 0; round < 3; ++round) {
    int taken = 0;
    for (Task task = errand_with(30'000); inbox.push(task); task = errand_with(30'000)) {
      ++taken;
    }
    CHECK(taken == 4);
    CHECK_FALSE(inbox.has_room());
    Task out;
    REQUIRE(inbox.pop(out));
    CHECK(inbox.has_room());
    while (inbox.pop(out)) {
    }
  }
}

TEST_CASE("one task may always wait, however large it is", "[scan][inbox]") {
  Inbox inbox(16, 0);
  Task task = errand_with(30'000);
  CHECK(inbox.push(task));
}

}  // namespace
}  // namespace mxsweep::scan
