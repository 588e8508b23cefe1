// SPDX-License-Identifier: MIT
// Checks lines in zgrab2's format against the table of its fields (zgrab2_table.json).
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/parsed_record.h"
#include "support/validator.h"

namespace mxsweep::results {

// Each line of `right` is valid and each of `wrong` is not.
inline void expect_zgrab(const std::vector<std::string>& right,
                         const std::vector<std::string>& wrong) {
  std::ifstream file(MXSWEEP_SOURCE_DIR "/tests/support/zgrab2_table.json");
  const std::string table{std::istreambuf_iterator<char>(file), {}};
  expect_judged(right, wrong, table, "zgrab2_table.py");
}

}  // namespace mxsweep::results
