// SPDX-License-Identifier: MIT
// What several answers have in common.
#include <algorithm>
#include <numeric>

#include "mxsweep/core/cause.h"
#include "view/parts.h"

namespace mxsweep::view {
namespace {

void add_to(Day& sum, const Day& day, double part = 1) {
  const auto of = [part](std::chrono::microseconds whole) {
    return std::chrono::microseconds{
        static_cast<std::int64_t>(static_cast<double>(whole.count()) * part)};
  };
  sum.up += of(day.up);
  sum.down += of(day.down);
}

}  // namespace

std::optional<double> uptime_of_days(const std::array<Day, kDays>& days, std::size_t count) {
  Day sum;
  for (std::size_t i = kDays - count; i < kDays; ++i) {
    sum.up += days[i].up;
    sum.down += days[i].down;
  }
  return uptime(sum);
}

std::optional<double> uptime_of_24_hours(const std::array<Day, kDays>& days, WallTime now) {
  const std::chrono::duration<double> today = now - begin_of(day_of(now));
  const std::chrono::duration<double> whole = std::chrono::hours{24};
  Day sum;
  add_to(sum, days[kDays - 1]);
  add_to(sum, days[kDays - 2], 1 - today / whole);
  return uptime(sum);
}

std::string blame_of(const watch::Incident& incident) {
  switch (incident.kind) {
    case watch::IncidentKind::blind: return "the monitor's own network";
    case watch::IncidentKind::internal:
      return incident.about_level() ? std::string() : "the monitor itself";
    case watch::IncidentKind::certificate:
    case watch::IncidentKind::change:
    case watch::IncidentKind::digest:
    case watch::IncidentKind::check: return {};
    case watch::IncidentKind::down:
    case watch::IncidentKind::degraded:
    case watch::IncidentKind::flapping:
    case watch::IncidentKind::unobserved: break;
  }
  if (incident.cause == Cause::none) return {};
  std::string side(cause_rows()[static_cast<std::size_t>(incident.cause)].side);
  const auto replace = [&side](std::string_view from, std::string_view to) {
    for (std::size_t at = side.find(from); at != side.npos; at = side.find(from, at + to.size())) {
      side.replace(at, from.size(), to);
    }
  };
  if (side.starts_with("no one")) return {};
  replace("'s", "");
  replace("ours", "the monitor");
  return side;
}

Now Board::Parts::now_facts(const watch::Moment& now) const {
  Now facts{.at = now.wall,
            .began = began,
            .sight = watch.sight(),
            .sight_text = watch.explain_sight(),
            .canaries = static_cast<std::uint32_t>(watch.settings().vantage.canaries.size()),
            .trouble = {},
            .reload_problem = reload_problem};
  for (const watch::Incident* const incident : open()) {
    if (incident->kind != watch::IncidentKind::internal || incident->about_level()) continue;
    facts.trouble += (facts.trouble.empty() ? "" : "; ") + incident->title;
  }
  return facts;
}

TimeKind Board::Parts::time_of(watch::MonitorId id) const {
  if (const Entry* const entry = recent.latest(id)) {
    const ProbeFacts probe = unpack(*entry);
    return time_kind(probe.state, probe.unobserved, probe.maintenance);
  }
  return time_kind(watch.health(id).state, watch.unobserved(id), watch.in_maintenance(id));
}

std::array<Day, kDays> Board::Parts::days_of(watch::MonitorId id, const watch::Moment& now) {
  advance(id, now);
  return days.days(id, watch.shares(id, now), now.wall);
}

MonitorLine Board::Parts::line_of(watch::MonitorId id) const {
  const watch::Monitor& monitor = watch.monitor(id);
  const watch::Health& health = watch.health(id);
  MonitorLine line{.id = hexadecimal(ids.look(id).hash),
                   .key = monitor.key,
                   .group = watch.settings().groups[monitor.group].name,
                   .target = monitor.target,
                   .address = monitor.address.family == Family::none ? std::string()
                                                                     : to_string(monitor.address),
                   .port = monitor.port,
                   .state = health.state,
                   .flapping = health.flapping.flapping(),
                   .unobserved = watch.unobserved(id) || ids.look(id).says_nothing,
                   .maintenance = watch.in_maintenance(id),
                   .since = health.since,
                   .phase = Phase::input,
                   .cause = Cause::none,
                   .last = {},
                   .total = {},
                   .incident = watch.incident_of(id)};
  if (health.state == watch::State::down || health.state == watch::State::degraded) {
    // While failures count, `cause` is already theirs.
    const bool failing = health.bad > 0;
    line.phase = failing ? health.kept_phase : health.phase;
    line.cause = failing ? health.kept_cause : health.cause;
  }
  if (const Entry* const entry = recent.latest(id)) {
    const ProbeFacts probe = unpack(*entry);
    line.last = probe.at;
    line.total = probe.laps[static_cast<std::size_t>(Lap::total)];
  }
  return line;
}

Counts Board::Parts::counts_of(watch::GroupNumber number) const {
  const watch::GroupCounts& counts = watch.counts(number);
  Counts facts{.monitors = std::accumulate(counts.states.begin(), counts.states.end(), 0U),
               .up = counts.of(watch::State::up),
               .degraded = counts.of(watch::State::degraded),
               .down = counts.of(watch::State::down),
               .unknown = counts.of(watch::State::unknown),
               .flapping = flapping[number],
               .unobserved = groups[number].says_nothing,
               .maintenance = counts.maintenance};
  if (watch.sight() == watch::Sight::blind) facts.unobserved = facts.monitors;
  return facts;
}

std::optional<Level> Board::Parts::level_of(watch::GroupNumber number,
                                            const watch::Moment& now) const {
  const std::optional<watch::LevelNow> level = watch.level(number, now);
  if (!level) return std::nullopt;
  return Level{.target = level->objective.target,
               .window = level->objective.window,
               .budget_left = level->budget_left,
               .burn_hour = level->burn_hour,
               .burn_day = level->burn_day};
}

GroupFacts Board::Parts::group_facts(watch::GroupNumber number, const watch::Moment& now) const {
  return {.name = groups[number].name,
          .counts = counts_of(number),
          .interval = watch.settings().groups[number].interval,
          .days = groups[number].days.days(now.wall),
          .level = level_of(number, now)};
}

std::optional<watch::GroupNumber> Board::Parts::group_named(std::string_view name) const {
  const auto found = std::ranges::find(groups, name, &GroupState::name);
  if (found == groups.end()) return std::nullopt;
  return static_cast<watch::GroupNumber>(found - groups.begin());
}

}  // namespace mxsweep::view
