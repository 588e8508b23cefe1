// SPDX-License-Identifier: MIT
#include "mxsweep/targets/target.h"

#include <string>
#include <utility>

#include "support/catch.h"

using mxsweep::targets::Target;

TEST_CASE("a target keeps its words apart and its own", "[targets][target]") {
  Target target;
  CHECK(target.text().empty());
  CHECK(target.name().empty());
  CHECK(target.meta().empty());

  std::string source = "192.0.2.10|mx.example.net|{\"rack\":\"b7\"}";
  const std::string_view all = source;
  target.set_words(all.substr(0, 10), all.substr(11, 14), all.substr(26));
  source.assign(source.size(), '!');
  CHECK(target.text() == "192.0.2.10");
  CHECK(target.name() == "mx.example.net");
  CHECK(target.meta() == "{\"rack\":\"b7\"}");

  SECTION("they move with it") {
    const Target moved = std::move(target);
    CHECK(moved.name() == "mx.example.net");
  }
  SECTION("new words leave nothing of the old") {
    target.set_words("2001:db8::5", "", "");
    CHECK(target.text() == "2001:db8::5");
    CHECK(target.name().empty());
    CHECK(target.meta().empty());
  }
  SECTION("any of them may be missing") {
    target.set_words("a", "", "1");
    CHECK(target.name().empty());
    CHECK(target.meta() == "1");
    target.set_words("a", "b", "");
    CHECK(target.name() == "b");
    CHECK(target.meta().empty());
  }
}

TEST_CASE("a target is small, since tens of thousands wait at once", "[targets][target]") {
  CHECK(sizeof(Target) <= 72);
}
