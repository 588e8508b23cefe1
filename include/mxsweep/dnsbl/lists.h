// SPDX-License-Identifier: MIT
// Reads the file of dnsbl:FILE (config/blocklists.h), and those that it names.
//
//   Paths     in it are relative to its folder, as those of watch.toml.
//   Secrets   no problem quotes a key.
//   Errors    all problems, a line each; then there are no lists.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mxsweep/blocklists/zone.h"

namespace mxsweep::dnsbl {

struct Lists {
  std::vector<blocklists::Zone> zones{};
  std::string state{};  // The path of the count of questions.

  friend bool operator==(const Lists&, const Lists&) = default;
};

struct Reading {
  std::optional<Lists> lists{};  // Nothing: there are problems.
  std::vector<std::string> problems{};
};

[[nodiscard]] Reading read_lists(const std::string& path);

}  // namespace mxsweep::dnsbl
