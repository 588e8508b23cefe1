// SPDX-License-Identifier: MIT
// mxsweep ctl: asks a running `mxsweep watch`.
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>

#include "cli/certificate_words.h"
#include "cli/commands.h"
#include "cli/ctl_words.h"
#include "cli/exit_code.h"
#include "cli/say.h"
#include "mxsweep/monitor/control.h"

namespace mxsweep::cli {
namespace {

constexpr std::array<std::string_view, 2> kSockets{monitor::kControlDefault,
                                                   "/var/lib/mxsweep/control"};

struct CtlFlags {
  std::vector<std::string> words;
  std::string socket;
  CtlRequest request;
  bool json = false;
};

std::string user_name() {
  const passwd* const user = ::getpwuid(::getuid());
  return user == nullptr ? "uid " + std::to_string(::getuid()) : user->pw_name;
}

std::string find_socket(const CtlFlags& flags) {
  if (!flags.socket.empty()) return flags.socket;
  for (const std::string_view path : kSockets) {
    if (::access(std::string(path).c_str(), F_OK) == 0) return std::string(path);
  }
  return std::string(kSockets.front());
}

int run(CtlFlags& flags) {
  if (flags.request.by.empty()) flags.request.by = user_name();
  const Result<std::string> request = write_request(flags.words, flags.request);
  if (!request.ok()) {
    say("mxsweep ctl: {}\n", printable(request.status().sentence()));
    return kWrongUsage;
  }
  const Result<std::string> answer = monitor::ask_monitor(find_socket(flags), *request);
  if (!answer.ok()) {
    say("mxsweep ctl: {}\n", answer.status().sentence());
    return kStoppedEarly;
  }
  const Shown shown = show_answer(flags.words.front(), *answer);
  if (flags.json) {
    put("{}\n", *answer);
  } else if (shown.ok) {
    put_text(shown.text);
  }
  if (!shown.ok && !flags.json) say("mxsweep ctl: {}\n", shown.text);
  return shown.ok ? kRanToItsEnd : kStoppedEarly;
}

}  // namespace

void add_ctl(Program& program) {
  const auto flags = std::make_shared<CtlFlags>();
  Command& command =
      program.add_command("ctl", "Ask a running watch: status, acknowledge, silence, reload");
  command.add_operands("COMMAND [ARGUMENT]", flags->words,
                       "status; incidents; ack INCIDENT; silence; maintenance; unsilence ID; "
                       "check; reload; test-channel NAME");
  command
      .add_text("-s,--socket", "PATH", flags->socket,
                "The control socket of the monitor [/run/mxsweep/control, or "
                "/var/lib/mxsweep/control]")
      .shows("");
  command.add_flag("--json", flags->json, "Print the answer as it is, a line of JSON");
  command.add_text("--for", "DURATION", flags->request.lasts,
                   "How long a silence, a maintenance window (2h) or an acknowledgement (24h) "
                   "lasts: 90s, 30m, 2h, 1d12h");
  command.add_text("--by", "NAME", flags->request.by, "Who does it [your user name]");
  command.add_text("--note", "TEXT", flags->request.note, "Why");
  command.add_text("--group", "NAME", flags->request.group,
                   "Only this group is silenced, in maintenance or checked");
  command.add_text("--target", "TEXT", flags->request.target,
                   "Only these targets, as the list has them; * at either end stands for anything");
  command.add_text("--severity", "WORD", flags->request.severity,
                   "Only incidents of this severity: info, warning or critical");
  command.add_texts("--label", "KEY=VALUE", flags->request.labels,
                    "Only what has this label, or this field in its meta. May be repeated");
  command.add_notes(
      "A silence holds back new incidents, never the end of one that was reported. Without "
      "--group, "
      "--target, --severity and --label it holds for everything.\n"
      "Examples:\n"
      "  mxsweep ctl status\n"
      "  mxsweep ctl ack 42 --note \"the rack has no power\"\n"
      "  mxsweep ctl maintenance --group edge --for 2h --note \"kernel\"");
  command.on_run([flags] { return run(*flags); });
}

}  // namespace mxsweep::cli
