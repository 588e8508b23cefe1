// SPDX-License-Identifier: MIT
#include "mxsweep/scan/scan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/certificate_words.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/pause_notice.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/scan_flags.h"
#include "cli/scan_metrics.h"
#include "cli/scan_options.h"
#include "cli/scan_order.h"
#include "mxsweep/files/whole_file.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::cli {
namespace {

// False: it could not be written, which has been reported.
bool write_summary(const std::string& path, const results::Summary& summary) {
  const Status written = files::write_whole(path, results::summary_json(summary), STDERR_FILENO);
  if (!written.ok()) say("mxsweep: {}\n", written.sentence());
  return written.ok();
}

// A first sweep of one's own network, or of a fleet on loopback, visits nothing.
void hint_at_own(const results::Summary& summary) {
  const std::uint64_t excluded =
      summary.tally.causes[static_cast<std::size_t>(Cause::excluded_private)];
  if (excluded == 0 || excluded != summary.targets) return;
  say("mxsweep: every target is at an address for private or special use; if they are yours, name "
      "them: --own PREFIX\n");
}

// What the metrics of this machine may be asked for by, beside its address.
std::vector<std::string> own_names(const scan::Options& options) {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) name[0] = '\0';
  return {name, options.identity.helo};
}

// Null without --metrics.
Result<std::unique_ptr<ScanMetrics>> open_metrics(const ScanFlags& flags,
                                                  const scan::Options& options) {
  if (flags.metrics.empty()) return std::unique_ptr<ScanMetrics>();
  auto metrics = std::make_unique<ScanMetrics>();
  Status status = metrics->open(flags.metrics, own_names(options));
  if (!status.ok()) return status;
  return metrics;
}

// What the lists were asked is kept however the sweep has ended.
Status end_blocklists(const ScanFlags& flags, results::Summary* summary) {
  if (flags.checks.blocklist_run == nullptr) return {};
  dnsbl::Run& run = *flags.checks.blocklist_run;
  if (summary != nullptr) append_json(run.blocklists()->watch().reports(), summary->blocklists);
  if (!flags.quiet) {
    for (const std::string& note : run.notes()) say("mxsweep: {}\n", note);
  }
  Status kept = run.keep();
  if (!kept.ok()) say("mxsweep: {}\n", printable(kept.sentence()));
  return kept;
}

int sweep(const ScanFlags& flags, scan::Options& options, ScanMetrics* metrics) {
  if (!options.capacity.note.empty() && !flags.quiet) {
    say("mxsweep: {}\n", options.capacity.note);
  }
  ProgressStyle style = ProgressStyle::none;
  if (flags.progress) style = ProgressStyle::plain;
  if (::isatty(STDERR_FILENO) != 0) style = ProgressStyle::terminal;
  if (flags.quiet) style = ProgressStyle::none;
  ProgressLine line(style);
  Announcement announcement(flags, options);
  PauseNotice notice;
  Result<results::Summary> ended = scan::run(options, [&](const scan::Progress& progress) {
    std::string news = notice.changes(progress);
    if (announcement.is_due(progress)) news += announcement.text();
    if (!news.empty()) {
      line.clear();
      say_now(news);
    }
    line.show(progress);
    if (metrics != nullptr) metrics->publish(progress);
  });
  line.clear();
  const Status kept = end_blocklists(flags, ended.ok() ? &*ended : nullptr);
  if (ended.status().kind() == Status::Kind::machine) return refuse(ended.status());
  if (!ended.ok()) {
    say("mxsweep: {}\n", printable(ended.status().sentence()));
    return kWrongUsage;
  }
  results::Summary& summary = *ended;
  summary.command_line = flags.command_line;
  summary.version = MXSWEEP_VERSION;
  const bool whole = summary.stopped.empty() && summary.agrees();
  // The file first, because it does not wait for a terminal.
  const bool summary_written = flags.summary.empty() || write_summary(flags.summary, summary);
  if (!flags.quiet || !whole) say("{}\n", results::summary_line(summary));
  if (summary.unusable && summary_written) return kWrongUsage;
  if (!whole) hint_at_resume(flags);
  if (!whole || !summary_written || !kept.ok()) return kStoppedEarly;
  if (!flags.quiet) hint_at_own(summary);
  const std::uint64_t meant = summary.lines_read - summary.lines_skipped;
  if (meant == 0 || summary.lines_invalid != meant) return kRanToItsEnd;
  const std::string name =
      options.lists.size() == 1 ? name_of(options.lists.front()) : "every list";
  say("mxsweep: {}: no line of it can be read as a target; the records say why\n", printable(name));
  return kWrongUsage;
}

