// SPDX-License-Identifier: MIT
// The texts of --help: one flag after the other with its description beside it, in lines of at
// most 100 columns.
#pragma once

#include <string>

#include "cli/command.h"

namespace mxsweep::cli {

// What --help prints.
[[nodiscard]] std::string help_of(const Program& program);
[[nodiscard]] std::string help_of(const Program& program, const Command& command);
// "  scan      Sweep a list of targets", a line for each command.
[[nodiscard]] std::string list_of_commands(const Program& program);

}  // namespace mxsweep::cli
