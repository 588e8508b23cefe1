// SPDX-License-Identifier: MIT
// The insides of watch/incidents.h: incidents.cc has the calls, incident_turn.cc what a turn does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mxsweep/watch/incidents.h"
#include "watch/extent.h"
#include "watch/scopes.h"
#include "watch/several.h"

namespace mxsweep::watch {

// down, degraded, flapping, unobserved, check: the kinds that are problems of monitors come first.
inline constexpr std::size_t kProblemKinds = 5;
// Of these, the kinds of which a server is not well.
inline constexpr std::size_t kServerKinds = 4;
inline constexpr std::uint32_t kGrownPercent = 25;  // So much worse is worth a message.
inline constexpr std::uint32_t kClosingPercent = 5;
// So many incidents of a turn get control probes, the largest first: finding healthy monitors is a
// search through all of them, and more say nothing new.
inline constexpr std::uint32_t kControlledMost = 16;
// The members of a large incident are looked through so often at most: thousands may recover within
// seconds, each in a turn of its own.
inline constexpr Duration kRefreshEvery = std::chrono::seconds{1};
inline constexpr std::uint32_t kRefreshedAtOnce = 64;

// While problems wait for what their neighbours do, they are looked at so often.
inline constexpr Duration kSettleLookEvery = std::chrono::seconds{1};

struct OpenProblem {
  Problem problem;
  Instant arrived{};        // Since then it waits.
  Instant ripe_at{};        // Then it has waited long enough.
  IncidentId incident = 0;  // 0: it waits.
  bool straggles = false;   // Its incident has closed without it.
  bool held = false;        // As of the latest look: its extent is not known yet,
  bool ripe = false;        // or it may open.
};

struct IncidentState {
  Incident incident;
  // scope_hash() of its values: others can join it. None of a single monitor, several of several.
  std::vector<std::uint64_t> scopes;
  std::uint32_t singles = 0;  // Of several: those with no value.
  std::uint32_t down = 0;     // Members now; Incident::members may still have some that recovered.
  std::uint32_t whole = 0;    // Of this, 5 % may be down at its end: the most members at once.
  bool dirty = false;         // It is in Parts::dirty.
  bool told = false;          // Its opening was returned by turn().
  bool changed = false;       // Something changed that is no revision.
  bool recovered = false;     // A member ended by a good result, not by its removal, in this turn.
  Instant timer = kNever;     // The earliest of its entries in Parts::timers.
  Instant refreshed{};
  // As of the last revision.
  std::uint32_t members_told = 0;
  Severity severity_told = Severity::info;
  Phase phase_told = Phase::connect;
  Cause cause_told = Cause::none;
  Instant revised{};
  std::optional<Instant> cause_revised;  // When a new cause was last a revision.
  // Of a check: the ids, in their order; of what was told by an earlier process they are not known.
  std::vector<CheckFinding> findings{};
  std::optional<std::vector<CheckFinding>> findings_told{};
  // As it was acknowledged.
  std::uint32_t members_known = 0;
  Severity severity_known = Severity::info;
  // Control probes.
  Instant opens_by{};  // It waits for its controls until then.
  std::vector<MonitorId> controls_open;
  std::uint32_t controls_asked = 0;
  std::uint32_t controls_answered = 0;
};

struct Incidents::Parts {
  Parts(const Settings& settings_, std::function<const Monitor&(MonitorId)> monitor_of_,
        IncidentId last_)
      : settings(settings_), monitor_of(std::move(monitor_of_)), last(last_) {}

  [[nodiscard]] OpenProblem* problem_of(MonitorId monitor, IncidentKind kind);
  [[nodiscard]] IncidentState* state_of(IncidentId incident);
  void mark(IncidentState& state);
  void wait(OpenProblem& open, Instant since, bool straggles);
  void end_problem(MonitorId monitor, IncidentKind kind, bool recovered, WallTime until);
  [[nodiscard]] std::vector<MonitorId> healthy_of(const IncidentState& state,
                                                  std::size_t most) const;
  [[nodiscard]] std::uint32_t watched_of(const IncidentState& state) const;

