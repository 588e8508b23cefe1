// SPDX-License-Identifier: MIT
// mxsweep checks: what DNS says of mail domains, without visiting a server.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/scan_flags.h"
#include "cli/scan_order.h"

namespace mxsweep::cli {

void add_checks(Program& program, const std::vector<std::string>& command_words) {
  const auto flags = std::make_shared<ScanFlags>();
  flags->visits = false;
  flags->mail_domains = true;
  flags->command = command_words;
  flags->command_line = fmt::format("{}", fmt::join(command_words, " "));
  // Nothing is sent to a server, so the name for EHLO does not matter.
  flags->conversation.helo = "localhost.localdomain";
  flags->conversation.tls = targets::TlsMode::off;
  flags->capacity.concurrency = 1;
  flags->capacity.threads = 1;
  Command& command = program.add_command(
      "checks",
      "Check what DNS says of mail domains and their servers, without visiting one: SPF, DMARC, "
      "DKIM keys, MTA-STS, TLS-RPT, DANE, names. One JSON line for each domain");
  command.add_notes(
      "Every finding has an id; mxsweep explain ID says what it means and what to do. A failure of "
      "DNS is never a finding about the domain: then \"present\" is \"unknown\".\n"
      "Examples:\n"
      "  mxsweep checks example.org | jq .checks.findings\n"
      "  mxsweep checks example.org --checks +http | jq .checks.mta_sts\n"
      "  mxsweep checks domains.txt --checks spf,dmarc,dkim:s1 -o checks.jsonl");
  command.add_operands("[FILE|DOMAIN...]", flags->words,
                       "Lists and domains: a word that names an existing file is a list, any other "
                       "one is a domain. Without any, and without -f, the list is standard input");
  add_lists(command, *flags);
  flags->checks.add_to(command, "policy");
  flags->conversation.add_trust(command);
  flags->names.add_to(command);
  add_order(command, *flags);
  add_shard(command, *flags);
  add_scope(command, *flags);
  add_reporting(command, *flags);
  command.on_run([flags] { return run_scan(*flags, nullptr); });
}

}  // namespace mxsweep::cli
