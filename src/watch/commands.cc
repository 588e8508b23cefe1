// SPDX-License-Identifier: MIT
// What people ask of the monitor: acknowledge, silence, reload, and what is the case.
#include <algorithm>
#include <limits>

#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

bool same_vantage(const Vantage& one, const Vantage& other) {
  return one.quorum == other.quorum &&
         std::ranges::equal(one.canaries, other.canaries, {}, &Canary::text, &Canary::text);
}

}  // namespace

Status Watch::acknowledge(IncidentId id, std::string by, std::string note, Duration lasts,
                          const Moment& now) {
  Parts& parts = *parts_;
  const Incident* const incident = parts.incidents.find(id);
  if (incident == nullptr) {
    return Status::unusable("there is no incident " + std::to_string(id));
  }
  if (!incident->open()) {
    return Status::unusable("incident " + std::to_string(id) + " has ended");
  }
  if (by.empty()) return Status::unusable("an acknowledgement needs a name (--by)");
  parts.tell("acknowledged", kNoMonitor, id, by + (note.empty() ? "" : ": " + note), now);
  parts.note("ack", kNoMonitor, id, by + (note.empty() ? "" : ": " + note), now);
  parts.incidents.acknowledge(
      id,
      {.by = std::move(by), .note = std::move(note), .at = now.wall, .until = (now + lasts).wall});
  parts.save(*incident);
  parts.notifier.on_change(id, now);
  return {};
}

Result<std::uint64_t> Watch::silence(Selector match, bool maintenance, std::string by,
                                     std::string note, Duration lasts, const Moment& now) {
  Parts& parts = *parts_;
  if (by.empty()) return Status::unusable("a silence needs a name (--by)");
  if (match.group && std::ranges::none_of(parts.settings.groups, [&](const Group& group) {
        return group.name == *match.group;
      })) {
    return Status::unusable("there is no group '" + *match.group + "'");
  }
  const std::uint64_t id = parts.holds.add({.id = 0,
                                            .maintenance = maintenance,
                                            .match = std::move(match),
                                            .by = by,
                                            .note = std::move(note),
                                            .from = now.wall,
                                            .until = (now + lasts).wall});
  parts.tell("silenced", kNoMonitor, 0, std::to_string(id) + " by " + by, now);
  parts.holds_at = now.at;
  return id;
}

Status Watch::end_silence(std::uint64_t silence, const Moment& now) {
  if (!parts_->holds.end(silence, now)) {
    return Status::unusable("there is no silence " + std::to_string(silence));
  }
  parts_->holds_at = now.at;
  return {};
}

void Watch::reload(Settings settings, Zones zones, const Moment& now) {
  Parts& parts = *parts_;
  std::vector<GroupNumber> numbers;
  for (const Group& group : parts.settings.groups) {
    const auto found = std::ranges::find(settings.groups, group.name, &Group::name);
    numbers.push_back(static_cast<GroupNumber>(found - settings.groups.begin()));
  }
  const Settings before = std::exchange(parts.settings, std::move(settings));
  parts.zones = std::move(zones);
  std::vector<std::optional<ServiceLevel>> levels_before = std::move(parts.levels);
  parts.set_levels(now);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const Group* const group =
        numbers[i] < parts.settings.groups.size() ? &parts.settings.groups[numbers[i]] : nullptr;
    if (group != nullptr && group->objective && group->objective == before.groups[i].objective) {
      parts.levels[numbers[i]] = std::move(levels_before[i]);  // Its past goes on.
    }
  }
  std::erase_if(parts.burning, [&](const auto& each) {
    const auto group = std::ranges::find(parts.settings.groups, each.first, &Group::name);
    if (group != parts.settings.groups.end() && group->objective) return false;
    parts.incidents.settle(IncidentKind::internal, level_key(each.first), now);
    return true;
  });
  for (MonitorId id = 0; id < parts.slots.size(); ++id) {
    Parts::Slot& slot = parts.slots[id];
    if (!slot.used) continue;
    slot.monitor.group = numbers[slot.monitor.group];
    slot.counted = false;  // The counts begin anew.
    parts.count_time(id, now);
    ++parts.watched[slot.monitor.group];
    if (slot.health.state == State::down) ++parts.down[slot.monitor.group];
    slot.warned_with_tls = false;  // Perhaps TLS is not tried any longer.
    parts.schedule.set_interval(id, parts.group_of(slot).interval, now.at);
  }
  parts.set_checks(now);
  parts.drop_findings(now);
  for (GroupNumber i = 0; i < parts.levels.size(); ++i) parts.note_down_counts(i, now);
  for (MonitorId id = 0; id < parts.slots.size(); ++id) {
    if (parts.slots[id].used) parts.incidents.add(id);
  }
  // Other canaries have other numbers. While these are the same, what they have shown holds.
  if (!same_vantage(before.vantage, parts.settings.vantage)) {
    parts.reset_vantage();
    parts.follow_sight(now);
  }
  parts.holds.reload(parts.settings, parts.zones, now);
  parts.holds_at = now.at;
  parts.notifier.reload(parts.settings, now);
  parts.set_digest(now);
  parts.tell("reloaded", kNoMonitor, 0, "", now);
  parts.note("reloaded", kNoMonitor, 0, "", now);
}

Totals Watch::totals() const {
  const Parts& parts = *parts_;
  Totals totals{.monitors = parts.count,
                .flapping = static_cast<std::uint32_t>(parts.flapping.size()),
                .open_probes = parts.schedule.open(),
                .waiting_probes = parts.schedule.waiting(),
                .sight = parts.sight};
  for (const Parts::Slot& slot : parts.slots) {
    if (!slot.used) continue;
    switch (slot.health.state) {
      case State::unknown: ++totals.unknown; break;
      case State::up: ++totals.up; break;
      case State::degraded: ++totals.degraded; break;
      case State::down: ++totals.down; break;
    }
  }
  return totals;
}

void Watch::each_incident(const std::function<void(const Incident&)>& visit) const {
  parts_->incidents.each(visit);
}

std::vector<SilenceRow> Watch::active_holds() const { return parts_->holds.active(); }

std::string Watch::incident_json(IncidentId id) const {
  const Incident* const incident = parts_->incidents.find(id);
  return incident == nullptr ? std::string{} : to_json(parts_->subject(*incident));
}

std::vector<Watch::ChannelState> Watch::channels() const {
  const Parts& parts = *parts_;
  std::vector<ChannelState> states;
  for (ChannelNumber i = 0; i < parts.settings.channels.size(); ++i) {
    const Notifier::Queue queue = parts.notifier.queue(i);
    states.push_back({.name = parts.settings.channels[i].name,
                      .waiting = queue.waiting,
                      .dead = queue.dead,
                      .oldest = queue.oldest,
                      .last_error = queue.last_error});
  }
  return states;
}

}  // namespace mxsweep::watch
