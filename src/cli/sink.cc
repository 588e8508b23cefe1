// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/certificate_words.h"
#include "cli/choice.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/say.h"
#include "mxsweep/core/address_range.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/core/nearest_word.h"
#include "mxsweep/files/output_file.h"
#include "mxsweep/files/together.h"
#include "mxsweep/files/whole_file.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/sink/authority.h"
#include "mxsweep/sink/control.h"
#include "mxsweep/sink/fleet.h"
#include "mxsweep/sink/listen.h"
#include "mxsweep/sink/persona.h"
#include "mxsweep/sink/server.h"
#include "mxsweep/sink/visit_log.h"

namespace mxsweep::cli {
namespace {

constexpr std::size_t kFileOctetsMax = 16 << 20;  // Of --personas: far more than any fleet needs.
constexpr unsigned kDelayMsMax = 600'000;
constexpr std::array<Choice<Protocol>, kProtocolCount> kFleetProtocols{
    {{"smtp", Protocol::smtp}, {"imap", Protocol::imap}, {"pop3", Protocol::pop3}}};

struct Options {
  std::string listen = "127.0.0.0/8:2525";
  std::uint64_t seed = 1;
  Protocol protocol = Protocol::smtp;
  std::string personas_file;
  std::vector<std::string> only;
  unsigned threads = 1;
  unsigned delay_ms = 0;
  std::string stats_file;
  std::string visits_file;
  std::string control;
  std::string expect;
  std::string authority_file;
  bool implicit_tls = false;
  bool print_personas = false;
  bool quiet = false;
};

int complain(int exit_code, const std::string& what) {
  say("mxsweep sink: {}\n", what);
  return exit_code;
}

int complain(int exit_code, const Status& status) { return complain(exit_code, status.sentence()); }

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status::unusable(path + ": cannot be read");
  std::string text;
  text.resize(kFileOctetsMax + 1);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return Status::unusable(path + ": cannot be read");
  if (text.size() > kFileOctetsMax) return Status::unusable(path + ": too large");
  return text;
}

Result<std::vector<sink::Persona>> read_fleet(const Options& options) {
  const Result<std::string> text = options.personas_file.empty()
                                       ? std::string(sink::builtin_personas(options.protocol))
                                       : read_file(options.personas_file);
  if (!text.ok()) return text.status();
  Result<std::vector<sink::Persona>> read = sink::read_personas(*text);
  if (!read.ok()) return read.status().behind(options.personas_file);
  std::vector<sink::Persona> personas = *std::move(read);
  std::vector<sink::Persona> others;
  if (!options.control.empty()) others = personas;
  if (!options.only.empty()) {
    std::vector<std::string> names;
    names.reserve(personas.size());
    for (const sink::Persona& persona : personas) names.push_back(persona.name);
    if (const auto unknown = sink::keep_only(personas, options.only)) {
      const std::string_view nearest = nearest_word(*unknown, names);
      return Status::unusable(fmt::format(
          "--only: there is no persona '{}'{}{}{}", printable(*unknown),
          nearest.empty() ? "" : "; did you mean ", nearest, nearest.empty() ? "" : "?"));
    }
  }
  // A change may bring in a persona that no address begins with.
  for (sink::Persona& other : others) {
    if (std::ranges::find(personas, other.name, &sink::Persona::name) != personas.end()) continue;
    other.weight = 0;
    personas.push_back(std::move(other));
  }
  sink::delay_greetings(personas, std::chrono::milliseconds(options.delay_ms));
  if (options.implicit_tls) sink::begin_with_tls(personas);
  return personas;
}

std::optional<AddressRange> read_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return AddressRange{*address, *address};
  return read_prefix(*address, text.substr(slash + 1));
}

// The expected "tls" of the record, as JSON; empty: not checked. The words need no escapes.
std::string expected_tls(const sink::ExpectedTls& tls) {
  std::string members;
  const auto add = [&](std::string_view key, std::string_view value) {
    members += fmt::format(R"({}"{}":{})", members.empty() ? "" : ",", key, value);
  };
  const auto add_word = [&](std::string_view key, const std::string& word) {
    if (!word.empty()) add(key, '"' + word + '"');
  };
  const auto add_truth = [&](std::string_view key, std::optional<bool> truth) {
    if (truth) add(key, *truth ? "true" : "false");
  };
  add_word("offered", tls.offered);
  add_word("version", tls.version);
  add_truth("verified", tls.verified);
  add_word("verify_error", tls.verify_error);
  add_truth("name_match", tls.name_match);
  return members.empty() ? members : R"(,"tls":{)" + members + '}';
}

