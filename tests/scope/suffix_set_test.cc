// SPDX-License-Identifier: MIT
#include "mxsweep/scope/suffix_set.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::scope {
namespace {

TEST_CASE("a domain contains itself and everything below it", "[scope][suffixes]") {
  SuffixSet set;
  CHECK_FALSE(set.contains("example.org"));
  set.add("example.org");
  for (const char* name : {"example.org", "mx1.example.org", "a.b.c.example.org", "example.org.",
                           "EXAMPLE.Org", "_x.example.org"}) {
    INFO(name);
    CHECK(set.contains(name));
  }
  for (const char* name : {"myexample.org", "example.org.net", "org", "example.or", "xample.org",
                           "example.com", "", ".", "example.org.."}) {
    INFO(name);
    CHECK_FALSE(set.contains(name));
  }
}

TEST_CASE("domains are stored in lower case and once", "[scope][suffixes]") {
  SuffixSet set;
  set.add("Example.ORG");
  set.add("example.org");
  set.add("example.net");
  CHECK(set.size() == 2);
  CHECK(set.contains("mx.example.org"));
}

TEST_CASE("a name of the greatest length is looked up, and a longer one is no name",
          "[scope][suffixes]") {
  std::string longest = "org";
  while (longest.size() < 253) longest.insert(0, "a.");
  REQUIRE(longest.size() == 253);
  SuffixSet set;
  set.add("org");
  set.add(longest);
  CHECK(set.contains(longest));
  CHECK(set.contains(longest + "."));
  CHECK_FALSE(set.contains("a." + longest));
}

TEST_CASE("a hundred thousand domains are told apart", "[scope][suffixes]") {
  SuffixSet set;
  const auto domain = [](std::size_t i) { return "d" + std::to_string(i) + ".example"; };
  for (std::size_t i = 0; i < 100'000; ++i) set.add(domain(i));
  CHECK(set.size() == 100'000);
  for (std::size_t i = 0; i < 100'000; ++i) {
    if (!set.contains(domain(i)) || set.contains(domain(i + 100'000))) FAIL(i);
  }
}

}  // namespace
}  // namespace mxsweep::scope
