// SPDX-License-Identifier: MIT
// `mxsweep sink`: the simulated fleet.
#pragma once

#include <CLI/CLI.hpp>

namespace mxsweep::cli {

// `exit_code` is set when the subcommand has run.
void add_sink(CLI::App& program, int& exit_code);

}  // namespace mxsweep::cli
