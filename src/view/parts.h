// SPDX-License-Identifier: MIT
// The inside of the board: what it remembers, and what its questions have in common.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/view/board.h"
#include "view/archive.h"
#include "view/counters.h"
#include "view/days.h"
#include "view/ids.h"
#include "view/paths.h"
#include "view/recent.h"

namespace mxsweep::view {

inline constexpr std::size_t kIncidentsShown = 30;         // Open ones, of an overview.
inline constexpr std::size_t kRecentShown = 5;             // Closed ones.
inline constexpr std::size_t kGroupIncidentsShown = 20;    // Of a group's page.
inline constexpr std::size_t kMonitorIncidentsShown = 10;  // Of a monitor's page.
inline constexpr std::size_t kMonitorTimelineShown = 50;
inline constexpr std::size_t kBandsMost = 48;
inline constexpr std::size_t kCertificateHostsShown = 5;
// An incident's members are looked at for its groups; more than these have no others, mostly.
inline constexpr std::size_t kMembersLookedAt = 1000;

// Within one answer.
[[nodiscard]] inline std::uint32_t rows_of(std::uint32_t most) {
  return std::min(most, static_cast<std::uint32_t>(kRowsMost));
}

struct GroupState {
  std::string name;
  GroupDays days;
  std::unique_ptr<ProbeCounters> counters;  // Null: there was no result.
  std::uint32_t says_nothing = 0;           // Monitors whose latest result does.
};

struct Board::Parts {
  Parts(const BoardOptions& options, const watch::Watch& its_watch, const watch::Moment& now);

  // board.cc: what happens.
  void follow(const watch::Moment& now);  // What has changed in `watch` since the last call.
  void follow_groups(const watch::Moment& now);
  void follow_clock(const watch::Moment& now);
  GroupState& group_at(watch::GroupNumber number, const watch::Moment& now);
  void advance(watch::MonitorId id, const watch::Moment& now);
  void on_result(watch::MonitorId id, const watch::HistoryRow& row, const watch::Moment& now);
  void forget(watch::MonitorId id);

  // incidents.cc
  void on_effects(const watch::Effects& effects);
  void restore(watch::Past&& past);
  void keep(const watch::IncidentRow& row);
  [[nodiscard]] IncidentFacts facts_of(const watch::Incident& incident) const;  // An open one.
  [[nodiscard]] IncidentFacts facts_of(const Kept& kept) const;                 // A closed one.
  // Open ones, in the order of their ids; no notices.
  [[nodiscard]] std::vector<const watch::Incident*> open() const;
  [[nodiscard]] std::vector<IncidentFacts> most_severe(std::vector<const watch::Incident*> open,
                                                       std::size_t most) const;

  // lines.cc: parts of several answers.
  [[nodiscard]] Now now_facts(const watch::Moment& now) const;
  [[nodiscard]] MonitorLine line_of(watch::MonitorId id) const;
  [[nodiscard]] Counts counts_of(watch::GroupNumber number) const;
  [[nodiscard]] GroupFacts group_facts(watch::GroupNumber number, const watch::Moment& now) const;
  [[nodiscard]] std::optional<Level> level_of(watch::GroupNumber number,
                                              const watch::Moment& now) const;
  [[nodiscard]] std::optional<watch::GroupNumber> group_named(std::string_view name) const;
  [[nodiscard]] TimeKind time_of(watch::MonitorId id) const;  // As of its latest result.
  [[nodiscard]] std::array<Day, kDays> days_of(watch::MonitorId id, const watch::Moment& now);

  // monitor_page.cc: its sections.
  void show_certificate(watch::MonitorId id, MonitorPage& page) const;
  void show_fields(watch::MonitorId id, MonitorPage& page) const;
  void show_incidents(watch::MonitorId id, MonitorPage& page) const;

  const watch::Watch& watch;
  WallTime began;
  watch::Moment latest;  // The time of the latest call.
  Recent recent;
  MonitorDays days;
  Ids ids;
  Paths paths;
  std::unordered_map<watch::MonitorId, RunSaid> said;  // By the runs of checks.
  Counters counters;
  Archive archive;
  std::vector<GroupState> groups;       // By their numbers.
  std::vector<std::uint32_t> flapping;  // By group; counted by follow().
  std::optional<std::string> reload_problem;
};

// Of the last `days`, today included; nothing: nothing is known.
[[nodiscard]] std::optional<double> uptime_of_days(const std::array<Day, kDays>& days,
                                                   std::size_t count);
// Of 24 hours: today, and a part of yesterday.
[[nodiscard]] std::optional<double> uptime_of_24_hours(const std::array<Day, kDays>& days,
                                                       WallTime now);
// CauseRow::side as it reads in a sentence: "the network or the server".
[[nodiscard]] std::string blame_of(const watch::Incident& incident);

}  // namespace mxsweep::view
