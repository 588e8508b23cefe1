// SPDX-License-Identifier: MIT
#include "mxsweep/core/constant_time.h"

#include "support/catch.h"

namespace mxsweep {

TEST_CASE("secrets are compared whole", "[core][constant_time]") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abcabc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abcabc"));
  CHECK_FALSE(equal_in_constant_time("", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", ""));
}

}  // namespace mxsweep
