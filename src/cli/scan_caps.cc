// SPDX-License-Identifier: MIT
// The flags of `mxsweep scan` for caps, pauses and retries.
#include <fmt/format.h>

#include "cli/scan_flags.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/core/duration.h"
#include "mxsweep/pace/retry.h"

namespace mxsweep::cli {
namespace {

constexpr std::uint64_t kCapMost = 10'000'000;  // As of --concurrency.

std::string cap_text(std::uint32_t cap, std::string_view what) {
  return cap == 0 ? fmt::format("any number {}", what) : fmt::format("{} {}", cap, what);
}

}  // namespace

void add_caps(Command& command, ScanFlags& flags) {
  pace::CourtesyLimits& limits = flags.courtesy;
  command
      .add_number("--per-ip", "N", limits.per_address, 0, kCapMost,
                  "Conversations at once with one address; 0: no cap")
      .shows(std::to_string(limits.per_address));
  command.add_duration("--ip-interval", limits.rest,
                       "From the end of a visit to an address to the next one", Duration::zero());
  command
      .add_number("--per-prefix", "N", limits.per_prefix, 0, kCapMost,
                  "Conversations at once in one network, a /24 or for IPv6 a /48; 0: no cap")
      .shows(std::to_string(limits.per_prefix));
  command
      .add_number("--per-operator", "N", limits.per_operator, 0, kCapMost,
                  "Conversations at once with one operator, the registered domain of the MX host "
                  "or else of the host; 0: no cap")
      .shows(std::to_string(limits.per_operator));
  command.add_number(
      "--retries", "N", flags.retries, 0, pace::kRetriesMost,
      "How often a visit is made again after a 421 or another 4xx reply at the "
      "start, a reset, or no answer, each time later [1, and 0 for your own targets]");
  command.add_duration("--retry-delay", flags.retry_delay, "Time before the first retry")
      .shows("15m after a reply, 2m after a reset, 1m after no answer");
}

std::string describe_caps(const ScanFlags& flags) {
  const pace::CourtesyLimits& limits = flags.courtesy;
  std::string text = "at once " + cap_text(limits.per_address, "for an address") + ", " +
                     cap_text(limits.per_prefix, "for a network") + ", " +
                     cap_text(limits.per_operator, "for an operator") + "; ";
  text += limits.rest > Duration::zero()
              ? write_duration(limits.rest) + " between visits to an address"
              : std::string("no pause between visits to an address");
  const std::uint32_t retries = flags.retries.value_or(pace::kRetriesDefault);
  return text + "; " + (retries == 1 ? "1 retry" : fmt::format("{} retries", retries));
}

}  // namespace mxsweep::cli
