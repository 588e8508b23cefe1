// SPDX-License-Identifier: MIT
// Flags that several subcommands share, and how they are written.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/probe/probe.h"

namespace mxsweep::cli {

// "500ms", "30s", "5m". Nothing for anything else.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
[[nodiscard]] std::string write_duration(Duration duration);

// Adds `--NAME DURATION` that writes into `value`, whose present content is the default shown.
void add_duration(CLI::App& app, const std::string& flag, Duration& value, const std::string& what);

// How to talk to a server: --helo, --depth, the timeouts.
struct Manners {
  std::string helo;
  std::string depth = "ehlo";
  std::string tls = "off";
  probe::Plan defaults{""};

  void add_to(CLI::App& app);
  // The plan, or why there is none.
  [[nodiscard]] std::optional<probe::Plan> plan(std::string& why_not) const;
};

}  // namespace mxsweep::cli
