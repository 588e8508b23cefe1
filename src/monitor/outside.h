// SPDX-License-Identifier: MIT
// What the loop needs of its surroundings: other threads, files and databases. Tests have one of
// their own.
//
//   Threads   all of it is called by the loop's thread, and nothing of it blocks. What comes from
//             other threads is fetched with take...(); they wake the loop by its doorbell.
#pragma once

#include <functional>
#include <vector>

#include "monitor/run_result.h"
#include "mxsweep/checks/options.h"
#include "mxsweep/core/time.h"
#include "mxsweep/names/domain.h"
#include "mxsweep/names/task.h"
#include "mxsweep/results/record.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/history_row.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::monitor {

class Hand;

// What is asked about a target, beside where it leads.
struct CheckPlan {
  bool domain = false;      // The target is a mail domain.
  bool blocklists = false;  // Those of the configuration are asked.
  checks::Options options{};
};

class Outside {
 public:
  Outside() = default;
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;
  virtual ~Outside() = default;

  // Asks DNS for a host's addresses, or for the servers of a mail domain. Target::number comes back
  // with the answer.
  virtual void ask(targets::Target&& name, bool domain) = 0;
  // All servers of one name, at least one. False: there is no answer.
  virtual bool take(std::vector<names::Resolved>& servers) = 0;

  // The same with all that the checks ask about it; the answers have the survey.
  virtual void ask_checks(targets::Target&& target, const CheckPlan& plan) = 0;
  virtual bool take_checked(std::vector<names::Resolved>& servers) = 0;
  // The line of a mail domain, with what the checks have found.
  virtual void record(const names::Domain& domain, Instant now) = 0;

  // Runs what a [[check]] says: that of `group`. Each order has one result.
  virtual void run(std::uint64_t number, const watch::Group& group) = 0;
  virtual bool take(RunResult& result) = 0;
  // What a run has said, after its result was taken.
  virtual void show(watch::MonitorId id, const RunResult& result) = 0;

  // The result of one connection, or of a name that led to none.
  virtual void record(const results::Record& record, Instant now) = 0;
  // The result of one probe, after Watch has taken it.
  virtual void keep(watch::MonitorId id, const watch::Monitor& monitor,
                    watch::HistoryRow&& row) = 0;
  virtual void forget(watch::MonitorId id) = 0;  // Its number may become another monitor's.

  // `settings`: those that the numbers of channels refer to.
  virtual void pass_on(watch::Effects&& effects, const watch::Settings& settings, Instant now) = 0;
  virtual bool take(watch::Delivered& delivered) = 0;
  // What has become of the monitor's own means, to be told as an internal incident.
  struct Trouble {
    std::string key;
    std::string text;
    bool ends = false;
  };
  virtual bool take(Trouble& trouble) = 0;

  // Work for the loop's thread: commands of users, a new configuration.
  using Command = std::function<void(Hand& hand)>;
  virtual bool take(Command& command) = 0;

  // Whether something waits to be taken; checked before a sleep.
  [[nodiscard]] virtual bool has_work() const = 0;
  // Writes out what has waited long enough. Returns when to call it again.
  virtual Instant flush(Instant now) = 0;
  // A turn has ended: all is well. For the watchdog and the dead man's ping.
  virtual void on_turn(Instant now) = 0;
};

}  // namespace mxsweep::monitor
