// SPDX-License-Identifier: MIT
// mxsweep: sweeps mail infrastructure and says, for every server, how far a polite client got.
#include <csignal>
#include <exception>
#include <new>
#include <sstream>
#include <string>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/nagios.h"
#include "cli/say.h"
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
    std::ostringstream asked_for;
    std::ostringstream complaint;
    program.exit(error, asked_for, complaint);
    put_text(asked_for.str());
    say_text(complaint.str());
    return is_mistake ? kWrongUsage : kRanToItsEnd;
  }
  return exit_code;
}

// The command has done its part, and its words are on their way out.
int finish(int argc, char** argv, int exit_code) {
  using namespace mxsweep::cli;
  const std::string failure = end_of_output();
  if (failure.empty()) return exit_code;
  say("mxsweep: {}\n", failure);
  if (wants_nagios(argc, argv)) return static_cast<int>(State::unknown);
  return exit_code == kRanToItsEnd ? kStoppedEarly : exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  mxsweep::cli::hold_standard_streams();
  // A closed pipe and a limit on a file's size are errors of the write that meets them, told in
  // words.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  int exit_code = mxsweep::cli::kStoppedEarly;
  try {
    exit_code = run(argc, argv);
  } catch (const std::bad_alloc&) {
    exit_code = mxsweep::cli::kCannotRunHere;
    mxsweep::cli::say_text(
        "mxsweep: there is not enough memory\nmxsweep: cure: lower --concurrency or --threads, or "
        "raise the limit (ulimit -v)\n");
  } catch (const std::exception& error) {
    if (mxsweep::cli::wants_nagios(argc, argv)) {
      exit_code = mxsweep::cli::unknown(error.what());
    } else {
      mxsweep::cli::say("mxsweep: {}\n", error.what());
    }
  }
  return finish(argc, argv, exit_code);
}
