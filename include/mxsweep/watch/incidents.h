// SPDX-License-Identifier: MIT
// Groups problems into incidents: one for each cause, not one for each server. Pure.
//
//   Shape    add() and remove() say what is watched, so that "400 of 400 in this prefix" can be
//            known. open_problem() and close_problem() with each hard change. turn() does what is
//            due and returns the incidents that have opened, changed or closed. Members change in
//            turn() only, so the order of calls between two turns does not matter.
//   Rules    A problem waits for group_wait, while the vantage is in doubt, and for kSettleMost at
//            most while monitors with which it shares a value are undecided: only then is known
//            how far it reaches. Then all waiting problems are covered greedily: of all values (an
//            address, a certificate, an MX set, a prefix, a field of meta, an operator, a group,
//            everything) that at least 3 problems and 80 % of what is watched there have in
//            common, the one with the largest f - 4 (n - f) first, narrow before wide; monitors
//            with an open incident of the kind and undecided ones count for neither side. The rest
//            are incidents of their own. If 5 or more that fail in the same way and began within 2
//            minutes would open together, they are one of ScopeKind::several. A later problem
//            joins an open incident whose scope has it. An incident closes when at most 5 % of its
//            members are down; these become incidents of their own if they are down for
//            kStragglersWait more.
//   Extent   ask_extent() when a failure is no blip: its neighbours are probed at once, so that
//            they need not wait for their turn.
//   Revision grows when members have grown by 25 % and group_interval has passed since the last
//            one; when the severity rises; when the dominant cause changes, at most once in
//            group_interval; when the checks find something else, the same.
//   Cost     counts over the failing monitors only (bench/watch/incidents_bench.cc).
//   Errors   none. The same calls give the same incidents.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

// How long a problem waits, at most, for what its neighbours do: the confirmation of a neighbour
// that was asked at its second failure takes so much longer, with timeouts and our own doubts.
inline constexpr Duration kSettleMost = std::chrono::minutes{2};
// How long those wait that are still down when their incident closes: most recover meanwhile.
inline constexpr Duration kStragglersWait = std::chrono::minutes{2};
// How long the opening of an incident waits for its control probes.
inline constexpr Duration kControlsWait = std::chrono::seconds{5};
// Scopes with fewer monitors get no control probes: there are too few healthy ones.
inline constexpr std::uint32_t kControlledLeast = 5;

struct Problem {
  MonitorId monitor = kNoMonitor;
  IncidentKind kind = IncidentKind::down;  // down, degraded, flapping, unobserved or check.
  Severity severity = Severity::critical;
  Phase phase = Phase::connect;
  Cause cause = Cause::none;
  WallTime since{};
  std::vector<CheckFinding> findings{};  // Of a check, each once.
};

struct IncidentChange {
  enum class What : std::uint8_t { opened, changed, closed } what = What::opened;
  IncidentId incident = 0;
};

class Incidents {
 public:
  // `settings` and `monitor_of` outlive it.
  Incidents(const Settings& settings, std::function<const Monitor&(MonitorId)> monitor_of,
            IncidentId last);
  ~Incidents();
  Incidents(const Incidents&) = delete;
  Incidents& operator=(const Incidents&) = delete;

  void add(MonitorId monitor);     // Watched from now on; again: its fields have changed.
  void remove(MonitorId monitor);  // No longer watched: its problem ends, too.
  void set_certificate(MonitorId monitor, std::string_view spki_sha256);
  // The numbers of incidents go on after this one.
  void count_from(IncidentId last);
  // An incident that was open when the process ended; `members`: those still watched, added before.
  // One of several keeps them, but later problems no longer join it: its values are not known.
  void restore(const Incident& incident, std::span<const MonitorId> members);

  // Of a problem that is open already: its details have changed.
  void open_problem(const Problem& problem, const Moment& now);
  void close_problem(MonitorId monitor, IncidentKind kind, WallTime until, const Moment& now);
  void change_cause(MonitorId monitor, Phase phase, Cause cause);
  // It has results in a row that do not count yet, and may become a problem of this kind.
  void set_undecided(MonitorId monitor, std::optional<IncidentKind> kind);
  // While in doubt, problems wait: nothing new is opened, and nothing open gets new members.
  void set_doubtful(bool doubtful);
  // Opens one that is no problem of monitors: blind, internal or a notice. `key` names its cause: a
  // second call with the same kind and key while it is open changes that one. The key is its
  // scope_value. Notices are closed as they open.
  IncidentId raise(IncidentKind kind, Severity severity, std::string_view key, std::string title,
                   std::string text, const Moment& now);
  void settle(IncidentKind kind, std::string_view key, const Moment& now);

  void acknowledge(IncidentId incident, const Acknowledgement& acknowledgement);
  void turn(const Moment& now, std::vector<IncidentChange>& changes);
  [[nodiscard]] Instant next() const;  // When to call turn().

  [[nodiscard]] const Incident* find(IncidentId incident) const;  // Null: closed and forgotten.
  [[nodiscard]] IncidentId incident_of(MonitorId monitor, IncidentKind kind) const;  // 0: none.
  void forget(IncidentId incident);  // A closed one, when all channels know of its end.
  void each(const std::function<void(const Incident&)>& visit) const;  // In the order of ids.

  // A member that needs no confirmation of its own: healthy monitors of the scope, to be probed as
  // a control before the incident is told. At most `most`, the same ones each time.
  [[nodiscard]] std::vector<MonitorId> controls(IncidentId incident, std::size_t most) const;

  // With `most` > 0, an incident of a scope of kControlledLeast monitors opens when up to so many
  // controls have answered, or kControlsWait after its cover. Until then each() omits it.
  void use_controls(std::size_t most);
  struct Control {
    IncidentId incident = 0;
    MonitorId monitor = kNoMonitor;
  };
  // The probes to make; take them after each turn(). What they showed is told in Incident::text.
  [[nodiscard]] std::vector<Control> take_controls();
  void on_control(IncidentId incident, MonitorId monitor, bool answered, const Moment& now);

  // It has failed since `since`, more than once: what do its neighbours do?
  void ask_extent(MonitorId monitor, IncidentKind kind, WallTime since, const Moment& now);
  // Whether a neighbour of what has failed in this way since then is worth a probe.
  using Wanted = std::function<bool(MonitorId monitor, IncidentKind kind, WallTime since)>;
  // The neighbours to probe; take them after each turn().
  [[nodiscard]] std::vector<MonitorId> take_neighbours(const Moment& now, const Wanted& wanted);

  [[nodiscard]] std::size_t octets_held() const;  // By what is watched, without incidents.

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mxsweep::watch
