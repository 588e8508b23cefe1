// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/nagios.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/transcript.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/names/resolve.h"
#include "mxsweep/names/task.h"
#include "mxsweep/results/json_writer.h"
#include "mxsweep/scan/single.h"
#include "mxsweep/targets/reader.h"

namespace mxsweep::cli {
namespace {

// Between connections to a server that is not --own.
constexpr Duration kSurveyPause = std::chrono::seconds{1};

struct ProbeFlags {
  ConversationFlags conversation;
  NameFlags names;
  std::vector<std::string> targets;
  std::string target;  // The only one of them.
  std::uint16_t port = 25;
  bool json = false;
  bool nagios = false;
  Thresholds thresholds;
  bool mail_domain = false;
  bool allow_private = false;
  bool own = false;
};

Status unreadable(const targets::BadLine& bad) {
  std::string why = fmt::format("'{}': {}", printable(bad.text), explain(bad.cause));
  if (!bad.key.empty()) why += fmt::format("; the key is \"{}\"", printable(bad.key));
  if (!bad.why.empty()) why += fmt::format("; {}", bad.why);
  return Status::unusable(std::move(why));
}

// The one target that the words on the command line mean.
Result<targets::Target> read_target(const ProbeFlags& flags) {
  if (flags.target.find('\n') != std::string::npos) {
    return Status::unusable(
        fmt::format("'{}' contains a line end, and probe takes one target; scan takes lists",
                    printable(flags.target)));
  }
  targets::Reader reader({flags.port}, {.header_row = false});
  targets::Target target;
  targets::BadLine bad;
  reader.feed(flags.target);
  bool finished = false;
  while (true) {
    switch (reader.next(target, bad)) {
      case targets::Reader::Next::need_more:
        if (!std::exchange(finished, true)) reader.finish();
        break;
      case targets::Reader::Next::bad_line: return unreadable(bad);
      case targets::Reader::Next::end:
      case targets::Reader::Next::not_a_list:
        return Status::unusable(fmt::format("'{}' is not a target", printable(flags.target)));
      case targets::Reader::Next::target:
        if (reader.rest_of_line() > 0) {
          return Status::unusable(
              fmt::format("'{}' is more than one target, and probe takes one; scan takes ranges",
                          printable(flags.target)));
        }
        target.line = 0;
        return target;
    }
  }
}

int unusable(const ProbeFlags& flags, const std::string& why, int exit_code) {
  if (flags.nagios) return unknown(why);
  say("mxsweep: {}\n", why);
  return exit_code;
}

int unusable(const ProbeFlags& flags, const Status& status) {
  const bool here = status.kind() == Status::Kind::machine;
  return unusable(flags, status.line("; cure: "), here ? kCannotRunHere : kWrongUsage);
}

// What is inconsistent in the flags, or between them and this target.
Status contradiction(const ProbeFlags& flags, const targets::Target& target) {
  if (flags.mail_domain && target.address.family != Family::none) {
    return Status::unusable(
        fmt::format("--mx needs a mail domain, but '{}' is an address", printable(flags.target)));
  }
  if (const Status checked = flags.conversation.check_survey(); !checked.ok()) return checked;
  if (flags.conversation.is_for_own_only() && !flags.own) {
    return Status::unusable(
        "--depth mail and rcpt are for one's own servers: if this one is yours, add --own");
  }
  return flags.thresholds.contradiction();
}

void show_addresses(const targets::Target& target, const std::vector<names::Resolved>& servers) {
  put("{}", printable(target.host()));
  std::string_view before = ": ";
  for (const names::Resolved& server : servers) {
    if (server.cause != Cause::none) continue;
    put("{}{}", std::exchange(before, ", "), to_string(server.task.target.address));
  }
  put("\n");
}

results::Record record_without_visit(const names::Resolved& server) {
  results::Record record;
  record.outcome = outcome_of(server.cause);
  record.phase = Phase::dns;
  record.cause = server.cause;
  names::describe(server.task, record);
  return record;
}

// Visits all servers of a target, one after the other, and prints them in the requested form.
class Visits {
 public:
  Visits(const ProbeFlags& flags, const probe::Plan& plan, tls::Client& client,
         probe::SurveyClients& survey_clients)
      : flags_(flags), plan_(plan), client_(client) {
    if (!flags.conversation.enumerate) return;
    survey_.clients = &survey_clients;
    survey_.names = flags.conversation.server_names;
    survey_.pause = flags.own ? Duration::zero() : kSurveyPause;
    survey_.on_connection = [this](std::uint32_t made) { announce(made); };
  }

