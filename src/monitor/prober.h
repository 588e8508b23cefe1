// SPDX-License-Identifier: MIT
// Answers the requests of watch::Watch with visits to servers. It is the listener of an engine
// (engine/engine.h) and uses neither ring nor socket.
//
//   Shape     take_requests(), then next() until there is none, each of which the engine starts;
//             on_end() passes the results to Watch. on_names() when DNS has answered.
//   Sharing   one visit to a server at a time, for all monitors that are due: those of other groups
//             and of mail domains that it serves. What it does not answer, because it did not go as
//             far or because another name may get another certificate, is visited again after it.
//             A confirmation never takes a result that was on its way before it was asked for.
//   Runs      a monitor of a [[check]] is no server: outside runs it, and its result is passed on.
//   Domains   a mail domain is bad if all its best servers are bad; else the best of them counts.
//   Courtesy  servers of groups that are not own are visited within the caps of `scan`
//             (pace/courtesy.h): a visit that must wait is late, and not left out.
//   Our fault a time limit that expires in a turn that began more than kLateMost too late counts as
//             our own (local); what was cut off by the end of the process is no result at all.
//   Shortage  after a local shortage nothing starts for a while, and the visit is made again; after
//             kShortagePatience its result is `local`.
//   Threads   one.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitor/canaries.h"
#include "monitor/checker.h"
#include "monitor/outside.h"
#include "monitor/plans.h"
#include "monitor/probe_counts.h"
#include "monitor/roster.h"
#include "monitor/visit.h"
#include "mxsweep/pace/courtesy.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/results/record.h"
#include "mxsweep/visits/server_key.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::monitor {

inline constexpr Duration kLateMost = std::chrono::milliseconds{100};
inline constexpr Duration kShortagePatience = std::chrono::seconds{30};
inline constexpr Duration kBrakeLeast = std::chrono::milliseconds{10};
inline constexpr Duration kBrakeMost = std::chrono::seconds{1};

class Prober {
 public:
  using Visit = monitor::Visit;

  Prober(watch::Watch& watch, Roster& roster, const Plans& plans, Outside& outside,
         Checker& checker)
      : watch_(watch),
        roster_(roster),
        plans_(plans),
        outside_(outside),
        checker_(checker),
        canaries_(watch, plans, outside) {}

  // Takes what is due from Watch, while there are fewer than `room` visits to start.
  void take_requests(std::size_t room, const watch::Moment& now);
  // The visit to start now.
  [[nodiscard]] std::optional<Visit> next(Instant now);
  [[nodiscard]] Instant braked_until() const { return braked_until_; }
  [[nodiscard]] bool has_ready() const {
    return !ready_.empty() || canaries_.ready() > 0 || !again_.empty() || courtesy_.has_granted(0);
  }
  // When a visit that waits for the caps may start; kNever: none waits for a moment.
  [[nodiscard]] Instant next_grant() const { return courtesy_.next(0); }
  void on_names(const std::vector<names::Resolved>& servers, const watch::Moment& now);
  void on_run(const RunResult& result, const watch::Moment& now);
  void forget_canaries() { canaries_.forget(); }  // The configuration has others now.
  // The monitor is removed: nothing more of it goes to Watch.
  void forget(watch::MonitorId monitor) {
    pending_.erase(monitor);
    outside_.forget(monitor);
  }
  // The lateness of the present turn. Call it before the engine's work().
  void note_late(Duration late) {
    late_turn_ = late > kLateMost;
    if (late_turn_) ++counts_.late_turns;
  }
  void stop() { stopping_ = true; }

  // The engine's listener.
  void on_end(Visit& visit, probe::Observation&& seen, Instant now);
  void on_connected(const Visit& /*visit*/, Instant /*now*/) { brake_ = {}; }
  void on_shortage(Visit&& visit, int error, Instant now);
  void on_closed(Visit& visit);

  [[nodiscard]] const ProbeCounts& counts() const { return counts_; }
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

