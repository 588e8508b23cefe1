// SPDX-License-Identifier: MIT
#include "mxsweep/core/generation_cache.h"

#include <string>

#include "support/catch.h"

namespace mxsweep {
namespace {

using Numbers = GenerationCache<int, std::string>;

bool always(const std::string& /*value*/) { return true; }

TEST_CASE("a value in demand stays while others come and go", "[core][generation_cache]") {
  Numbers cache(10, 100);
  cache.keep(0, "zero", 1);
  for (int i = 1; i < 1000; ++i) {
    cache.keep(i, std::to_string(i), 1);
    const std::string* const zero = cache.find(0, always);
    REQUIRE(zero != nullptr);
    CHECK(*zero == "zero");
    CHECK(cache.size() <= 10);
  }
  CHECK(cache.find(1, always) == nullptr);
  CHECK(cache.find(999, always) != nullptr);
}

TEST_CASE("large values displace others instead of taking more memory",
          "[core][generation_cache]") {
  Numbers cache(10, 100);  // 500 octets a generation.
  for (int i = 0; i < 10; ++i) cache.keep(i, "large", 400);
  CHECK(cache.size() == 2);
  cache.keep(10, "too large for a generation", 10'000);
  CHECK(cache.find(10, always) != nullptr);
}

TEST_CASE("a value that has expired is not found, and can be replaced",
          "[core][generation_cache]") {
  Numbers cache(10, 100);
  cache.keep(1, "stale", 1);
  const auto is_fresh = [](const std::string& value) { return value == "fresh"; };
  CHECK(cache.find(1, is_fresh) == nullptr);
  cache.keep(1, "fresh", 1);
  CHECK(cache.find(1, is_fresh) != nullptr);
}

}  // namespace
}  // namespace mxsweep
