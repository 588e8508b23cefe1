// SPDX-License-Identifier: MIT
// The flags of `mxsweep scan` on what this machine is to the servers, and what it says about that.
#include <fmt/chrono.h>

#include "cli/certificate_words.h"
#include "cli/scan_flags.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/core/special_purpose.h"
#include "mxsweep/names/check_identity.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/socket.h"
#include "mxsweep/scan/survey.h"

namespace mxsweep::cli {
namespace {

Status read_source(const std::string& text, probe::Sources& sources) {
  const std::optional<Address> source = parse_address(text);
  if (!source) return Status::unusable("'" + printable(text) + "' is not an address");
  if (!can_be_remote_host(*source)) return Status::unusable(text + " is not an address of a host");
  if (sources.contains(*source)) return Status::unusable(text + " is given twice");
  sources.add(*source);
  return {};
}

std::string joined(const std::vector<Address>& addresses) {
  std::string text;
  for (const Address& address : addresses) text += (text.empty() ? "" : ", ") + to_string(address);
  return text;
}

std::string in_words(std::chrono::seconds span) {
  constexpr std::int64_t kFewMinutes = 3 * 60;
  constexpr std::int64_t kFewHours = 3 * 3600;
  const std::int64_t seconds = span.count();
  if (seconds < kFewMinutes) return counted(static_cast<std::uint64_t>(seconds), "second");
  if (seconds < kFewHours) return counted(static_cast<std::uint64_t>(seconds / 60), "minute");
  return counted(static_cast<std::uint64_t>(seconds / 3600), "hour");
}

// The targets of all lists; 0: not known.
std::uint64_t count_targets(const scan::Options& options) {
  std::uint64_t targets = 0;
  for (const files::ListSource& list : options.lists) {
    const Result<scan::ListSurvey> survey =
        scan::survey_list(list, options.ports, options.names.mail_domains);
    if (!survey.ok() || !survey->whole || survey->targets > UINT32_MAX) return 0;
    targets += survey->targets;
  }
  return targets;
}

}  // namespace

void add_identity(Command& command, ScanFlags& flags) {
  command.add_list(
      "--source-ip", "IP,...",
      [&flags](const std::string& text) { return read_source(text, flags.sources); },
      "Connect from these addresses of this machine, each target always from the same; several "
      "allow more connections at once [as the routes say]");
  command.add_flag(
      "--allow-no-fcrdns", flags.allow_no_fcrdns,
      "Visit servers that are not --own even if the name of --helo does not resolve to "
      "an address of this machine and back, as behind NAT");
}

Status check_sources(const probe::Sources& sources) {
  for (const Address& source : sources.all()) {
    if (Status checked = ring::check_source(source); !checked.ok()) {
      return checked.behind("--source-ip");
    }
  }
  return {};
}

std::string describe_identity(const scan::Options& options) {
  const names::IdentityVerdict verdict = names::check_identity(
      options.names, options.identity.helo, options.plan.sources.all(), [] { return true; });
  if (verdict.status.ok()) {
    return fmt::format("{} is {}, and back", options.identity.helo, joined(verdict.confirmed));
  }
  const std::string_view effect = options.identity.check
                                      ? "only what is --own can be visited: "
                                      : "not confirmed, which --allow-no-fcrdns permits: ";
  return std::string(effect) + verdict.status.sentence();
}

std::string describe_sources(const probe::Sources& sources) {
  if (sources.empty()) return "the addresses that the routes of this machine say";
  return joined(sources.all()) + "; each target always sees the same one";
}

bool Announcement::is_due(const scan::Progress& progress) {
  if (made_ || flags_.quiet || progress.foreign <= scan::kForeignTargetsQuiet) return false;
  made_ = true;
  return true;
}

std::string Announcement::text() const {
  std::string text = fmt::format(
      "mxsweep: visiting servers of others as {}{}\n"
      "mxsweep: from {}\n"
      "mxsweep: {}\n"
      "mxsweep: {}, {} connections at once",
      options_.identity.helo, options_.identity.check ? "" : " (not checked)",
      describe_sources(options_.plan.sources), describe_caps(flags_),
      options_.rate > 0 ? fmt::format("{} new connections a second", options_.rate)
                        : std::string("as many new connections a second as possible"),
      options_.capacity.concurrency);
  const std::uint64_t targets = count_targets(options_);
  if (targets > 0) text += fmt::format("; {}", counted(targets, "target"));
  if (targets > 0 && options_.rate > 0) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(
        std::chrono::duration<double>(static_cast<double>(targets) / options_.rate));
    const auto end = std::chrono::floor<std::chrono::seconds>(ring::wall_now() + seconds);
    text += fmt::format(", so it ends at {:%Y-%m-%d %H:%M:%S} UTC or later, in {}", end,
                        in_words(seconds));
  }
  return text + "\n";
}

}  // namespace mxsweep::cli
