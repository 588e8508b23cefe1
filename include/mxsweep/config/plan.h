// SPDX-License-Identifier: MIT
// What a configuration means: the load on this machine, which channel gets what, and whether the
// path of the alerts depends on what is watched. For `mxsweep watch --check`. Pure.
//
//   Shape    make_plan() of the settings and of what the lists have; lines_of() is what is printed.
//   Units    probes and handshakes a second; cores; octets. Processor time and memory are estimates
//            from measured costs (kPlainCost and below), not promises.
//   Errors   none. What is wrong with the configuration is a Remark.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::config {

// Measured on one core of a virtual machine (docs/watch.md).
inline constexpr Duration kPlainCost = std::chrono::microseconds{52};
inline constexpr Duration kTlsCost = std::chrono::microseconds{485};
inline constexpr std::uint64_t kMonitorOctets = 1200;
inline constexpr std::uint64_t kResultOctets = 36;  // In history.db, before it is compacted.

struct Watched {
  std::vector<std::uint64_t> monitors;  // Of each group, in the order of Settings::groups.
  // Whether a server that is watched has this name or address.
  std::function<bool(std::string_view host)> has_server;
  // Whether an MX host of this domain is a server that is watched.
  std::function<bool(std::string_view domain)> has_mx_of;
};

struct GroupLoad {
  std::string name;
  std::uint64_t monitors = 0;
  double probes_per_second = 0;      // All of them.
  double handshakes_per_second = 0;  // Those with TLS.
  std::string checks;                // What is checked in DNS, and how often; empty: nothing.
};

// Which channels get the incidents of a group with a severity, at once or later.
struct Reach {
  std::string group;
  watch::Severity severity = watch::Severity::critical;
  std::vector<std::string> at_once;
  std::vector<std::string> sometimes;  // If a target, or a field of meta, matches.
  std::vector<std::string> later;      // By escalation.
};

struct Remark {
  enum class Weight : std::uint8_t { warning, error } weight = Weight::warning;
  std::string sentence;
};

struct Plan {
  std::vector<GroupLoad> groups;
  std::uint64_t monitors = 0;
  double probes_per_second = 0;
  double handshakes_per_second = 0;
  double cores = 0;                 // Estimate, of the probes alone.
  std::uint64_t memory_octets = 0;  // Estimate.
  std::uint64_t history_octets_per_day = 0;
  double days_kept = 0;  // In Settings::history_octets_max; 0: there are no results.
  std::vector<Reach> reaches;
  std::string seen;  // Where the status page is, and who sees what; empty: there is none.
  std::vector<Remark> remarks;

  [[nodiscard]] bool has_error() const;
};

// Requires: Watched::monitors has an entry for each group; both functions are set.
[[nodiscard]] Plan make_plan(const watch::Settings& settings, const Watched& watched);
// Without line ends.
[[nodiscard]] std::vector<std::string> lines_of(const Plan& plan);

}  // namespace mxsweep::config
