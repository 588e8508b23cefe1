// SPDX-License-Identifier: MIT
// Reads a file of round-trip scripts. Pure: the secrets that it names are not read.
//
//   Source   TOML 1.0 (toml++). roundtrip/script.h describes the steps; script_sections() has the
//            keys.
//   Shape    [[check]] with kind = "script", and in it a [[check.step]] for each step, which has
//            the key of one action. Texts have variables of the script, ${token}; those of the
//            environment are not looked up.
//   Errors   as of config/config.h: all problems in one go; then there are no scripts.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "mxsweep/config/config.h"
#include "mxsweep/roundtrip/script.h"

namespace mxsweep::config {

inline constexpr std::size_t kScriptsMax = 1000;

struct ConfiguredScripts {
  std::optional<std::vector<roundtrip::Script>> scripts;  // Nothing: there are problems.
  std::vector<Problem> problems;
};

[[nodiscard]] ConfiguredScripts read_scripts(const Source& source);

}  // namespace mxsweep::config
