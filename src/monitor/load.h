// SPDX-License-Identifier: MIT
// Reads the configuration file, those of conf.d beside it, and all that they name: secrets, time
// zones and lists.
//
//   Paths    that do not begin with "/" are relative to the folder of the configuration file, so
//            that it means the same to the service and on the command line.
//   Errors   all problems that were found, a line for each; then nothing is loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/hand.h"
#include "mxsweep/core/time.h"

namespace mxsweep::monitor {

struct Loading {
  std::optional<Loaded> loaded;  // Nothing: there are problems.
  std::vector<std::string> problems;
};

// `state_dir`: instead of the file's; empty: the file's. `lists`: false: no list is read, and no
// account.
[[nodiscard]] Loading load(const std::string& path, const std::string& state_dir, bool lists,
                           WallTime now);

}  // namespace mxsweep::monitor