  // incident_turn.cc
  void run_timers(const Moment& now);
  void end_incidents(const Moment& now, std::vector<IncidentChange>& changes);
  void close(IncidentState& state, const Moment& now);
  void group(IncidentKind kind, const Moment& now);
  [[nodiscard]] bool join(OpenProblem& open);
  void admit(IncidentState& state, OpenProblem& open);
  void call_at(IncidentState& state, Instant when);

  // incident_cover.cc
  void cover_waiting(IncidentKind kind, const Moment& now);
  [[nodiscard]] std::vector<MonitorId> take_waiting(IncidentKind kind);
  [[nodiscard]] std::vector<MonitorId> known_of(IncidentKind kind) const;
  void open_parts(IncidentKind kind, std::vector<Covered>&& parts, const Moment& now);
  [[nodiscard]] std::optional<Opening> opening_of(IncidentKind kind, Covered&& part,
                                                  const Moment& now);
  void begin(IncidentKind kind, std::span<const Opening> openings,
             std::span<const std::size_t> numbers, const Moment& now);
  void name_several(IncidentState& state, std::span<const Opening> openings,
                    std::span<const std::size_t> numbers) const;
  void ask_controls(IncidentState& state, const Moment& now);

  // incident_report.cc
  void report(IncidentState& state, const Moment& now, std::vector<IncidentChange>& changes);
  void report_raised(IncidentState& state, std::vector<IncidentChange>& changes);
  void refresh(IncidentState& state, const Moment& now);
  void open(IncidentState& state, const Moment& now, std::vector<IncidentChange>& changes);
  void refresh_findings(IncidentState& state);
  [[nodiscard]] bool is_revision(IncidentState& state, const Moment& now);
  void note_revision(IncidentState& state, const Moment& now);
  void check_acknowledgement(IncidentState& state, const Moment& now);
  [[nodiscard]] std::string text_of(const IncidentState& state);
  void count_unwell();

  const Settings& settings;
  std::function<const Monitor&(MonitorId)> monitor_of;
  IncidentId last;
  Scopes scopes;
  std::uint32_t watched = 0;
  std::vector<bool> is_watched;  // By id.

  std::unordered_map<std::uint64_t, OpenProblem> problems;  // By problem_key().
  std::map<IncidentId, IncidentState> incidents;
  std::unordered_map<std::uint64_t, IncidentId> by_scope;             // Open, by join_key().
  std::map<std::pair<IncidentKind, std::string>, IncidentId> raised;  // Open, by key.

  bool doubtful = false;
  Instant seen{};  // The latest moment that a call had.
  // Both may have some that have ended. Arrivals have not been looked at by a turn.
  std::array<std::vector<MonitorId>, kProblemKinds> arrivals;
  std::array<std::vector<MonitorId>, kProblemKinds> waiting;
  std::array<Instant, kProblemKinds> due = {kNever, kNever, kNever, kNever, kNever};
  std::array<Instant, kProblemKinds> not_before{};  // `due` is later: some wait for neighbours.
  std::array<std::unordered_set<MonitorId>, kProblemKinds> undecided;
  Extent extent;
  std::set<IncidentId> dirty;  // To be looked at in the next turn.
  using Timer = std::pair<Instant, IncidentId>;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers;

  std::size_t controls_most = 0;
  std::uint32_t controlled = 0;   // Incidents in this turn.
  std::vector<Control> controls;  // To be taken.

  // For text_of(), within a turn: monitors with a problem of any kind.
  bool unwell_counted = false;
  std::uint32_t unwell = 0;
  std::unordered_map<ValueNumber, std::uint32_t> unwell_of_operator;
};

[[nodiscard]] inline std::uint64_t problem_key(MonitorId monitor, IncidentKind kind) {
  return std::uint64_t{monitor} * kProblemKinds + static_cast<std::uint64_t>(kind);
}
[[nodiscard]] inline std::uint64_t join_key(IncidentKind kind, std::uint64_t scope) {
  return scope + static_cast<std::uint64_t>(kind);
}
[[nodiscard]] inline bool is_problem(IncidentKind kind) {
  return static_cast<std::size_t>(kind) < kProblemKinds;
}
[[nodiscard]] inline bool has_grown(std::size_t members, std::uint32_t before) {
  return members > before &&
         std::uint64_t{members} * 100 >= std::uint64_t{before} * (100 + kGrownPercent);
}

}  // namespace mxsweep::watch
