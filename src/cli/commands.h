// SPDX-License-Identifier: MIT
// The subcommands: each adds itself to the program and sets the exit code when it has run.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace mxsweep::cli {

void add_scan(CLI::App& program, const std::string& command_line, int& exit_code);
void add_probe(CLI::App& program, int& exit_code);
void add_schema(CLI::App& program, int& exit_code);
// The manual page and the shells' completions, made from the program's own help.
void add_manual(CLI::App& program, int& exit_code);

}  // namespace mxsweep::cli
