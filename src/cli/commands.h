// SPDX-License-Identifier: MIT
// The subcommands: each adds itself to the program. What it does answers with an exit code.
#pragma once

#include <string>

#include "cli/command.h"

namespace mxsweep::cli {

void add_scan(Program& program, const std::string& command_line);
void add_probe(Program& program);
void add_sink(Program& program);
void add_schema(Program& program);
// The manual page and the shells' completions, made from the program's own help.
void add_manual(Program& program);

}  // namespace mxsweep::cli
