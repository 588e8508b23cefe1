// SPDX-License-Identifier: MIT
// mxsweep watch.
#include <cstdlib>
#include <memory>

#include "cli/certificate_words.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/say.h"
#include "mxsweep/monitor/monitor.h"
#include "mxsweep/monitor/replay.h"

namespace mxsweep::cli {
namespace {

constexpr std::string_view kConfigDefault = "/etc/mxsweep/watch.toml";

struct WatchFlags {
  std::string config{kConfigDefault};
  std::string state_dir;
  std::string records;
  std::string events;
  std::string replay;
  std::string test_channel;
  bool check = false;
  bool quiet = false;
};

int refuse(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) say("mxsweep watch: {}\n", problem);
  return kWrongUsage;
}

int fail(const Status& status) {
  say("mxsweep watch: {}\n", status.sentence());
  if (!status.cure().empty()) say("mxsweep watch: cure: {}\n", status.cure());
  switch (status.kind()) {
    case Status::Kind::ok: return kRanToItsEnd;
    case Status::Kind::unusable: return kWrongUsage;
    case Status::Kind::machine: return kCannotRunHere;
    case Status::Kind::io: break;
  }
  return kStoppedEarly;
}

int check(const WatchFlags& flags) {
  const monitor::Checked checked = monitor::check_configuration(flags.config, flags.state_dir);
  for (const std::string& line : checked.lines) put("{}\n", line);
  if (!checked.problems.empty()) return refuse(checked.problems);
  return checked.refused ? kWrongUsage : kRanToItsEnd;
}

int test(const WatchFlags& flags) {
  const monitor::Tested tested = monitor::test_channel(flags.config, flags.test_channel);
  if (!tested.problems.empty()) return refuse(tested.problems);
  if (!tested.failure.ok()) return fail(tested.failure);
  if (!flags.quiet) {
    say("mxsweep watch: {}: delivered{}{}\n", flags.test_channel, tested.text.empty() ? "" : ": ",
        tested.text);
  }
  return kRanToItsEnd;
}

int replay(const WatchFlags& flags) {
  const monitor::Replayed replayed =
      monitor::replay(flags.config, flags.replay, [](std::string_view line) { put("{}\n", line); });
  if (!replayed.problems.empty()) return refuse(replayed.problems);
  if (!replayed.failure.ok()) return fail(replayed.failure);
  if (!flags.quiet) say("mxsweep watch: {}\n", replayed.summary);
  return kRanToItsEnd;
}

int watch(const WatchFlags& flags) {
  const bool for_journal = std::getenv("JOURNAL_STREAM") != nullptr;
  const monitor::Ended ended = monitor::run_monitor(
      {.config = flags.config,
       .state_dir = flags.state_dir,
       .records = flags.records,
       .events = flags.events,
       .version = MXSWEEP_VERSION,
       .quiet = flags.quiet,
       .for_journal = for_journal,
       .say = [](std::string_view line) { say_now(std::string(line) + '\n'); }});
  if (!ended.problems.empty()) return refuse(ended.problems);
  return ended.failure.ok() ? kRanToItsEnd : fail(ended.failure);
}

int run(const WatchFlags& flags) {
  if (flags.check) return check(flags);
  if (!flags.test_channel.empty()) return test(flags);
  return flags.replay.empty() ? watch(flags) : replay(flags);
}

}  // namespace

void add_watch(Program& program) {
  const auto flags = std::make_shared<WatchFlags>();
  Command& command = program.add_command(
      "watch",
      "Monitor servers: probe them again and again, and report each outage once, with its cause, "
      "its evidence and its end");
  command
      .add_text("-c,--config", "FILE", flags->config,
                "The configuration; mxsweep-watch(5) describes it. The files conf.d/*.toml beside "
                "it are read as well. Paths in it are relative to its folder")
      .shows(flags->config);
  const Flag& check = command.add_flag(
      "--check", flags->check,
      "Print what the configuration means: load, channels, and whether alerts depend on what is "
      "watched. Nothing is sent");
  Flag& test = command
                   .add_text("--test-channel", "NAME", flags->test_channel,
                             "Send a test message to a channel, and wait for the answer")
                   .excludes(check);
  command
      .add_text("--replay", "FILE", flags->replay,
                "Read records of scan or of --records instead of probing, and print which "
                "messages they would have caused, and when. Nothing is sent")
      .excludes(check)
      .excludes(test);
  command.add_text("--records", "FILE", flags->records,
                   "Append a record of each probe to this file, as scan writes it, and the line of "
                   "each mail domain that is checked, as checks writes it; - is standard output");
  command.add_text("--events", "FILE", flags->events,
                   "Append each event (problem, confirmed, opened, told, recovered, …) to this "
                   "file, as JSON Lines; - is standard output");
  command.add_text("--state-dir", "DIRECTORY", flags->state_dir,
                   "Where the databases are [state_dir of the configuration]");
  command.add_flag("--quiet", flags->quiet,
                   "Write nothing to standard error unless something is wrong");
  command.add_notes(
      "SIGHUP reads the configuration and its lists again, and opens --records and --events again; "
      "if anything is wrong, nothing changes. SIGUSR1 writes the status to standard error. "
      "SIGTERM and SIGINT end it: open probes are dropped, and messages that are not delivered "
      "yet are kept for the next start. mxsweep ctl asks a running monitor.\n"
      "Example, a configuration with five lines:\n"
      "  watch = { helo = \"probe.example.net\" }\n"
      "  group = [{ name = \"mx\", targets = \"mx.txt\" }]\n"
      "  channel = [{ name = \"ops\", kind = \"mail\", to = [\"ops@example.net\"], from = "
      "\"mxsweep@example.net\", relays = [\"mx:\"] }]\n"
      "  route = [{ to = [\"ops\"] }]");
  command.on_run([flags] { return run(*flags); });
}

}  // namespace mxsweep::cli
