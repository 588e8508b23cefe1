// SPDX-License-Identifier: MIT
// Groups problems into incidents: one for each cause, not one for each server. Pure.
//
//   Shape    add() and remove() say what is watched, so that "400 of 400 in this prefix" can be
//            known. open_problem() and close_problem() with each hard change. turn() does what is
//            due and returns the incidents that have opened, changed or closed.
//   Rules    A problem waits for group_wait, and while the vantage is in doubt. Then all waiting
//            problems are covered greedily: of all values (an address, a certificate, an MX set, a
//            prefix, a field of meta, an operator, a group, everything) that at least 3 problems
//            and 80 % of what is watched there have in common, the one with the largest
//            f - 4 (n - f) first, narrow before wide. The rest are incidents of their own. A later
//            problem joins an open incident whose scope has it. An incident closes when at most 5 %
//            of its members are down; these become incidents of their own.
//   Cost     counts over the failing monitors only.
//   Errors   none. The same calls give the same incidents.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/health.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

struct Problem {
  MonitorId monitor = kNoMonitor;
  IncidentKind kind = IncidentKind::down;  // down, degraded, flapping or unobserved.
  Severity severity = Severity::critical;
  Phase phase = Phase::connect;
  Cause cause = Cause::none;
  WallTime since{};
};

struct IncidentChange {
  enum class What : std::uint8_t { opened, changed, closed } what = What::opened;
  IncidentId incident = 0;
};

class Incidents {
 public:
  // `groups` and `monitor_of` outlive it.
  Incidents(const Settings& settings, std::function<const Monitor&(MonitorId)> monitor_of,
            IncidentId last);

  void add(MonitorId monitor);     // Watched from now on.
  void remove(MonitorId monitor);  // No longer watched: its problem ends, too.
  void set_certificate(MonitorId monitor, std::string_view spki_sha256);
  // An incident that was open when the process ended; `members`: those still watched.
  void restore(const Incident& incident, std::span<const MonitorId> members);

  void open_problem(const Problem& problem, const Moment& now);
  void close_problem(MonitorId monitor, IncidentKind kind, WallTime until, const Moment& now);
  void change_cause(MonitorId monitor, Phase phase, Cause cause);
  // While in doubt, problems wait: nothing new is opened.
  void set_doubtful(bool doubtful);
  // Opens one that is no problem of monitors: blind, internal or a notice. `key` names its cause: a
  // second call with the same kind and key while it is open changes that one.
  IncidentId raise(IncidentKind kind, Severity severity, std::string_view key, std::string title,
                   std::string text, const Moment& now);
  void settle(IncidentKind kind, std::string_view key, const Moment& now);

  void acknowledge(IncidentId incident, const Acknowledgement& acknowledgement);
  void turn(const Moment& now, std::vector<IncidentChange>& changes);
  [[nodiscard]] Instant next() const;  // When to call turn().

  [[nodiscard]] const Incident* find(IncidentId incident) const;  // Null: closed and forgotten.
  [[nodiscard]] IncidentId incident_of(MonitorId monitor, IncidentKind kind) const;  // 0: none.
  void forget(IncidentId incident);  // A closed one, when all channels know of its end.
  void each(const std::function<void(const Incident&)>& visit) const;
  // A member that needs no confirmation of its own: healthy monitors of the scope, to be probed as
  // a control before the incident is told. At most `most`.
  [[nodiscard]] std::vector<MonitorId> controls(IncidentId incident, std::size_t most) const;
};

}  // namespace mxsweep::watch
