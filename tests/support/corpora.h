// SPDX-License-Identifier: MIT
// Replies and greetings of real servers: corpora that do not belong to the sources, in the folder
// that MXSWEEP_CORPORA names.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/catch.h"

namespace mxsweep {

// The lines of one of its files. None without the folder: by the warning ctest knows that the test
// was skipped (tests/CMakeLists.txt).
inline std::vector<std::string> corpus_lines(const char* file) {
  std::vector<std::string> lines;
  const char* const folder = std::getenv("MXSWEEP_CORPORA");
  if (folder == nullptr || !std::filesystem::is_directory(folder)) {
    WARN("corpora skipped: MXSWEEP_CORPORA names no folder");
    return lines;
  }
  std::ifstream input(std::filesystem::path(folder) / file);
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  INFO(file);
  REQUIRE_FALSE(lines.empty());
  return lines;
}

}  // namespace mxsweep
