// SPDX-License-Identifier: MIT
// The parts of a Watch and what joins them. Each part is a file of its own; here is only what
// passes between them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/watch/certificates.h"
#include "mxsweep/watch/changes.h"
#include "mxsweep/watch/compose.h"
#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/health.h"
#include "mxsweep/watch/holds.h"
#include "mxsweep/watch/incidents.h"
#include "mxsweep/watch/notifier.h"
#include "mxsweep/watch/schedule.h"
#include "mxsweep/watch/slow_checks.h"
#include "mxsweep/watch/uptime.h"
#include "mxsweep/watch/vantage.h"
#include "mxsweep/watch/watch.h"
#include "watch/evidence.h"
#include "watch/health_rows.h"

namespace mxsweep::watch {

[[nodiscard]] inline std::string level_key(std::string_view group) {
  return std::string(kLevelKey) + std::string(group);
}

struct Watch::Parts {
  struct Slot {
    Monitor monitor;
    Health health;
    Uptime uptime;
    Instant tls_at{};               // When a probe to TLS is due.
    std::uint64_t certificate = 0;  // Hash of the SPKI that `incidents` has been given.
    std::uint8_t voids = 0;         // Results in a row that say nothing.
    bool used = false;
    bool open = false;             // A probe is not answered yet: the id cannot be given away.
    bool checking = false;         // The same of its checks.
    bool checked = false;          // It is in check_schedule.
    bool warned_with_tls = false;  // The latest warning was of a probe that tried TLS.
    bool unobserved = false;       // Its void results have become an incident.
    bool held_in_window = false;
    bool in_doubt = false;      // The latest result was bad, and did not count.
    bool failing = false;       // It is in `soft`.
    Cause cause = Cause::none;  // Of its problem, as `incidents` has it.
    Phase phase = Phase::input;
    Cause next_cause = Cause::none;  // Of the latest result of the problem.
    Phase next_phase = Phase::input;
    bool warned = false;  // Warnings that do not count yet.
    // As `counts` of its group has it.
    bool counted = false;
    State counted_state = State::unknown;
    std::uint32_t GroupCounts::*counted_time = nullptr;
  };
  // A monitor that is probed to learn about others: a neighbour of the vantage's round, a control
  // of incidents that are about to open, or both.
  struct Asked {
    std::uint32_t round = 0;  // 0: it is no neighbour.
    std::vector<IncidentId> incidents;
    bool begun = false;
  };

  Parts(Settings its_settings, Zones its_zones, std::uint32_t its_capacity, std::uint64_t seed,
        const Moment& now);

  // Probing (probing.cc).
  std::optional<ProbeRequest> next_probe(const Moment& now);
  void on_result(MonitorId id, const Sample& sample, const Moment& now);
  void judge(MonitorId id, const Sample& sample, const Moment& now);
  void follow_suspicion(MonitorId id);
  void ask_extent(MonitorId id, Verdict latest, const Moment& now);
  void follow_cause(MonitorId id, const Moment& now);
  void on_hard_change(MonitorId id, const HealthChange& change, const Moment& now);
  void on_flapping(MonitorId id, Flapping::Change change, const Moment& now);
  void on_void(MonitorId id, const Sample& sample, const Moment& now);
  void learn(MonitorId id, const Sample& sample, const Moment& now);
  void open_problem(MonitorId id, IncidentKind kind, WallTime since, const Moment& now);
  void close_problem(MonitorId id, IncidentKind kind, WallTime until, const Moment& now);
  void count_time(MonitorId id, const Moment& now);
  void uncount(Slot& slot);
  void note_down_counts(GroupNumber group, const Moment& now);

  // Slow checks (checking.cc).
  void set_checks(const Moment& now);
  void set_checks(MonitorId id, const Moment& now);
  void drop_findings(const Moment& now);
  std::optional<CheckRequest> next_check(const Moment& now);
  void on_checks(MonitorId id, const CheckSample& sample, const Moment& now);
  void follow_findings(MonitorId id, const Moment& now);