  int run(const targets::Target& target) {
    if (target.address.family != Family::none) {
      servers_.push_back({.task = {.target = target, .path = nullptr}});
    } else if (const Status status = resolve(target); !status.ok()) {
      return unusable(flags_, status.line("; "), kCannotRunHere);
    }
    for (const names::Resolved& server : servers_) {
      if (for_a_person() && flags_.mail_domain) transcript_.begin(server.task);
      if (const Status status = visit(server); !status.ok()) {
        return unusable(flags_, status.line("; cure: "), kCannotRunHere);
      }
    }
    return sum_up(target);
  }

 private:
  [[nodiscard]] bool for_a_person() const { return !flags_.json && !flags_.nagios; }

  Status resolve(const targets::Target& target) {
    names::NameOptions options = flags_.names.options();
    options.mail_domains = flags_.mail_domain;
    // One target, given by hand, may be at any address; what its MX records name may not.
    scope::Scope scope;
    scope.allow_private = flags_.allow_private || !flags_.mail_domain;
    options.route.scope = &scope;
    std::function<void(const names::Lookup&)> on_lookup;
    if (for_a_person() && flags_.mail_domain) {
      on_lookup = [this](const names::Lookup& lookup) { transcript_.on_lookup(lookup); };
    }
    Result<std::vector<names::Resolved>> servers = names::resolve(target, options, on_lookup);
    if (!servers.ok()) return servers.status();
    if (for_a_person() && !flags_.mail_domain) show_addresses(target, *servers);
    servers_ = *std::move(servers);
    if (!flags_.mail_domain) servers_.erase(servers_.begin() + 1, servers_.end());
    return {};
  }

  Status visit(const names::Resolved& server) {
    if (server.cause != Cause::none) {
      conclude(record_without_visit(server));
      return {};
    }
    return scan::probe_one(
        server.task, plan_, client_,
        [&](Duration at, const engine::Event& event) {
          if (for_a_person()) transcript_.on_event(server.task.target, at, event);
        },
        [&](const results::Record& record) { conclude(record); }, survey_);
  }

  void announce(std::uint32_t made) const {
    if (made > 0 || !for_a_person()) return;
    put("\nFinding out versions and ciphers, by one connection after the other{}.\n",
        flags_.own ? "" : ", with a pause of 1s between; --own is without it");
    flush_output();
  }

  void conclude(const results::Record& record) {
    tally_.count(record);
    if (flags_.nagios) {
      judged_.push_back(judge(record, flags_.thresholds));
      if (judged_.size() == 1) best_preference_ = record.mx_preference;
      judged_.back().preferred = record.mx_preference == best_preference_;
    } else if (flags_.json) {
      std::string line;
      results::append_json(record, line);
      put_text(line);
    } else {
      transcript_.conclude(record);
    }
    flush_output();
  }

  int sum_up(const targets::Target& target) {
    if (flags_.nagios && !flags_.mail_domain) return report(judged_.front(), flags_.thresholds);
    if (flags_.nagios) return report(target.host(), judged_, flags_.thresholds);
    if (for_a_person() && flags_.mail_domain) transcript_.sum_up(target.host(), tally_);
    return kRanToItsEnd;
  }