bool reads_terminal(const std::vector<files::ListSource>& lists) {
  return ::isatty(STDIN_FILENO) != 0 && std::ranges::any_of(lists, [](const auto& list) {
           return list.words.empty() && list.path == "-";
         });
}

// What else is asked about the targets, and whether certificates are kept for it.
Status add_inquiry(const ScanFlags& flags, scan::Options& options) {
  if (flags.checks.blocklist_run != nullptr) {
    if (Status kept = flags.checks.blocklist_run->keep(); !kept.ok()) return kept;
  }
  std::string note;
  const Status ready = flags.checks.set_up(flags.visits, options.names, note);
  if (!ready.ok()) return ready;
  if (!note.empty() && !flags.quiet) say("mxsweep: {}\n", note);
  if (options.names.fetcher) {
    options.names.fetcher->ca_file = flags.conversation.ca_file;
    options.names.fetcher->ca_path = flags.conversation.ca_path;
  }
  options.tls.keep_der = options.tls.keep_der || (flags.checks.wanted && flags.checks.options.dane);
  return {};
}

}  // namespace

int run_scan(ScanFlags& flags, const Resumption* resumption) {
  if (flags.ports.empty()) flags.ports = {kPortDefault};
  if (const Status checked = check_flags(flags); !checked.ok()) return refuse(checked);
  Result<probe::Plan> plan = flags.conversation.plan();
  if (!plan.ok()) return refuse(plan.status());
  scan::Options options(*std::move(plan));
  if (const Status set = set_options(flags, resumption, options); !set.ok()) return refuse(set);
  const Result<std::unique_ptr<ScanMetrics>> metrics = open_metrics(flags, options);
  if (!metrics.ok()) return refuse(metrics.status());
  if (flags.check) return check(flags, options);
  const Result<std::vector<targets::Target>> canaries = find_canaries(flags);
  if (!canaries.ok()) return refuse(canaries.status());
  options.canaries = *canaries;
  if (const Status ready = add_inquiry(flags, options); !ready.ok()) return refuse(ready);
  if (reads_terminal(options.lists) && !flags.quiet) {
    say("mxsweep: reading targets from the terminal, one per line; Ctrl-D ends\n");
  }
  if (*metrics) {
    if (const Status started = (*metrics)->start(); !started.ok()) return refuse(started);
    if (!flags.quiet) say("mxsweep: metrics at {}\n", (*metrics)->url());
  }
  return sweep(flags, options, metrics->get());
}

namespace {

Status read_port(const std::string& text, std::vector<std::uint16_t>& ports) {
  const Result<std::uint64_t> port = Command::read_number(text, 1, UINT16_MAX);
  if (!port.ok()) return port.status();
  if (std::ranges::find(ports, *port) != ports.end()) {
    return Status::unusable(text + " is given twice");
  }
  ports.push_back(static_cast<std::uint16_t>(*port));
  return {};
}

Status read_rate(const std::string& text, double& rate) {
  const char* const end = text.data() + text.size();
  const auto [reached, error] = std::from_chars(text.data(), end, rate);
  if (error == std::errc{} && reached == end && rate >= 0 && std::isfinite(rate)) return {};
  return Status::unusable(fmt::format("'{}' is not a number from 0 upwards", printable(text)));
}

void add_files(Command& command, ScanFlags& flags) {
  add_lists(command, flags);
  command.add_choice("--format", "FORMAT", flags.format, kFormats,
                     "How records are written: mxsweep (see mxsweep schema), or zgrab2, as its "
                     "smtp module writes them");
  command
      .add_list(
          "-p,--port", "PORT,...",
          [&flags](const std::string& text) { return read_port(text, flags.ports); },
          "Ports of targets without one")
      .shows(std::to_string(kPortDefault));
}

void add_limits(Command& command, ScanFlags& flags) {
  command.add_number("-c,--concurrency", "N", flags.capacity.concurrency, 1, 10'000'000,
                     "Conversations at once, all workers together [1000, or as many as the limit "
                     "on open files allows]");
  command.add_number("-j,--threads", "N", flags.capacity.threads, 1, scan::kThreadsMax,
                     "Worker threads [one for each processor]");
  command
      .add_value(
          "-r,--rate", "N",
          [&flags](const std::string& text) { return read_rate(text, flags.rate); },
          "New connections a second, all workers together; 0: no limit")
      .shows(fmt::format("{}", kRateDefault));
  command.add_duration("--drain", flags.drain,
                       "Time for open conversations to end after a signal; then they are cut off "
                       "(local.interrupted). 0: at once",
                       Duration::zero());
  command.add_flag("--exceed-nofile", flags.capacity.exceed_nofile,
                   "Allow more connections than the limit on open files, with a descriptor table "
                   "for each worker; make sure that the limit was not meant as a cap");
}

void add_politeness(Command& command, ScanFlags& flags) {
  add_scope(command, flags);
  command.add_flag("--allow-private", flags.scope.allow_private,
                   "Also visit addresses for private or special use that are not --own");
}

void add_mail_domains(Command& command, ScanFlags& flags) {
  const Flag& mx =
      command.add_flag("--mx", flags.mail_domains, "Names are mail domains: visit their MX hosts");
  command
      .add_text("--domain-summary", "FILE", flags.domains,
                "With --mx, write a JSON line for each mail domain to this file: which of its MX "
                "answered, the best outcome, and STARTTLS on all, some or none")
      .needs(mx);
  const Flag& no_share =
      command.add_flag("--no-share", flags.no_share,
                       "Visit a server again for each line that leads to it; otherwise it is "
                       "visited once, and the other records have \"shared\"");
  command
      .add_number("--share-memory", "MB", flags.share_megabytes, 1, kMegabyte,
                  "Memory for results of visits, in MB; when it is full, the least recently used "
                  "results are forgotten, and those servers are visited again if needed")
      .excludes(no_share)
      .shows(std::to_string(flags.share_megabytes));
}

void add_reports(Command& command, ScanFlags& flags) {
  command.add_choice("--chain", "DETAIL", flags.conversation.chain, kChainDetails,
                     "How much of the certificate chain a record has: full, leaf (the server's own "
                     "certificate), or digest (SHA-256 of each)");
  command.add_text("--certs", "FILE", flags.certificates,
                   "Write each distinct certificate once to this file, a JSON line with its PEM");
  add_reporting(command, flags);
  command.add_text(
      "--metrics", "ADDRESS:PORT", flags.metrics,
      "Serve the progress as metrics for Prometheus at http://ADDRESS:PORT/metrics while the sweep "
      "runs. Without a password: at an address other than 127.0.0.1 or [::1], all who can connect "
      "to it can read how far the sweep is and with what outcomes, but no target");
}

}  // namespace

