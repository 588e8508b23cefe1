// SPDX-License-Identifier: MIT
// Answers watch::Watch's requests for slow checks: asks DNS, and holds what it says against what
// the probes of the same monitor see.
//
//   Shape     take_requests() with each turn, on_answer() when DNS has answered. With DANE the next
//             probe that goes on to TLS decides, which is asked for at once: on_record() of each
//             server that it has visited, then on_probed().
//   Records   on_record() gives a record its "checks", as mxsweep scan writes them; the line of a
//             domain is that of mxsweep checks.
//   Threads   one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "monitor/outside.h"
#include "monitor/roster.h"
#include "mxsweep/checks/survey.h"
#include "mxsweep/results/record.h"
#include "mxsweep/smtp/dialogue.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::monitor {

// Why the word names no check that the monitor makes of mail domains, or of servers; empty: it
// does.
[[nodiscard]] std::string check_fault(const std::string& word, bool domains);

// What the group's words ask about a target. Requires: each has no check_fault().
[[nodiscard]] CheckPlan plan_of(const watch::Group& group);

// The file of a word "dnsbl:FILE"; empty: it is another word.
[[nodiscard]] std::string_view blocklists_of(std::string_view word);

class Checker {
 public:
  Checker(watch::Watch& watch, Roster& roster, Outside& outside)
      : watch_(watch), roster_(roster), outside_(outside) {}

  void take_requests(const watch::Moment& now);
  void on_answer(const std::vector<names::Resolved>& servers, const watch::Moment& now);
  // `json`: what the record's "checks" view, until the next call.
  void on_record(watch::MonitorId monitor, results::Record& record, std::string& json);
  void on_probed(watch::MonitorId monitor, smtp::Depth depth, const watch::Moment& now);
  // The monitor is about to be removed.
  void forget(watch::MonitorId monitor);

 private:
  struct Pending {
    std::uint64_t number = 0;  // Ids are used again; this is not.
    bool waits = false;        // For a probe: DNS has answered.
    std::shared_ptr<const checks::Survey> survey{};
    bool whole = false;
    std::vector<checks::Checked> seen{};  // With what visits have shown.
  };

  [[nodiscard]] CheckPlan plan_for(watch::MonitorId monitor) const;
  void record_domain(watch::MonitorId monitor, const std::vector<names::Resolved>& servers,
                     const watch::Moment& now);
  [[nodiscard]] targets::Target target_of(watch::MonitorId monitor);
  [[nodiscard]] const watch::Group& group_of(watch::MonitorId monitor) const;
  void finish(watch::MonitorId monitor, const watch::Moment& now);

  watch::Watch& watch_;
  Roster& roster_;
  Outside& outside_;
  std::unordered_map<watch::MonitorId, Pending> pending_;
  std::unordered_map<std::uint64_t, watch::MonitorId> asked_;  // By Pending::number.
  std::uint64_t number_ = 0;
  watch::Moment now_{};
};

}  // namespace mxsweep::monitor
