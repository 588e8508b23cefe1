// SPDX-License-Identifier: MIT
// The subcommands: each function adds one to the program. Its action returns an exit code.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/resumption.h"

namespace mxsweep::cli {

// `command`: the words of the command line. `resumption`: of a sweep that is resumed; null: it is
// not resumed.
void add_scan(Program& program, const std::vector<std::string>& command,
              const Resumption* resumption);
void add_checks(Program& program, const std::vector<std::string>& command);
void add_probe(Program& program);
void add_roundtrip(Program& program);
void add_watch(Program& program);
void add_ctl(Program& program);
void add_sink(Program& program);
void add_schema(Program& program);
void add_explain(Program& program);
// Prints the manual page and the shells' completions, which are made from the help texts.
void add_manual(Program& program);

}  // namespace mxsweep::cli
