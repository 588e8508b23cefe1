// SPDX-License-Identifier: MIT
// mxsweep scan --check.
#include <fmt/format.h>

#include "cli/certificate_words.h"
#include "cli/choice.h"
#include "cli/exit_code.h"
#include "cli/say.h"
#include "cli/scan_flags.h"
#include "cli/scan_order.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/core/duration.h"
#include "mxsweep/names/resolve.h"
#include "mxsweep/scan/survey.h"

namespace mxsweep::cli {
namespace {

std::string megabytes(std::uint64_t octets) {
  return fmt::format("{:.0f} MB", static_cast<double>(octets) / 1e6);
}

// Sends one query to the resolver: for a name that the user gave, or ". NS", which every resolver
// can answer.
std::string describe_resolver(const names::NameOptions& options, const std::string& name) {
  const names::ResolverCheck check = names::check_resolver(options, name);
  std::string text = check.servers.empty() ? std::string("the system's") : check.servers;
  if (!check.status.ok()) return text + ": " + check.status.sentence();
  if (!check.answered) return text + ": does NOT answer; name another with --resolver";
  text += fmt::format(": answers in {:.1f} ms, ",
                      std::chrono::duration<double, std::milli>(check.took).count());
  if (!name.empty()) text += fmt::format("{} for {}, ", check.answer, name);
  return text + (check.authentic ? "validated (AD)" : "not marked as validated (no AD)");
}

std::string describe_names(const ScanFlags& flags) {
  std::string text = flags.mail_domains ? "mail domains: their MX hosts" : "hosts";
  text += flags.names.one_address ? ", one address each" : ", every address";
  if (flags.names.ipv4_only) text += ", IPv4 only";
  if (flags.names.ipv6_only) text += ", IPv6 only";
  return text;
}

std::string describe_named(const scope::Named& named) {
  return fmt::format("{}, {}", counted(named.prefixes.added(), "prefix"),
                     counted(named.suffixes.size(), "domain"));
}

std::string describe_own(const scope::Scope& scope) {
  std::string text = describe_named(scope.own);
  text += scope.allow_private ? "; private addresses that are not own are visited, too"
                              : "; no private address that is not own is visited";
  return text;
}

std::string count_of(std::uint64_t targets) {
  constexpr std::uint64_t kMany = 1'000'000'000'000;
  return targets >= kMany ? "more than a million million targets" : counted(targets, "target");
}

void put_blocklists(const ScanFlags& flags) {
  if (flags.checks.blocklist_run == nullptr) return;
  for (const std::string& list : flags.checks.blocklist_run->lines()) {
    put("blocklist     {}\n", list);
  }
}

// Returns what is wrong with the list.
Status describe_list(const files::ListSource& list, const scan::Options& options) {
  const Result<scan::ListSurvey> read =
      scan::survey_list(list, options.ports, options.names.mail_domains);
  if (!read.ok()) return read.status().behind(name_of(list));
  const scan::ListSurvey& survey = *read;
  put("list          {}\n", printable(name_of(list)));
  if (!survey.sampled) {
    put("holds         not read, because it is not a regular file\n");
    return {};
  }
  put("holds         {}{}, {} skipped, {} unreadable; {}\n", survey.whole ? "" : "in the first ",
      counted(survey.lines, "line"), survey.skipped, survey.invalid, count_of(survey.targets));
  if (survey.invalid > 0) put("unreadable    {}\n", printable(survey.first_invalid));
  if (survey.largest > scan::kHugeTargets) {
    put("huge          line {}, {}, is {}\n", survey.largest_line, printable(survey.largest_text),
        count_of(survey.largest));
  }
  return {};
}

}  // namespace

int refuse(const Status& status) {
  if (status.kind() == Status::Kind::machine) {
    say("mxsweep: {}\nmxsweep: cure: {}\n", status.sentence(), status.cure());
    return kCannotRunHere;
  }
  say("mxsweep: {}\n", status.sentence());
  return kWrongUsage;
}

int check(const ScanFlags& flags, const scan::Options& options) {
  const probe::Plan& plan = options.plan;
  const scan::Capacity& capacity = options.capacity;
  const Result<std::vector<std::string>> engine = scan::check_engine();
  if (!engine.ok()) return refuse(engine.status());
  std::string features;
  for (const std::string& feature : *engine) features += " " + feature;
  std::string helo = plan.commands[smtp::Command::ehlo];
  helo.erase(helo.find_last_not_of("\r\n") + 1);
  put("io_uring      usable:{}\n", features);
  put("workers       {}, {} connections at once in all, up to {} on one\n", capacity.threads,
      capacity.concurrency, capacity.per_worker);
  put("descriptors   normal ones, {}; open files limited to {}, so {} connections fit{}\n",
      capacity.own_descriptor_tables ? "a table for each worker" : "one table for all",
      flags.capacity.descriptor_limit, capacity.fits,
      capacity.own_descriptor_tables ? " in each table" : " (more with --exceed-nofile)");
  put("memory        about {} of ours when all connections are open\n",
      megabytes(capacity.memory_octets));
  put("rate          {}\n", flags.rate > 0 ? fmt::format("{} new connections a second", flags.rate)
                                           : std::string("not limited"));
  put("politeness    {}\n", describe_caps(flags));
  put("sends         {}\n", helo);
  put("identity      {}\n", printable(describe_identity(options)));
  put("from          {}\n", describe_sources(options.plan.sources));
  put("tls           {}, TLS {} or newer, {}\n", word_of(flags.conversation.tls, kTlsModes),
      word_of(flags.conversation.tls_min, kTlsVersions),
      flags.conversation.ciphers.empty() ? "every cipher that the library supports"
                                         : "ciphers " + flags.conversation.ciphers);
  if (options.enumerate)
    put("enumerates    own servers, by 20 to 110 more connections to each, one after the other\n");
  put("trust         {}\n", options.trust.source.empty()
                                ? std::string("no authorities: no store was found; see --ca-file")
                                : options.trust.source);
  put("timeouts      connect {}, greeting {}, command {}, tls {}, session {}\n",
      write_duration(plan.connect_timeout), write_duration(plan.greeting_timeout),
      write_duration(plan.command_timeout), write_duration(plan.tls_timeout),
      write_duration(plan.session_timeout));
  put("own           {}\n", describe_own(options.scope));
  put("excluded      {}\n", describe_named(options.scope.excluded));
  put("names         {}\n", describe_names(flags));
  put_blocklists(flags);
  put("resolver      {}\n", describe_resolver(options.names, flags.check_name));
  put("canaries      {}\n", describe_canaries(flags));
  put("servers       {}\n", options.share_octets == 0
                                ? std::string("visited again for each line that leads to them")
                                : fmt::format("each visited once; up to {} to remember them",
                                              megabytes(options.share_octets)));
  for (const files::ListSource& list : options.lists) {
    if (const Status described = describe_list(list, options); !described.ok()) {
      return refuse(described);
    }
  }
  put("order         {}\n", describe_order(options));
  if (!options.shard.is_all()) put("shard         {}\n", to_string(options.shard));
  if (const Status checked = scan::check_files(options); !checked.ok()) {
    say("mxsweep: {}\n", printable(checked.sentence()));
    return kWrongUsage;
  }
  put("output        {}{}\n", flags.output,
      flags.format == results::Format::zgrab2 ? ", as zgrab2 writes records" : "");
  if (!flags.certificates.empty()) put("certs         {}\n", flags.certificates);
  if (!flags.domains.empty()) put("domains       {}\n", flags.domains);
  if (!flags.checkpoint.empty()) put("checkpoint    {}\n", flags.checkpoint);
  if (!flags.summary.empty()) put("summary       {}\n", flags.summary);
  if (!flags.metrics.empty()) put("metrics       at {}\n", flags.metrics);
  if (!capacity.note.empty()) put("note          {}\n", capacity.note);
  return kRanToItsEnd;
}

}  // namespace mxsweep::cli