  const ProbeFlags& flags_;
  const probe::Plan& plan_;
  tls::Client& client_;
  scan::SurveyOrder survey_;
  const Transcript transcript_{::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr};
  std::vector<names::Resolved> servers_;
  Tally tally_;
  std::vector<Judged> judged_;
  std::uint16_t best_preference_ = 0;
};

int run_probe(ProbeFlags& flags) {
  if (flags.targets.size() != 1) {
    return unusable(flags, "probe takes one target; scan takes several, ranges and lists",
                    kWrongUsage);
  }
  flags.target = flags.targets.front();
  const Result<probe::Plan> plan = flags.conversation.plan();
  if (!plan.ok()) return unusable(flags, plan.status());
  const Result<targets::Target> target = read_target(flags);
  if (!target.ok()) return unusable(flags, target.status());
  if (const Status status = contradiction(flags, *target); !status.ok()) {
    return unusable(flags, status);
  }
  const Result<files::TrustStore> trust =
      files::read_trust_store(flags.conversation.ca_file, flags.conversation.ca_path);
  if (!trust.ok()) return unusable(flags, trust.status());
  tls::Client client;
  Status opened = client.open(flags.conversation.tls_options(*trust));
  probe::SurveyClients survey_clients;
  if (opened.ok() && flags.conversation.enumerate)
    opened = survey_clients.open(flags.conversation.tls_options(*trust));
  if (!opened.ok()) return unusable(flags, opened.sentence(), kWrongUsage);
  return Visits(flags, *plan, client, survey_clients).run(*target);
}

}  // namespace

void add_probe(Program& program) {
  const auto flags = std::make_shared<ProbeFlags>();
  Command& command = program.add_command(
      "probe",
      "Probe one server, or with --mx all servers of a mail domain, and print a timed transcript "
      "and the verdict for a person");
  command.add_operands(
      "TARGET", flags->targets,
      "mx1.example.net:587, 192.0.2.10, [2001:db8::5]:25, or 192.0.2.10,mx1.example.net to "
      "check the certificate for that name; with --mx example.org");
  command
      .add_number("-p,--port", "PORT", flags->port, 1, UINT16_MAX, "Port of a target without one")
      .shows(std::to_string(flags->port));
  const Flag& mx =
      command.add_flag("--mx", flags->mail_domain,
                       "The target is a mail domain: probe its MX hosts one after the other, in "
                       "the order of preference, and show the lookups");
  command
      .add_flag("--allow-private", flags->allow_private,
                "With --mx, also visit MX hosts at addresses for private or special use")
      .needs(mx);
  command.add_flag("--own", flags->own,
                   "The servers are yours, so that --depth mail or rcpt may be used");
  flags->conversation.add_to(command);
  flags->names.add_to(command);
  const Flag& json =
      command.add_flag("--json", flags->json, "Print the record instead of the transcript");
  Flag& nagios = command.add_flag(
      "--nagios", flags->nagios,
      "Print one line with performance data; exit 0 OK, 1 WARNING (degraded, refused), 2 CRITICAL "
      "(failed, certificate expired or not valid yet), 3 UNKNOWN (this machine's fault, wrong "
      "usage). With --mx: the best of the most preferred servers decides, but the state is at "
      "least WARNING if any server is not OK");
  nagios.excludes(json);
  flags->thresholds.add_to(command, nagios);
  flags->conversation
      .add_survey(command,
                  "Find out all TLS versions and ciphers that the server accepts, whether it "
                  "resumes sessions, and its certificate for each name, by 20 to 110 more "
                  "connections, one after the other; with a pause of 1s between unless the server "
                  "is --own")
      .excludes(mx)
      .excludes(nagios);
  command.add_notes(
      "Durations: 250ms, 1.5s, 90 (seconds), 1m30s, 2h.\n"
      "Exit status without --nagios: 0, whatever the servers replied.\n"
      "Examples:\n"
      "  mxsweep probe 192.0.2.10,mx1.example.net --helo scanner.example.net\n"
      "  mxsweep probe --mx example.org --helo scanner.example.net\n"
      "  mxsweep probe 192.0.2.10 --helo scanner.example.net --nagios -w 5 -c 20 --warning-days "
      "21");
  command.on_run([flags] { return run_probe(*flags); });
}

}  // namespace mxsweep::cli
