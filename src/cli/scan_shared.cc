// SPDX-License-Identifier: MIT
// The flags that `mxsweep scan` and `mxsweep checks` share.
#include "cli/scan_flags.h"

namespace mxsweep::cli {

void add_lists(Command& command, ScanFlags& flags) {
  command
      .add_texts("-f,--input-file", "FILE", flags.input_files,
                 "A list; - is standard input. May be repeated; these lists come before those "
                 "without -f")
      .shows("-");
  command
      .add_text("-o,--output-file", "FILE", flags.output,
                "Where the records go; - is standard output")
      .shows(flags.output);
}

void add_scope(Command& command, ScanFlags& flags) {
  command.add_texts(
      "--own", "FILE|PREFIX|DOMAIN", flags.scope.own,
      "What is yours: a prefix, an address, a domain with all below it, or a file of these. May be "
      "repeated. Loopback and private addresses are visited only if they are named here or with "
      "--allow-private");
  command.add_texts(
      "--exclude", "FILE", flags.scope.exclude,
      "Never visit what this file names: prefixes, addresses and domains, one per line. May be "
      "repeated; wins over --own");
}

void add_reporting(Command& command, ScanFlags& flags) {
  command.add_flag("--quiet", flags.quiet,
                   "Write nothing to standard error unless something is wrong");
  command.add_flag("--progress", flags.progress,
                   "Write a line every 10 s to standard error, also when it is not a terminal");
  command.add_text("--summary", "FILE", flags.summary,
                   "Write the summary to this file as JSON; - is standard error");
  const Flag& check = command.add_flag(
      "--check", flags.check,
      "Print the plan, check this machine and the files, and query its resolver; nothing is sent "
      "to a target");
  command
      .add_text("--check-name", "NAME", flags.check_name,
                "With --check, the name to query the resolver for: one in a signed zone shows "
                "whether it validates")
      .needs(check);
  command.add_flag(
      "--strict", flags.strict,
      "Read the whole list first, which must be a file, and do not start if a line cannot be "
      "read");
}

}  // namespace mxsweep::cli
