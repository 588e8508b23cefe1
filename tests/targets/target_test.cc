// SPDX-License-Identifier: MIT
#include "mxsweep/targets/target.h"

#include <string>
#include <utility>

#include "support/catch.h"

using mxsweep::targets::Target;

TEST_CASE("a target owns its words and keeps them apart", "[targets][target]") {
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

TEST_CASE("the host is the part of the text before the port and the name for TLS",
          "[targets][target]") {
  Target target;
  for (const char* const text :
       {"mx1.test", "mx1.test:587", "mx1.test,587", "mx1.test:25,b.test"}) {
    target.set_words(text, "", "");
    CHECK(target.host() == "mx1.test");
  }
}

TEST_CASE("resolution sets the name for TLS, unless the list gave one", "[targets][target]") {
  Target target;
  target.set_words("MX1.test:25", "", "{}");
  target.use_name("mx1.test");
  CHECK(target.text() == "MX1.test:25");
  CHECK(target.name() == "mx1.test");
  CHECK(target.meta() == "{}");
  target.use_name("other.test");
  CHECK(target.name() == "mx1.test");
}

TEST_CASE("a target is small, because tens of thousands are held at once", "[targets][target]") {
  CHECK(sizeof(Target) <= 88);
}
