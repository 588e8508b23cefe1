// SPDX-License-Identifier: MIT
// mxsweep: sweeps mail infrastructure and says, for every server, how far a polite client got.
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/nagios.h"
#include "cli/sink.h"

namespace {

std::string join(int count, char** words) {
  std::string line;
  for (int i = 0; i < count; ++i) {
    if (i > 0) line += ' ';
    line += words[i];
  }
  return line;
}

int run(int argc, char** argv) {
  using namespace mxsweep::cli;
  CLI::App program{
      "Sweeps mail servers: connect, greeting, EHLO, QUIT; one JSON line for every target."};
  program.name("mxsweep");
  program.set_version_flag("--version", "mxsweep " MXSWEEP_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Exit status: 0 ran to its end, whatever the servers said; 1 stopped early (signal, closed "
      "output, I/O error); 2 wrong usage; 3 this machine cannot run it.");
  program.failure_message([](const CLI::App*, const CLI::Error& error) {
    return std::string("mxsweep: ") + error.what() + "\nmxsweep: --help says what there is\n";
  });
  int exit_code = kRanToItsEnd;
  add_scan(program, join(argc, argv), exit_code);
  add_probe(program, exit_code);
  add_sink(program, exit_code);
  add_schema(program, exit_code);
  add_manual(program, exit_code);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_mistake = error.get_exit_code() != 0;
    if (is_mistake && wants_nagios(argc, argv)) return unknown(error.what());
    return program.exit(error) == 0 ? kRanToItsEnd : kWrongUsage;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  // A closed pipe and a limit on a file's size are errors of the write that meets them, told in
  // words.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    if (mxsweep::cli::wants_nagios(argc, argv)) return mxsweep::cli::unknown(error.what());
    std::fprintf(stderr, "mxsweep: %s\n", error.what());
    return mxsweep::cli::kStoppedEarly;
  }
}
