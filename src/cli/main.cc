// SPDX-License-Identifier: MIT
// mxsweep: sweeps mail servers and reports how far a polite client gets with each of them.
#include <unistd.h>

#include <CLI/Error.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/nagios.h"
#include "cli/resumption.h"
#include "cli/say.h"

namespace {

int wrong_usage(const mxsweep::cli::Program& program, int argc, char** argv,
                const std::string& why) {
  if (mxsweep::cli::wants_nagios(argc, argv)) return mxsweep::cli::unknown(why);
  mxsweep::cli::say("mxsweep: {}{}{} --help lists the options\n", why,
                    why.ends_with('\n') ? "" : "\n", program.chosen());
  return mxsweep::cli::kWrongUsage;
}

int run(int argc, char** argv, const mxsweep::cli::Resumption* resumption = nullptr) {
  using namespace mxsweep::cli;
  using mxsweep::Status;
  Program program(
      "mxsweep", MXSWEEP_VERSION,
      "Sweeps mail servers: connect, greeting, EHLO, STARTTLS or implicit TLS, EHLO again, QUIT; "
      "one JSON line for every target.",
      "Exit status: 0 ran to its end, whatever the servers replied; 1 stopped early (signal, "
      "closed output, I/O error); 2 wrong usage, or no line of the list can be read; 3 this "
      "machine cannot run it. probe --nagios has the statuses that monitoring systems expect.");
  add_scan(program, {argv, argv + argc}, resumption);
  add_checks(program, {argv, argv + argc});
  add_probe(program);
  add_roundtrip(program);
  add_watch(program);
  add_ctl(program);
  add_sink(program);
  add_schema(program);
  add_explain(program);
  add_manual(program);
  Status status = program.begin_with(argc, argv);
  if (!status.ok()) return wrong_usage(program, argc, argv, status.sentence());
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return wrong_usage(program, argc, argv, error.what());
    put_text(program.explain(error));
    return kRanToItsEnd;
  }
  status = program.left_over();
  return status.ok() ? program.run() : wrong_usage(program, argc, argv, status.sentence());
}

}  // namespace

int mxsweep::cli::run_again(const Resumption& resumption) {
  std::vector<std::string> words = resumption.checkpoint->command;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return ::run(static_cast<int>(words.size()), pointers.data(), &resumption);
}

namespace {

constexpr std::string_view kNoMemory =
    "mxsweep: there is not enough memory\n"
    "mxsweep: cure: lower --concurrency or --threads, or raise the limit (ulimit -v)\n";

// Without an exception that caused it, there was no memory for the exception itself: the reserve
// for that, which the C++ library takes at the start, did not fit either.
void end_without_memory() {
  if (std::current_exception() != nullptr) std::abort();
  mxsweep::cli::say_text(kNoMemory);
  std::_Exit(mxsweep::cli::kCannotRunHere);
}

// Before the constructors of this program's constants, which may need memory, too.
[[gnu::constructor(101)]] void prepare_end() { std::set_terminate(end_without_memory); }

// Flushes standard output after the command has run; an error of it changes the exit code.
int finish(int argc, char** argv, int exit_code) {
  using namespace mxsweep::cli;
  const mxsweep::Status status = end_of_output();
  if (status.ok()) return exit_code;
  say("mxsweep: {}\n", status.sentence());
  if (wants_nagios(argc, argv)) return static_cast<int>(State::unknown);
  return exit_code == kRanToItsEnd ? kStoppedEarly : exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  mxsweep::cli::hold_standard_streams();
  // A closed pipe and the limit on a file's size become errors of write(), not signals.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  int exit_code = mxsweep::cli::kStoppedEarly;
  try {
    exit_code = run(argc, argv);
  } catch (const std::bad_alloc&) {
    exit_code = mxsweep::cli::kCannotRunHere;
    mxsweep::cli::say_text(kNoMemory);
  } catch (const std::exception& error) {
    if (mxsweep::cli::wants_nagios(argc, argv)) {
      exit_code = mxsweep::cli::unknown(error.what());
    } else {
      mxsweep::cli::say("mxsweep: {}\n", error.what());
    }
  }
  return finish(argc, argv, exit_code);
}