std::string expected_anomalies(const std::optional<AnomalySet>& anomalies) {
  if (!anomalies) return {};
  std::string words;
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    if (!anomalies->has(anomaly)) continue;
    words += fmt::format(R"({}"{}")", words.empty() ? "" : ",", to_string(anomaly));
  }
  return R"(,"anomalies":[)" + words + ']';
}

int print_expected(const sink::Fleet& fleet, std::string_view prefix) {
  const std::optional<AddressRange> range = read_range(prefix);
  if (!range) {
    return complain(kWrongUsage, fmt::format("--expect: '{}' is not an address or a prefix such as "
                                             "127.1.0.0/21",
                                             prefix));
  }
  for (Address address = range->first;; address = next_address(address)) {
    const sink::Persona& persona = fleet.persona_at(address);
    const sink::Expected& expect = persona.expect;
    const std::string line = fmt::format(
        R"({{"ip":"{}","host":"{}","persona":"{}","outcome":"{}","phase":"{}","cause":"{}"{}{}}})"
        "\n",
        to_string(address), sink::host_name(address), persona.name, to_string(expect.outcome),
        to_string(expect.phase), to_string(expect.cause), expected_tls(expect.tls),
        expected_anomalies(expect.anomalies));
    put_text(line);
    if (output_failed() || address == range->last) return kRanToItsEnd;
  }
}

Status check_files(const Options& options) {
  return files::check_together({{options.personas_file, "--personas"}},
                               {{options.authority_file, "--ca-out", STDOUT_FILENO},
                                {options.stats_file, "--stats", STDOUT_FILENO},
                                {options.visits_file, "--visits", STDOUT_FILENO}});
}

Status write_stats(const std::string& path, const sink::ServerStats& stats,
                   const sink::Fleet& fleet, double cpu_us) {
  std::string personas;
  for (std::size_t i = 0; i < stats.by_persona.size(); ++i) {
    if (!personas.empty()) personas += ',';
    personas += fmt::format(R"("{}":{})", fleet.personas()[i].name, stats.by_persona[i]);
  }
  const std::string text = fmt::format(
      R"({{"conversations":{},"addresses":{},"address_conversations_max":{},)"
      R"("cpu_us_per_conversation":{:.3f},"held_peak":{},"out_of_turn":{},"personas":{{{}}}}})"
      "\n",
      stats.conversations, stats.addresses, stats.address_conversations_max, cpu_us,
      stats.held_peak, stats.out_of_turn, personas);
  return files::write_whole(path, text);
}

// `authority`: the certificate that a scan must trust, as PEM.
int serve(const Options& options, const sink::Listen& listen, sink::Fleet fleet,
          const std::string& authority) {
  // Blocked before any thread starts, so that all inherit it and only sigwait() sees the signals.
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  files::OutputFile visits;
  std::optional<sink::VisitLog> log;
  if (!options.visits_file.empty()) {
    Status opened = visits.open(options.visits_file);
    if (opened.ok()) opened = visits.begin();
    if (!opened.ok()) return complain(kStoppedEarly, opened);
    log.emplace(visits.descriptor());
  }
  sink::Server server(std::move(fleet), listen, options.threads, log ? &*log : nullptr);
  if (const Status started = server.start(); !started.ok()) {
    complain(kStoppedEarly, started);
    if (started.kind() != Status::Kind::machine) return kStoppedEarly;
    return complain(kCannotRunHere, "cure: " + started.cure());
  }
  // Only after the start: if another fleet holds the port, the file may be that fleet's.
  if (!options.authority_file.empty()) {
    const Status written = files::write_whole(options.authority_file, authority);
    if (!written.ok()) return complain(kStoppedEarly, written);
  }
  sink::Control control(server.fleet());
  if (!options.control.empty()) {
    if (const Status opened = control.open(options.control); !opened.ok()) {
      return complain(kStoppedEarly, opened.behind("--control"));
    }
  }
  say("mxsweep sink: ready on port {}\n", server.port());
  constexpr timespec kLook{.tv_sec = 1, .tv_nsec = 0};
  Status failure;
  while (::sigtimedwait(&signals, nullptr, &kLook) < 0 && failure.ok()) failure = server.failure();

  const sink::ServerStats stats = server.stop();
  const double cpu = ring::cpu_seconds();
  const double cpu_us =
      stats.conversations == 0 ? 0 : cpu * 1e6 / static_cast<double>(stats.conversations);
  if (!options.quiet) {
    say("mxsweep sink: {} at {}, {} at most at one, {:.2f} s of CPU, {:.1f} us each, {} held "
        "at most, {} out of turn\n",
        counted(stats.conversations, "conversation"), counted(stats.addresses, "address"),
        stats.address_conversations_max, cpu, cpu_us, stats.held_peak,
        counted(stats.out_of_turn, "octet"));
  }
  if (!options.stats_file.empty()) {
    const Status written = write_stats(options.stats_file, stats, server.fleet(), cpu_us);
    if (!written.ok()) return complain(kStoppedEarly, written);
  }
  if (log) {
    int error = log->failure();
    if (const int closed = visits.close(); error == 0) error = closed;
    if (error != 0) {
      return complain(kStoppedEarly, fmt::format("{}: {}", visits.name(), std::strerror(error)));
    }
  }
  return failure.ok() ? kRanToItsEnd : complain(kStoppedEarly, failure);
}

