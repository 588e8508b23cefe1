// SPDX-License-Identifier: MIT
// mxsweep roundtrip: sends a message, waits for it in a mailbox, and says where the time went.
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/certificate_words.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/nagios.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/trip_words.h"
#include "mxsweep/config/endpoint.h"
#include "mxsweep/config/scripts.h"
#include "mxsweep/files/content.h"
#include "mxsweep/files/trust_store.h"
#include "mxsweep/programs/run.h"
#include "mxsweep/roundtrip/usual_script.h"
#include "mxsweep/sasl/exchange.h"
#include "mxsweep/sasl/mechanism.h"
#include "mxsweep/scope/scope.h"
#include "mxsweep/smtp/command.h"
#include "mxsweep/threads/signals.h"
#include "mxsweep/trips/recipe.h"
#include "mxsweep/trips/run.h"

namespace mxsweep::cli {
namespace {

constexpr std::uint64_t kScriptOctetsMax = 1024 * 1024;

struct TripFlags {
  ConversationFlags conversation;
  NameFlags names;
  Thresholds thresholds;
  std::string server;
  std::string from;
  std::string to;
  std::string auth_file;
  std::string mechanism;
  std::string fetch;
  std::string script;
  std::string authserv_id;
  std::uint64_t octets = message::kMessageOctetsDefault;
  Duration within = roundtrip::Usual{}.within;
  Duration deadline = roundtrip::kDeadlineDefault;
  bool no_tls = false;
  bool no_tls_verify = false;
  bool allow_plaintext_auth = false;
  bool keep = false;
  bool print_script = false;
  bool json = false;
  bool nagios = false;
};

Result<roundtrip::Endpoint> read_flag(std::string_view flag, const std::string& text,
                                      bool sending) {
  if (std::optional<roundtrip::Endpoint> read = config::read_endpoint(text, sending)) {
    return *std::move(read);
  }
  return Status::unusable(fmt::format("{} '{}' is not a server: write {}", flag, printable(text),
                                      sending ? config::kSendingForms : config::kMailboxForms));
}

Status check_mailbox_flag(std::string_view flag, const std::string& address) {
  // The token may stand in it, as in probe+${token}@example.org.
  std::string sample = address;
  constexpr std::string_view kToken = "${token}";
  if (const std::size_t at = sample.find(kToken); at != sample.npos) {
    sample.replace(at, kToken.size(), "token");
  }
  return smtp::check_mailbox(sample).behind(fmt::format("{} {}", flag, printable(address)));
}

Result<roundtrip::Script> script_of_flags(const TripFlags& flags) {
  if (flags.server.empty() || flags.from.empty() || flags.to.empty()) {
    return Status::unusable(
        "roundtrip needs --server, --from and --to, or a --script with its steps");
  }
  roundtrip::Usual usual{.from = flags.from, .to = flags.to};
  const Result<roundtrip::Endpoint> server = read_flag("--server", flags.server, true);
  if (!server.ok()) return server.status();
  usual.server = *server;
  if (!flags.fetch.empty()) {
    const Result<roundtrip::Endpoint> mailbox = read_flag("--fetch", flags.fetch, false);
    if (!mailbox.ok()) return mailbox.status();
    usual.mailbox = *mailbox;
    if (flags.auth_file.empty()) {
      return Status::unusable("--fetch needs --auth-file FILE, with the user of the mailbox");
    }
  }
  for (const auto& [flag, address] : {std::pair("--from", flags.from), {"--to", flags.to}}) {
    if (Status checked = check_mailbox_flag(flag, address); !checked.ok()) return checked;
  }
  if (!flags.mechanism.empty()) {
    usual.mechanism = sasl::mechanism_of(flags.mechanism);
    if (!usual.mechanism) {
      return Status::unusable(
          fmt::format("--auth '{}' is not PLAIN, LOGIN, SCRAM-SHA-256, XOAUTH2 "
                      "or OAUTHBEARER",
                      printable(flags.mechanism)));
    }
  }
  usual.starttls = !flags.no_tls;
  usual.authenticate = !flags.auth_file.empty();
  usual.secret_file = flags.auth_file;
  usual.octets = flags.octets;
  usual.within = flags.within;
  usual.deadline = flags.deadline;
  usual.authserv_id = flags.authserv_id;
  usual.verify = !flags.no_tls_verify;
  usual.in_clear = flags.allow_plaintext_auth;
  usual.keep = flags.keep;
  return roundtrip::usual_script(usual);
}

// Each line of the sentence as one of ours.
Status in_lines(const Status& status) {
  std::string sentence;
  for (std::string_view rest = status.sentence(); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!sentence.empty()) sentence += "\nmxsweep: ";
    sentence += printable(line);
  }
  return Status::unusable(sentence);
}

Result<std::vector<roundtrip::Script>> scripts_of_file(const std::string& path) {
  const Result<std::string> text = files::read_text(path, kScriptOctetsMax);
  if (!text.ok()) return Status::unusable(printable(text.status().sentence()));
  config::ConfiguredScripts read = config::read_scripts({.name = path, .text = *text});
  if (read.scripts) return *std::move(read.scripts);
  return in_lines(config::unusable(read.problems));
}

void warn_of_readers(const std::filesystem::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || (facts.st_mode & S_IROTH) == 0) return;
  say("mxsweep: warning: {} can be read by every user of this machine; chmod o-r protects it\n",
      printable(path.string()));
}

