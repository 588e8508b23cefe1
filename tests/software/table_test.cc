// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>

#include "mxsweep/software/software.h"
#include "software/rules.h"
#include "support/catch.h"

namespace mxsweep::software {

TEST_CASE("the built-in table is a table", "[software]") {
  const auto rules = Rules::read(builtin_fingerprints());
  CHECK((rules.ok() ? "" : rules.status().sentence()) == std::string());
}

}  // namespace mxsweep::software
