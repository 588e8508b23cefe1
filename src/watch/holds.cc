// SPDX-License-Identifier: MIT
#include "mxsweep/watch/holds.h"

#include <algorithm>
#include <utility>

#include "watch/instant_of.h"
#include "watch/windows.h"

namespace mxsweep::watch {

Holds::Holds(const Settings& settings, const Zones& zones, const Moment& now) {
  reload(settings, zones, now);
  look(now.wall);
  pending_ = false;
}

void Holds::reload(const Settings& settings, const Zones& zones, const Moment& now) {
  settings_ = &settings;
  windows_.clear();
  for (const MaintenanceRule& rule : settings.maintenance) {
    Window& window = windows_.emplace_back();
    window.rule = &rule;
    const auto zone = zones.find(rule.time_zone.empty() ? settings.time_zone : rule.time_zone);
    if (zone != zones.end()) window.zone = zone->second;
  }
  look(now.wall);
  pending_ = true;  // Which hold may be another one now.
}

void Holds::restore(const std::vector<SilenceRow>& rows) {
  for (const SilenceRow& row : rows) {
    last_ = std::max(last_, row.id);
    if (row.until > looked_at_) silences_.push_back({row});
  }
  look(looked_at_);
  pending_ = true;
}

std::uint64_t Holds::add(SilenceRow&& silence) {
  if (silence.id == 0) silence.id = last_ + 1;
  last_ = std::max(last_, silence.id);
  Silence& added = silences_.emplace_back();
  added.row = std::move(silence);
  added.changed = true;
  pending_ = true;
  return added.row.id;
}

bool Holds::end(std::uint64_t silence, const Moment& now) {
  const auto found = std::find_if(silences_.begin(), silences_.end(), [&](const Silence& each) {
    return each.row.id == silence && each.row.until > now.wall;
  });
  if (found == silences_.end()) return false;
  found->row.until = now.wall;
  found->changed = true;
  pending_ = true;
  return true;
}

bool Holds::look(WallTime wall) {
  looked_at_ = wall;
  boundary_ = WallTime::max();
  bool some = false;
  const auto weigh = [&](WallTime from, WallTime until, bool& active) {
    const bool now_active = from <= wall && wall < until;
    if (now_active != active) some = true;
    active = now_active;
    if (from > wall) boundary_ = std::min(boundary_, from);
    if (until > wall) boundary_ = std::min(boundary_, until);
  };
  for (Window& window : windows_) {
    const auto found = window_at(*window.rule, window.zone, wall);
    window.from = found ? found->from : WallTime::max();
    window.until = found ? found->until : WallTime::max();
    weigh(window.from, window.until, window.active);
  }
  for (Silence& silence : silences_) {
    const bool before = silence.active;
    weigh(silence.row.from, silence.row.until, silence.active);
    if (before != silence.active) silence.changed = true;
  }
  maintenance_ = std::any_of(windows_.begin(), windows_.end(),
                             [](const Window& window) { return window.active; }) ||
                 std::any_of(silences_.begin(), silences_.end(), [](const Silence& silence) {
                   return silence.active && silence.row.maintenance;
                 });
  return some;
}

Holds::Change Holds::turn(const Moment& now, std::vector<SilenceRow>& changed) {
  // A clock that was set back makes windows that were over begin again.
  if (!pending_ && now.wall >= looked_at_ && now.wall < boundary_) return Change::none;
  const bool some = look(now.wall) || std::exchange(pending_, false);
  pending_ = false;
  for (Silence& silence : silences_) {
    if (std::exchange(silence.changed, false)) changed.push_back(silence.row);
  }
  std::erase_if(silences_, [&](const Silence& each) { return each.row.until <= now.wall; });
  return some ? Change::some : Change::none;
}

Instant Holds::next(const Moment& now) const {
  if (pending_ || now.wall < looked_at_) return now.at;
  return boundary_ == WallTime::max() ? kNever : instant_of(boundary_, now);
}

bool Holds::in_maintenance(const Monitor& monitor) const {
  if (!maintenance_) return false;
  const Group& group = settings_->groups[monitor.group];
  // Maintenance of a severity is no state of a server: its results count.
  const auto has = [&](const Selector& selector) {
    return !selector.severity && matches(selector, monitor, group, Severity::critical);
  };
  return std::any_of(
             windows_.begin(), windows_.end(),
             [&](const Window& window) { return window.active && has(window.rule->match); }) ||
         std::any_of(silences_.begin(), silences_.end(), [&](const Silence& silence) {
           return silence.active && silence.row.maintenance && has(silence.row.match);
         });
}

bool Holds::holds(const Monitor& monitor, Severity severity) const {
  const Group& group = settings_->groups[monitor.group];
  return std::any_of(windows_.begin(), windows_.end(),
                     [&](const Window& window) {
                       return window.active &&
                              matches(window.rule->match, monitor, group, severity);
                     }) ||
         std::any_of(silences_.begin(), silences_.end(), [&](const Silence& silence) {
           return silence.active && matches(silence.row.match, monitor, group, severity);
         });
}

std::vector<SilenceRow> Holds::active() const {
  std::vector<SilenceRow> rows;
  for (const Window& window : windows_) {
    if (!window.active) continue;
    SilenceRow& row = rows.emplace_back();
    row.maintenance = true;
    row.match = window.rule->match;
    row.note = window.rule->name;
    row.from = window.from;
    row.until = window.until;
  }
  for (const Silence& silence : silences_) {
    if (silence.active) rows.push_back(silence.row);
  }
  return rows;
}

}  // namespace mxsweep::watch