// Runs the program that prints the secret, if there is one.
Status print_secret(config::ConfiguredAccount& account) {
  if (account.command.empty()) return {};
  Result<std::string> printed =
      programs::output_of(account.command, sasl::kTokenOctetsMax, trips::kCommandPatience);
  if (!printed.ok()) return printed.status();
  account.secret = Secret(*std::move(printed));
  return {};
}

// Files that a script names are relative to its folder.
Result<roundtrip::TripOrder> order_of(roundtrip::Script script,
                                      const std::filesystem::path& folder) {
  const std::filesystem::path accounts = trips::secret_file_of(script, folder);
  Result<trips::Recipe> recipe = trips::read_recipe(std::move(script), folder);
  if (!recipe.ok()) return in_lines(recipe.status());
  warn_of_readers(accounts);
  for (config::ConfiguredAccount* const account :
       {&recipe->accounts.send, &recipe->accounts.fetch}) {
    if (Status printed = print_secret(*account); !printed.ok()) return printed;
  }
  return trips::order_of(*recipe);
}

Result<std::vector<roundtrip::TripOrder>> orders_of(const TripFlags& flags) {
  std::vector<roundtrip::TripOrder> orders;
  if (flags.script.empty()) {
    Result<roundtrip::Script> script = script_of_flags(flags);
    if (!script.ok()) return script.status();
    Result<roundtrip::TripOrder> order = order_of(*std::move(script), {});
    if (!order.ok()) return order.status();
    orders.push_back(*std::move(order));
    return orders;
  }
  Result<std::vector<roundtrip::Script>> scripts = scripts_of_file(flags.script);
  if (!scripts.ok()) return scripts.status();
  for (roundtrip::Script& script : *scripts) {
    Result<roundtrip::TripOrder> order =
        order_of(std::move(script), std::filesystem::path(flags.script).parent_path());
    if (!order.ok()) return order.status();
    orders.push_back(*std::move(order));
  }
  return orders;
}

int unusable(const TripFlags& flags, const Status& status) {
  const std::string why = status.line("; cure: ");
  if (flags.nagios) return unknown(why);
  say("mxsweep: {}\n", why);
  return status.kind() == Status::Kind::machine ? kCannotRunHere : kWrongUsage;
}

int print_scripts(const TripFlags& flags) {
  Result<roundtrip::Script> script = script_of_flags(flags);
  if (!script.ok()) return unusable(flags, script.status());
  put_text(write_script(*script));
  return kRanToItsEnd;
}

int run_roundtrip(TripFlags& flags) {
  if (flags.print_script) return print_scripts(flags);
  threads::Signals signals;
  const Result<probe::Plan> plan = flags.conversation.plan();
  if (!plan.ok()) return unusable(flags, plan.status());
  Result<std::vector<roundtrip::TripOrder>> orders = orders_of(flags);
  if (!orders.ok()) return unusable(flags, orders.status());
  if (flags.nagios && orders->size() != 1) {
    return unusable(flags, Status::unusable("--nagios takes one check; the script has several"));
  }
  const Result<files::TrustStore> trust =
      files::read_trust_store(flags.conversation.ca_file, flags.conversation.ca_path);
  if (!trust.ok()) return unusable(flags, trust.status());
  tls::Client client;
  const Status opened = client.open(flags.conversation.tls_options(*trust));
  if (!opened.ok()) return unusable(flags, opened);
  bool stopped = false;
  int nagios_code = static_cast<int>(State::unknown);
  const auto on_report = [&](const roundtrip::Report& report, const roundtrip::Script& script) {
    if (flags.nagios) {
      nagios_code = report_trip(report, flags.thresholds);
    } else if (flags.json) {
      std::string line;
      append_json(report, script, line);
      put_text(line);
    } else {
      put_text(trip_in_words(report, script));
    }
    flush_output();
  };
  const auto stop = [&] {
    while (const std::optional<threads::Signal> signal = signals.take()) {
      stopped |= signal->number == SIGINT || signal->number == SIGTERM || signal->number == SIGHUP;
    }
    return stopped || output_failed();
  };
  names::NameOptions names = flags.names.options();
  // Servers that the user has named, as those of mxsweep probe.
  scope::Scope scope;
  scope.allow_private = true;
  names.route.scope = &scope;
  const Status ran = trips::run_trips(
      *std::move(orders),
      {.plan = *plan, .client = client, .names = names, .stop = stop, .on_report = on_report});
  if (!ran.ok()) return unusable(flags, ran);
  if (flags.nagios) return nagios_code;
  return stopped ? kStoppedEarly : kRanToItsEnd;
}

