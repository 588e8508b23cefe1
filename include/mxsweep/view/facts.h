// SPDX-License-Identifier: MIT
// What pages, API and metrics show, as plain values: made by view::Board in the loop's thread, read
// by any other one.
//
//   Shape    values without references to the monitor: immutable once they are made. Lists are
//            pages of at most kRowsMost.
//   Units    microseconds of the wall clock for moments; Duration for spans.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/certificates.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/state.h"
#include "mxsweep/watch/uptime.h"
#include "mxsweep/watch/vantage.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::view {

inline constexpr std::size_t kDays = 90;
inline constexpr std::size_t kRowsMost = 1000;  // Of one answer.

struct Counts {
  std::uint32_t monitors = 0;
  std::uint32_t up = 0;  // The four states are disjoint, and all.
  std::uint32_t degraded = 0;
  std::uint32_t down = 0;
  std::uint32_t unknown = 0;
  std::uint32_t flapping = 0;    // Of any state.
  std::uint32_t unobserved = 0;  // The same: their latest result says nothing of the server.
  std::uint32_t maintenance = 0;
};

// A day of UTC: the time of all monitors together. whole() == 0: nothing is known.
using Day = watch::Shares;
// The part of the observed time in which it was up; nothing: none was observed.
[[nodiscard]] std::optional<double> uptime(const watch::Shares& shares);

// What holds for every page.
struct Now {
  WallTime at{};     // When these facts were true: "observed 12 s ago".
  WallTime began{};  // Of the process.
  watch::Sight sight = watch::Sight::clear;
  std::string sight_text;      // "1 of 3 canaries and 2 of 20 healthy servers answer".
  std::uint32_t canaries = 0;  // As configured.
  std::string trouble;         // Of the monitor itself: open internal incidents; or empty.
  std::optional<std::string> reload_problem;  // The latest reload failed.
};

struct Level {  // A service level objective.
  double target = 0;
  Duration window{};
  double budget_left = 1;  // 1: all; negative: overdrawn.
  double burn_hour = 0;    // 1: as fast as allowed.
  double burn_day = 0;
};

struct GroupFacts {
  std::string name;
  Counts counts;
  Duration interval{};
  std::array<Day, kDays> days{};  // The last one is today.
  std::optional<Level> level;
};

struct IncidentFacts {
  watch::Incident incident;   // Without members.
  std::uint32_t members = 0;  // Down now.
  std::string headline;       // "400 hosts in 192.0.2.0/24: connect timeout".
  std::string
      public_headline;  // The same without names and addresses: "400 hosts of group edge: …".
  std::string blame;    // Whose side: "the network or the server", or empty.
  std::vector<std::string> groups;  // Of its first 1,000 members, at most 8.
};

struct Overview {
  Now now;
  Counts counts;
  std::uint32_t open_incidents = 0;
  std::vector<IncidentFacts> incidents;  // Open ones: the most severe first, then the latest.
  std::uint32_t groups_all = 0;
  std::uint32_t first_group = 0;
  std::vector<GroupFacts> groups;
  std::vector<watch::SilenceRow> holds;
  std::vector<IncidentFacts> recent;  // The latest closed ones.
};

struct MonitorLine {
  std::string id;  // 16 hexadecimal digits, of its key: stable over restarts.
  std::string key;
  std::string group;
  std::string target;  // As written in the list.
  std::string address;
  std::uint16_t port = 0;
  watch::State state = watch::State::unknown;
  bool flapping = false;
  bool unobserved = false;
  bool maintenance = false;
  WallTime since{};
  Phase phase = Phase::input;  // Of the state, with its cause.
  Cause cause = Cause::none;
  WallTime last{};             // The latest result; zero: none yet.
  Duration total{};            // Of that.
  std::uint64_t incident = 0;  // Open; 0: none.
};

struct MonitorList {
  Now now;
  std::vector<MonitorLine> monitors;
  std::string next;  // A cursor; empty: these were the last ones.
};

// GET /group/NAME.
struct GroupPage {
  Now now;
  GroupFacts group;
  std::vector<IncidentFacts> incidents;  // Open ones with members in it, at most 20.
  std::uint32_t first = 0;
  std::uint32_t all = 0;  // Monitors; the worst state first, then by target.
  std::vector<MonitorLine> monitors;
};

struct Told {  // A channel that was told, or should have been.
  std::string channel;
  bool opening = false;
  bool closing = false;
  bool dead = false;        // Given up.
  std::uint32_t tries = 0;  // Of what waits.
  WallTime next{};          // Zero: nothing waits.
  std::string error;
};

struct IncidentPage {
  Now now;
  IncidentFacts facts;
  std::uint32_t first = 0;
  std::uint32_t all = 0;
  std::vector<MonitorLine> members;          // Now; of a closed one: those that were.
  std::vector<watch::TimelineRow> timeline;  // Oldest first.
  std::vector<watch::EvidenceRow> evidence;
  std::vector<Told> told;
  std::vector<watch::DeliveryLogRow> attempts;  // Oldest first.
};

struct IncidentList {
  Now now;
  std::vector<IncidentFacts> incidents;  // The newest first.
  std::uint64_t next = 0;                // A cursor: the id to go on below; 0: the end.
};

struct CertificateLine {
  watch::CertificateRow certificate;
  watch::Expiry expiry = watch::Expiry::far;
  std::uint32_t hosts = 0;
  std::vector<MonitorLine> first_hosts;  // At most 5.
};

struct CertificateList {
  Now now;
  std::uint32_t first = 0;
  std::uint32_t all = 0;
  std::vector<CertificateLine> certificates;  // The next to expire first.
};

}  // namespace mxsweep::view
