// SPDX-License-Identifier: MIT
// The subcommands: each function adds one to the program. Its action returns an exit code.
#pragma once

#include <string>

#include "cli/command.h"

namespace mxsweep::cli {

void add_scan(Program& program, const std::string& command_line);
void add_probe(Program& program);
void add_sink(Program& program);
void add_schema(Program& program);
// Prints the manual page and the shells' completions, which are made from the help texts.
void add_manual(Program& program);

}  // namespace mxsweep::cli