  // The vantage (sight.cc).
  std::vector<MonitorId> pick_well(std::size_t most);
  void reset_vantage();
  void begin_round(const Moment& now);
  void ask_controls(const Moment& now);
  void ask_neighbours(const Moment& now);
  void answer_asked(MonitorId id, const Sample& sample, const Moment& now);
  void follow_sight(const Moment& now);

  // Incidents and notices (turn.cc).
  void turn(const Moment& now);
  void follow_holds(const Moment& now);
  void follow_incidents(const Moment& now);
  void on_incident(const IncidentChange& change, const Moment& now);
  void save(const Incident& incident);
  void settle_flapping(const Moment& now);
  void follow_levels(const Moment& now);
  void forget_ended();
  void take_news(std::vector<FieldChange>& found, const Moment& now);
  void send_urgent(const Moment& now);
  void send_digest(const Moment& now);
  void set_digest(const Moment& now);
  [[nodiscard]] Instant next() const;

  // What the notifier asks (surroundings.cc).
  [[nodiscard]] Notifier::World world();
  [[nodiscard]] bool matches_incident(const Selector& selector, const Incident& incident) const;
  [[nodiscard]] bool held(const Incident& incident) const;
  [[nodiscard]] bool is_patient(const Channel& channel, const Incident& incident) const;
  [[nodiscard]] Subject subject(const Incident& incident) const;

  void reopen_problems(const Moment& now);
  void restore_incidents(const Moment& now);
  void set_levels(const Moment& now);
  // The id of one that was removed, when nothing of it is asked for any more.
  void give_away(MonitorId id);
  void save(MonitorId id);
  void tell(std::string_view type, MonitorId id, IncidentId incident, std::string text,
            const Moment& now);
  void note(std::string_view what, MonitorId id, IncidentId incident, std::string text,
            const Moment& now);
  [[nodiscard]] const Group& group_of(const Slot& slot) const {
    return settings.groups[slot.monitor.group];
  }
  [[nodiscard]] const std::string& key_of(MonitorId id) const;

  Settings settings;
  Zones zones;
  std::uint32_t capacity;
  Random random;
  std::deque<Slot> slots;
  std::vector<MonitorId> free_ids;
  std::unordered_map<std::string_view, MonitorId> by_key;  // Views of the slots' keys.
  std::uint32_t count = 0;

  Schedule schedule;
  Incidents incidents;
  std::optional<VantageCheck> vantage;
  Holds holds;
  Notifier notifier;
  Certificates certificates;
  Changes changes;
  std::optional<Schedule> check_schedule;  // Nothing: no group has checks.
  SlowChecks slow_checks;
  Evidence evidence;
  std::vector<std::optional<ServiceLevel>> levels;  // By group.
  std::vector<std::uint32_t> watched;               // By group.
  std::vector<std::uint32_t> down;                  // By group.
  std::vector<GroupCounts> counts;                  // By group.
  std::uint64_t added = 0;

  Saved saved;  // From restore() to end_of_monitors().
  std::unordered_map<std::string_view, const MonitorRow*> saved_monitors;

  Sight sight = Sight::clear;
  std::unordered_map<MonitorId, Asked> asked;
  std::deque<CanaryRequest> canaries;
  std::unordered_set<MonitorId> soft;  // Bad results that do not count yet.
  std::unordered_set<MonitorId> flapping;
  std::unordered_set<MonitorId> fresh;  // A window ended: one more probe decides.
  std::vector<FieldChange> news;        // Changes for the digest.
  std::vector<FieldChange> urgent;      // Changes that cannot wait for it.
  std::vector<IncidentId> ended;        // Closed, and perhaps not told to all channels.
  std::map<std::string, Burn, std::less<>> burning;  // By group: what an open incident says.
  Instant holds_at{};
  Instant flapping_at = kNever;
  Instant levels_at = kNever;
  Instant urgent_at = kNever;
  Instant digest_at = kNever;
  WallTime digest_sent{};
  Effects effects;
};

}  // namespace mxsweep::watch
