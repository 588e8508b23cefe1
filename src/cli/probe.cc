// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options.h"
#include "cli/transcript.h"
#include "mxsweep/results/json_writer.h"
#include "mxsweep/scan/errand.h"
#include "mxsweep/scan/resolve.h"
#include "mxsweep/scan/single.h"
#include "mxsweep/targets/reader.h"
#include "mxsweep/verdict/classify.h"
#include "mxsweep/verdict/explain.h"

namespace mxsweep::cli {
namespace {

struct ProbeFlags {
  Manners manners;
  NameFlags names;
  std::string target;
  std::uint16_t port = 25;
  bool json = false;
  bool nagios = false;
};

int nagios(const results::Record& record) {
  constexpr std::string_view kWords[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  int state = 3;
  switch (record.outcome) {
    case Outcome::ok: state = 0; break;
    case Outcome::degraded:
    case Outcome::refused: state = 1; break;
    case Outcome::failed: state = 2; break;
    case Outcome::invalid:
    case Outcome::excluded:
    case Outcome::local: break;
  }
  fmt::print("SMTP {} - {} ({}, {})", kWords[state], verdict::explain(record.cause),
             to_string(record.phase), to_string(record.cause));
  // Performance data: seconds, as the plugins' convention has it.
  fmt::print(" | time={:.6f}s;;;0", std::chrono::duration<double>(record.ms.total).count());
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (record.ms.of[i] < Duration::zero()) continue;
    fmt::print(" {}={:.6f}s;;;0", to_string(static_cast<Phase>(i)),
               std::chrono::duration<double>(record.ms.of[i]).count());
  }
  fmt::print("\n");
  return state;
}

// The one target that the words on the command line mean, or why they do not.
std::optional<targets::Target> read_target(const ProbeFlags& flags, std::string& why_not) {
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
      case targets::Reader::Next::bad_line:
        why_not = fmt::format("'{}': {}", printable(bad.text), verdict::explain(bad.cause));
        return std::nullopt;
      case targets::Reader::Next::end:
        why_not = fmt::format("'{}' is no target", printable(flags.target));
        return std::nullopt;
      case targets::Reader::Next::target: target.line = 0; return target;
    }
  }
}

int unusable(const ProbeFlags& flags, const std::string& why, int exit_code) {
  if (flags.nagios) {
    fmt::print("SMTP UNKNOWN - {}\n", why);
    return 3;
  }
  fmt::print(stderr, "mxsweep: {}\n", why);
  return exit_code;
}

void tell_resolution(const targets::Target& target, const scan::Resolution& resolution) {
  fmt::print("{}", printable(target.host()));
  for (std::size_t i = 0; i < resolution.addresses.size(); ++i) {
    fmt::print("{}{}", i == 0 ? ": " : ", ", to_string(resolution.addresses[i]));
  }
  fmt::print("\n");
}

results::Record record_without_address(const scan::Errand& errand, Cause cause) {
  results::Record record;
  record.outcome = verdict::outcome_of(cause);
  record.phase = Phase::dns;
  record.cause = cause;
  scan::describe(errand, record);
  return record;
}

// The end of it, in the form that was asked for: the exit code.
int conclude(const ProbeFlags& flags, const Transcript& transcript, const results::Record& record) {
  if (flags.nagios) return nagios(record);
  if (flags.json) {
    std::string line;
    results::append_json(record, line);
    fmt::print("{}", line);
  } else {
    transcript.conclude(record);
  }
  return std::fflush(stdout) == 0 ? kRanToItsEnd : kStoppedEarly;
}

int run_probe(const ProbeFlags& flags) {
  std::string why_not;
  const std::optional<probe::Plan> plan = flags.manners.plan(why_not);
  if (!plan) return unusable(flags, why_not, kWrongUsage);
  std::optional<targets::Target> target = read_target(flags, why_not);
  if (!target) return unusable(flags, why_not, kWrongUsage);
  const scan::TrustStore trust =
      scan::read_trust_store(flags.manners.ca_file, flags.manners.ca_path);
  if (!trust.error.empty()) return unusable(flags, trust.error, kWrongUsage);
  tls::Client client;
  const std::string wrong = client.open(flags.manners.tls_options(trust));
  if (!wrong.empty()) return unusable(flags, wrong, kWrongUsage);

  const Transcript transcript(::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr);
  const bool for_a_person = !flags.json && !flags.nagios;
  scan::Errand errand{.target = *target, .path = nullptr};
  if (target->address.family == Family::none) {
    scan::Resolution resolution = scan::resolve(*target, flags.names.options());
    if (!resolution.error.empty()) return unusable(flags, resolution.error, kCannotRunHere);
    if (for_a_person) tell_resolution(*target, resolution);
    errand = std::move(resolution.errand);
    if (resolution.addresses.empty()) {
      return conclude(flags, transcript, record_without_address(errand, resolution.cause));
    }
  }
  int exit_code = kRanToItsEnd;
  const scan::SingleEnd end = scan::probe_one(
      errand, *plan, client,
      [&](const scan::Event& event) {
        if (for_a_person) transcript.hear(errand.target, event);
      },
      [&](const results::Record& record) { exit_code = conclude(flags, transcript, record); });
  if (end.refusal) {
    return unusable(flags, end.refusal->cause + "; cure: " + end.refusal->cure, kCannotRunHere);
  }
  return exit_code;
}

}  // namespace

void add_probe(CLI::App& program, int& exit_code) {
  const auto flags = std::make_shared<ProbeFlags>();
  CLI::App* const app = program.add_subcommand(
      "probe", "Probe one server, for a person: a timed transcript and the verdict in words");
  app->add_option(
         "target", flags->target,
         "mx1.example.net:587, 192.0.2.10, [2001:db8::5]:25, or 192.0.2.10,mx1.example.net to "
         "check the certificate for that name")
      ->required()
      ->type_name("TARGET");
  app->add_option("-p,--port", flags->port, "Port for a target that names none")
      ->check(CLI::Range(1, 65535).description(""))
      ->type_name("PORT")
      ->capture_default_str();
  flags->manners.add_to(*app);
  flags->names.add_to(*app);
  CLI::Option* const json = app->add_flag("--json", flags->json, "Print the record instead");
  app->add_flag("--nagios", flags->nagios,
                "Print one line with performance data; exit 0 OK, 1 WARNING (degraded, refused), "
                "2 CRITICAL (failed), 3 UNKNOWN")
      ->excludes(json);
  app->callback([flags, &exit_code] { exit_code = run_probe(*flags); });
}

}  // namespace mxsweep::cli