void add_message_flags(Command& command, TripFlags& flags) {
  command.add_text("--server", "SERVER", flags.server,
                   "Where the message is sent: mail.example.net (STARTTLS on port 587), "
                   "mail.example.net:25, or smtps://mail.example.net (port 465)");
  command.add_text("--from", "MAILBOX", flags.from, "The envelope's sender");
  command.add_text("--to", "MAILBOX", flags.to,
                   "The recipient; ${token} in it is replaced: probe+${token}@example.org");
  command.add_text("--auth-file", "FILE", flags.auth_file,
                   "The users and their passwords or tokens: [send] and [fetch] with user and "
                   "password, password_file, password_command, token, token_file or token_command. "
                   "Without it the message is sent without AUTH");
  command.add_text("--auth", "MECHANISM", flags.mechanism,
                   "PLAIN, LOGIN, SCRAM-SHA-256, XOAUTH2 or OAUTHBEARER; else the best one that is "
                   "offered");
  command.add_flag("--no-tls", flags.no_tls,
                   "Send without STARTTLS; otherwise a server without it is a failure");
  command.add_flag("--no-tls-verify", flags.no_tls_verify,
                   "Accept any certificate, also before a password is sent");
  command.add_flag("--allow-plaintext-auth", flags.allow_plaintext_auth,
                   "Send passwords in clear text too, where there is no TLS");
  command
      .add_number("--size", "OCTETS", flags.octets, 0, message::kMessageOctetsMax,
                  "The size of the message")
      .shows(std::to_string(flags.octets));
}

void add_mailbox_flags(Command& command, TripFlags& flags) {
  command.add_text("--fetch", "MAILBOX", flags.fetch,
                   "Where the message must arrive: imaps://imap.example.org, imap://, pop3s:// or "
                   "pop3://. Without it, the message is only sent");
  command.add_duration("--within", flags.within,
                       "How long delivery may take; what comes later is slow");
  command.add_duration("--deadline", flags.deadline, "When everything must have ended");
  command.add_text("--authserv-id", "NAME", flags.authserv_id,
                   "The server whose Authentication-Results are believed; anybody can add others");
  command.add_flag("--keep", flags.keep,
                   "Do not delete the message. Otherwise it is deleted, and so are messages of "
                   "earlier runs that are older than a day; never others");
}

}  // namespace

void add_roundtrip(Program& program) {
  const auto flags = std::make_shared<TripFlags>();
  Command& command = program.add_command(
      "roundtrip",
      "Send a message, wait for it in a mailbox, and say where the time went, whether it is "
      "trusted, and what failed; or run scripts of such steps");
  add_message_flags(command, *flags);
  add_mailbox_flags(command, *flags);
  command.add_text("--script", "FILE", flags->script,
                   "Run the steps of this file, all its checks beside each other, instead of those "
                   "that the flags above mean");
  command.add_flag("--print-script", flags->print_script,
                   "Print the script that the flags mean, to be changed and run with --script");
  flags->conversation.add_identity(command);
  flags->conversation.add_trust(command);
  flags->names.add_to(command);
  const Flag& json = command.add_flag("--json", flags->json, "Print one JSON line for each check");
  Flag& nagios = command.add_flag(
      "--nagios", flags->nagios,
      "Print one line with performance data; exit 0 OK, 1 WARNING (slow, delivered elsewhere), 2 "
      "CRITICAL (not sent, not delivered, bounced, mailbox not readable), 3 UNKNOWN");
  nagios.excludes(json);
  flags->thresholds.add_times_to(command, nagios);
  command.add_notes(
      "Use accounts of your own at both ends. Messages have a token of their own by which they are "
      "found, and X-Mxsweep-Token, by which nothing else is ever deleted.\n"
      "Exit status without --nagios: 0, whatever the servers replied; 1 if it was stopped.\n"
      "Examples:\n"
      "  mxsweep roundtrip --server mail.example.net --from probe@example.net --to "
      "probe@example.org --auth-file rt.toml --fetch imaps://imap.example.org\n"
      "  mxsweep roundtrip --script checks.toml --json | jq .state");
  command.on_run([flags] { return run_roundtrip(*flags); });
}

}  // namespace mxsweep::cli