void add_scan(Program& program, const std::vector<std::string>& command_words,
              const Resumption* resumption) {
  const auto flags = std::make_shared<ScanFlags>();
  flags->command = command_words;
  flags->command_line = fmt::format("{}", fmt::join(command_words, " "));
  Command& command = program.add_command(
      "scan",
      "Sweep targets, from a list or the command line: one JSON line for each, on standard output");
  command.add_notes(
      "Targets, in a list one per line; # begins a comment:\n"
      "  192.0.2.10   192.0.2.10:587   [2001:db8::5]:25   192.0.2.0/28   mx1.example.net\n"
      "  example.org                 with --mx a mail domain\n"
      "  192.0.2.10,mx1.example.net  an address, and a name for SNI and for the certificate check\n"
      "  {\"target\":\"192.0.2.10\",\"port\":587,\"meta\":{\"rack\":\"b7\"}}\n"
      "Durations: 250ms, 1.5s, 90 (seconds), 1m30s, 2h.\n"
      "After SIGINT (Ctrl-C) nothing new starts, and open conversations have the time of --drain "
      "to end. Those still open after it, or at a second SIGINT, are cut off (local.interrupted). "
      "In both cases every line is complete. SIGUSR1 writes the status to standard error. SIGHUP "
      "of "
      "a process opens the output files again, if the records go to a regular file.\n"
      "Examples:\n"
      "  mxsweep scan --mx example.org --helo scanner.example.net\n"
      "  mxsweep scan list.txt --helo scanner.example.net | jq -r .outcome | sort | uniq -c");
  command.add_operands("[FILE|TARGET...]", flags->words,
                       "Lists and targets: a word that names an existing file is a list, any other "
                       "one is a target, written like a line of a list. Without any, and without "
                       "-f, the list is standard input");
  add_files(command, *flags);
  add_order(command, *flags);
  add_shard(command, *flags);
  add_output(command, *flags);
  add_checkpoint(command, *flags);
  add_limits(command, *flags);
  add_identity(command, *flags);
  add_caps(command, *flags);
  add_politeness(command, *flags);
  add_mail_domains(command, *flags);
  flags->conversation.add_to(command);
  flags->conversation.add_survey(
      command,
      "For servers of --own, find out all TLS versions and ciphers that they accept, whether they "
      "resume sessions, and their certificate for each name, by 20 to 110 more connections to "
      "each, one after the other, within --rate and --concurrency");
  flags->names.add_to(command);
  flags->checks.add_to(command, "");
  add_canaries(command, *flags);
  add_reports(command, *flags);
  command.on_run([flags, &command, resumption] {
    if (resumption != nullptr) apply(*resumption, *flags);
    return flags->resume.empty() ? run_scan(*flags, resumption) : resume(command, *flags);
  });
}

}  // namespace mxsweep::cli