int run(const Options& options) {
  if (options.print_personas) {
    put_text(sink::builtin_personas(options.protocol));
    return kRanToItsEnd;
  }
  const Result<sink::Listen> listen = sink::read_listen(options.listen);
  if (!listen.ok()) {
    return complain(kWrongUsage, listen.status().behind("--listen " + options.listen));
  }
  Result<std::vector<sink::Persona>> personas = read_fleet(options);
  if (!personas.ok()) return complain(kWrongUsage, personas.status());
  if (!options.expect.empty()) {
    return print_expected({*std::move(personas), options.seed}, options.expect);
  }
  if (const Status checked = check_files(options); !checked.ok()) {
    return complain(kWrongUsage, checked);
  }
  sink::Authority authority(ring::wall_now());
  if (const Status equipped = authority.equip(*personas); !equipped.ok()) {
    return complain(kWrongUsage, equipped.behind(options.personas_file));
  }
  return serve(options, *listen, {*std::move(personas), options.seed},
               std::string(authority.root_pem()));
}

}  // namespace

void add_sink(Program& program) {
  const auto options = std::make_shared<Options>();
  Command& command = program.add_command("sink",
                                         "A simulated fleet of mail servers, on loopback: "
                                         "every address of 127.0.0.0/8 answers as one of the "
                                         "personas, chosen by weight and seed");
  command
      .add_text("--listen", "ADDRESS:PORT", options->listen,
                "127.0.0.0/8:PORT, 127.X.Y.Z:PORT or [::1]:PORT; 198.18.0.0/15:PORT in a network "
                "for benchmarks (RFC 2544); port 0: any free port")
      .shows(options->listen);
  command
      .add_number("--seed", "N", options->seed, 0, UINT64_MAX,
                  "Number that determines which persona answers at which address")
      .shows(std::to_string(options->seed));
  command.add_choice("--protocol", "NAME", options->protocol, kFleetProtocols,
                     "The built-in personas of smtp, imap or pop3; a file of --personas names its "
                     "own");
  command.add_text("--personas", "FILE", options->personas_file,
                   "Read the personas from a file instead of the built-in ones (see "
                   "--print-personas)");
  command.add_list(
      "--only", "NAME,...",
      [options](const std::string& name) {
        options->only.push_back(name);
        return Status();
      },
      "Use only these personas");
  command
      .add_number("--threads", "N", options->threads, 1, sink::kThreadsMax,
                  "Threads, each of which can have as many connections as RLIMIT_NOFILE allows")
      .shows(std::to_string(options->threads));
  command
      .add_number("--delay", "MS", options->delay_ms, 0, kDelayMsMax,
                  "Milliseconds before every greeting")
      .shows(std::to_string(options->delay_ms));
  command.add_flag("--implicit-tls", options->implicit_tls,
                   "Begin every conversation with TLS, as on ports 465, 993 and 995");
  command.add_text(
      "--ca-out", "FILE", options->authority_file,
      "Write the certificate of the fleet's own authority to this file (PEM), for --ca-file of "
      "scan");
  command.add_text("--stats", "FILE", options->stats_file,
                   "Write counts to this file as JSON at the end");
  command.add_text("--visits", "FILE", options->visits_file,
                   "Write a JSON line for each connection at its end to this file: both endpoints, "
                   "and when it was accepted and closed, in nanoseconds of the monotonic clock");
  command.add_text("--control", "SOCKET", options->control,
                   "Change the fleet while it runs, by lines to this Unix socket: PREFIX PERSONA, "
                   "or PREFIX original");
  command.add_text(
      "--expect", "PREFIX", options->expect,
      "Print the expected result at each address of a prefix as JSON Lines, and exit; it is valid "
      "for targets written as ADDRESS,HOST and a scan that trusts --ca-out");
  command.add_flag("--print-personas", options->print_personas,
                   "Print the built-in personas, a template for --personas, and exit");
  command.add_flag("--quiet", options->quiet,
                   "Write only the ready line and errors to standard error");
  command.add_notes(
      "Example, in two terminals:\n"
      "  mxsweep sink --ca-out ca.pem\n"
      "  mxsweep scan 127.1.0.0/24 -p 2525 -r 0 --ca-file ca.pem --helo scanner.example.net");
  command.on_run([options] { return run(*options); });
}

}  // namespace mxsweep::cli
