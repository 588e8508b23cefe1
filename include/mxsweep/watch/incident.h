// SPDX-License-Identifier: MIT
// An incident: one cause, with all monitors that it has taken down. It is what people are told of.
//
//   Shape    `revision` grows by one with each change that a message would show. Kinds that have an
//            end are open until `closed`; notices (a digest, a change) have none: they are told
//            once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

using IncidentId = std::uint64_t;  // Counted from 1, over restarts.

enum class IncidentKind : std::uint8_t {
  down,
  degraded,
  flapping,
  unobserved,   // No result for Group::void_after: it cannot be observed.
  check,        // The checks of DNS find fault with it; it may be up.
  blind,        // Our own network: nothing can be said of any server.
  internal,     // The monitor itself: a damaged database, a full disk, a channel that is dead.
  certificate,  // Notice: the daily digest of what expires.
  change,       // Notice: what a server shows has changed.
  digest,       // Notice: what a channel's cap has held back.
};
[[nodiscard]] std::string_view to_string(IncidentKind kind);
[[nodiscard]] constexpr bool is_notice(IncidentKind kind) {
  return kind >= IncidentKind::certificate;
}

// What the members have in common; narrow to wide, which decides a tie.
enum class ScopeKind : std::uint8_t {
  monitor,  // A single one.
  address,
  certificate,
  mx_set,
  prefix,  // /24, /48.
  meta,    // A field of Group::group_by.
  mx_operator,
  group,
  everything,
  several,  // Values or single monitors that failed together: "40 networks of group fleet".
};
[[nodiscard]] std::string_view to_string(ScopeKind kind);

// The key of the internal incident about a group that uses up its error budget begins so; the name
// of the group follows.
inline constexpr std::string_view kLevelKey = "level ";

struct Acknowledgement {
  std::string by;
  std::string note;
  WallTime at{};
  WallTime until{};
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

struct Incident {
  IncidentId id = 0;
  IncidentKind kind = IncidentKind::down;
  Severity severity = Severity::critical;
  ScopeKind scope = ScopeKind::monitor;
  std::string scope_field;  // Of meta: the field.
  std::string scope_value;  // "192.0.2.0/24", "rack=b7", the key of the monitor, …
  WallTime since{};         // The first failure of its first member.
  WallTime opened{};        // When it was confirmed and grouped.
  std::optional<WallTime> closed;
  WallTime until{};              // When it is closed: the first good result of its last member.
  Phase phase = Phase::connect;  // The dominant one of its members, with
  Cause cause = Cause::none;     // the dominant cause,
  std::uint8_t percent = 100;    // and the share of members that have both.
  std::uint32_t members_peak = 0;
  std::uint32_t watched = 0;  // Monitors in the scope.
  std::uint32_t revision = 1;
  std::optional<Acknowledgement> acknowledged;
  std::string title;               // Of internal incidents and notices: one line. Of checks: ids.
  std::string text;                // The same: the body. Of others: what the control probes showed.
  std::vector<MonitorId> members;  // Now; those that have recovered are no longer in it.

  [[nodiscard]] bool open() const { return !closed.has_value(); }
  // It is about the objective of a group, and no trouble of the monitor.
  [[nodiscard]] bool about_level() const {
    return kind == IncidentKind::internal && scope_value.starts_with(kLevelKey);
  }
};

}  // namespace mxsweep::watch
