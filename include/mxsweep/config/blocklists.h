// SPDX-License-Identifier: MIT
// Reads the file that says which blocklists are asked, and how (blocklists.toml). Pure: the files
// of keys and the environment are read by functions of the caller.
//
//   Source   TOML 1.0 (toml++). docs/blocklists.md describes the keys; src/config/
//            blocklists.toml.example has known lists with their terms of use, none of them in use.
//   Shape    Lists with use = false are read, but for their keys, and left out.
//   Secrets  no problem quotes a key, be it from a file, the environment or the text itself.
//   Errors   as of config/config.h: all problems in one go; then there are no zones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mxsweep/blocklists/zone.h"
#include "mxsweep/config/config.h"

namespace mxsweep::config {

struct ConfiguredBlocklists {
  std::optional<std::vector<blocklists::Zone>> zones;  // Nothing: there are problems.
  std::string state;                                   // The file of blocklists/budget.h.
  std::vector<Problem> problems;
};

// Of `surroundings` the functions for files and for the environment are used.
[[nodiscard]] ConfiguredBlocklists read_blocklists(const Source& source,
                                                   const Surroundings& surroundings);

}  // namespace mxsweep::config