 private:
  using Seen = std::shared_ptr<const probe::Observation>;
  // What a record has of the server, beside the observation and the monitor.
  struct Part {
    Address address;
    std::string name;  // For TLS.
    std::string mx_host;
    std::uint16_t preference = 0;
    Cause cause = Cause::none;  // Without a visit: why there was none.
    Phase phase = Phase::dns;
    int error = 0;
    bool excused = false;  // A time limit that expired because this thread was late.
  };
  struct Pending {  // A request of Watch.
    watch::ProbeRequest request;
    std::uint64_t number = 0;  // Ids are used again; this is not.
    std::uint32_t parts = 0;   // Without a result.
    bool several = false;
    watch::Verdict verdict = watch::Verdict::bad;  // Of `best`.
    std::optional<Part> best{};
    Seen seen{};
  };
  struct Waiter {
    watch::MonitorId monitor = watch::kNoMonitor;
    std::uint64_t number = 0;
    smtp::Depth depth = smtp::Depth::ehlo;
    bool require_valid = false;
    bool rides = false;  // With the visit that is under way, if that goes far enough.
    Part part;
  };
  struct Server {
    bool visiting = false;
    bool queued = false;  // In ready_, or waiting for the caps.
    pace::Ticket ticket = pace::kNoTicket;
    smtp::Depth depth = smtp::Depth::ehlo;
    bool require_valid = false;
    std::string name;
    std::vector<Waiter> waiters;
  };
  using Servers = std::unordered_map<visits::ServerKey, Server, visits::ServerKey::Hash>;

  void begin(const watch::ProbeRequest& request, const watch::Moment& now);
  void ask(WatchedName& name);
  void go_on(watch::MonitorId monitor, const watch::Moment& now);
  void visit_domain(watch::MonitorId monitor, const WatchedName& name, const watch::Moment& now);
  void visit(watch::MonitorId monitor, Part&& part);
  void queue(const visits::ServerKey& key, Server& server);
  void take_grants(Instant now);
  [[nodiscard]] bool may_start(const visits::ServerKey& key, const Server& server, Instant now);
  [[nodiscard]] Visit start(const visits::ServerKey& key, Server& server, Instant now);
  // `seen` is null: there was no visit, for the reason in the part.
  void answer(const Waiter& waiter, const Seen& seen, bool shared, const watch::Moment& now);
  void finish(watch::MonitorId monitor, const Part& part, const Seen& seen,
              const watch::Moment& now);
  void pass_on(watch::MonitorId monitor, const results::Record& record, const watch::Moment& now);
  [[nodiscard]] results::Record record_of(watch::MonitorId monitor, const Part& part,
                                          const probe::Observation* seen,
                                          const watch::Moment& now) const;

  [[nodiscard]] Pending* find(const Waiter& waiter);
  [[nodiscard]] const watch::Group& group_of(const watch::Monitor& monitor) const {
    return watch_.settings().groups[monitor.group];
  }

  watch::Watch& watch_;
  Roster& roster_;
  const Plans& plans_;
  Outside& outside_;
  Checker& checker_;
  Canaries canaries_;
  std::string checks_;  // Of the present record.
  std::unordered_map<watch::MonitorId, Pending> pending_;
  std::unordered_map<std::uint64_t, watch::MonitorId> runs_;  // By their numbers.
  Servers servers_;  // With something to do, or being visited.
  std::deque<visits::ServerKey> ready_;
  std::deque<Visit> again_;  // After a shortage.
  pace::Courtesy courtesy_{pace::CourtesyLimits{}, 1};
  std::vector<visits::ServerKey> places_;  // Of those that wait for the caps.
  std::vector<std::uint32_t> free_places_;
  Instant now_{};
  std::uint64_t number_ = 0;
  ProbeCounts counts_;
  Duration brake_{};
  Instant braked_until_ = Instant::min();
  bool late_turn_ = false;
  bool stopping_ = false;
};

}  // namespace mxsweep::monitor
