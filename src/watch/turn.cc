// SPDX-License-Identifier: MIT
// What time brings: windows, incidents that open and close, messages, and the daily digest.
#include <algorithm>

#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

constexpr Duration kLevelsEvery = std::chrono::minutes{1};

}  // namespace

void Watch::Parts::turn(const Moment& now) {
  begin_round(now);
  follow_sight(now);
  if (now.at >= holds_at) follow_holds(now);
  if (now.at >= flapping_at) settle_flapping(now);
  if (now.at >= levels_at) follow_levels(now);
  if (now.at >= urgent_at) send_urgent(now);
  if (now.at >= digest_at) send_digest(now);
  follow_incidents(now);
  if (now.at >= notifier.next()) notifier.turn(now, effects);
  if (!ended.empty()) forget_ended();
}

Instant Watch::Parts::next() const {
  Instant next = std::min({schedule.next(), vantage->next(), incidents.next(), notifier.next(),
                           holds_at, flapping_at, levels_at, urgent_at, digest_at});
  if (check_schedule && check_schedule->open() < kChecksOpenMost) {
    next = std::min(next, check_schedule->next());
  }
  if (!canaries.empty()) next = Instant{};
  return next;
}

void Watch::Parts::follow_holds(const Moment& now) {
  const std::size_t before = effects.batch.silences.size();
  const Holds::Change change = holds.turn(now, effects.batch.silences);
  holds_at = holds.next(now);
  if (change == Holds::Change::none) return;
  for (std::size_t i = before; i < effects.batch.silences.size(); ++i) {
    const SilenceRow& row = effects.batch.silences[i];
    note(row.maintenance ? "maintenance" : "silence", kNoMonitor, 0, row.note, now);
  }
  for (MonitorId id = 0; id < slots.size(); ++id) {
    Slot& slot = slots[id];
    if (!slot.used) continue;
    const bool was = std::exchange(slot.held_in_window, holds.in_maintenance(slot.monitor));
    if (was == slot.held_in_window) continue;
    count_time(id, now);
    if (!was || slot.health.state == State::up) continue;
    // What was down in the window may be up by now: it is probed before anything is said.
    fresh.insert(id);
    schedule.again(id, now.at);
  }
  notifier.on_holds_changed(now);
}

void Watch::Parts::follow_incidents(const Moment& now) {
  if (now.at < incidents.next()) return;
  std::vector<IncidentChange> found;
  incidents.turn(now, found);
  for (const IncidentChange& change : found) on_incident(change, now);
  ask_controls(now);
  ask_neighbours(now);
}

void Watch::Parts::on_incident(const IncidentChange& change, const Moment& now) {
  const Incident* const incident = incidents.find(change.incident);
  if (incident == nullptr) return;
  for (const MonitorId id : incident->members) {
    evidence.join(incident->id, id, key_of(id), effects.batch);
    if (evidence.of(incident->id).size() >= kEvidenceMost) break;
  }
  save(*incident);
  const bool titled = !incident->title.empty() && incident->kind != IncidentKind::check;
  std::string what = std::string(to_string(incident->kind)) + " " +
                     (titled ? incident->title : incident->scope_value);
  if (incident->kind == IncidentKind::check) what += ": " + incident->title;
  switch (change.what) {
    case IncidentChange::What::opened:
      if (is_notice(incident->kind)) ended.push_back(incident->id);
      tell("opened", kNoMonitor, incident->id, what, now);
      note("opened", kNoMonitor, incident->id, what, now);
      break;
    case IncidentChange::What::changed: break;
    case IncidentChange::What::closed:
      ended.push_back(incident->id);
      tell("closed", kNoMonitor, incident->id, what, now);
      note("closed", kNoMonitor, incident->id, what, now);
      break;
  }
  notifier.on_change(incident->id, now);
}

void Watch::Parts::save(const Incident& incident) {
  IncidentRow row{.incident = incident, .member_keys = {}};
  row.incident.members.clear();
  row.member_keys.reserve(incident.members.size());
  for (const MonitorId id : incident.members) row.member_keys.push_back(key_of(id));
  effects.batch.incidents.push_back(std::move(row));
}

// Those that every channel knows the end of.
void Watch::Parts::forget_ended() {
  std::erase_if(ended, [this](IncidentId id) {
    if (!notifier.settled(id)) return false;
    incidents.forget(id);
    evidence.forget(id);
    return true;
  });
}

void Watch::Parts::settle_flapping(const Moment& now) {
  flapping_at = kNever;
  std::vector<MonitorId> calm;
  for (const MonitorId id : flapping) {
    Health& health = slots[id].health;
    if (health.flapping.settle(now.wall) == Flapping::Change::ends) {
      calm.push_back(id);
    } else {
      flapping_at = std::min(flapping_at, now.instant_at(health.flapping.ends_at()));
    }
  }
  std::ranges::sort(calm);
  for (const MonitorId id : calm) on_flapping(id, Flapping::Change::ends, now);
}

void Watch::Parts::follow_levels(const Moment& now) {
  levels_at = kNever;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (!levels[i]) continue;
    levels_at = now.at + kLevelsEvery;
    if (sight != Sight::clear) continue;
    const std::string& name = settings.groups[i].name;
    const Burn burn = levels[i]->burn(now.wall);
    const auto known = burning.find(name);
    if (burn != Burn::none && (known == burning.end() || burn > known->second)) {
      incidents.raise(
          IncidentKind::internal, burn == Burn::page ? Severity::critical : Severity::warning,
          level_key(name), "group " + name + " uses up its error budget too fast",
          "The budget of the objective would be used up long before its window ends.", now);
      burning[name] = burn;
    } else if (burn == Burn::none && known != burning.end()) {
      incidents.settle(IncidentKind::internal, level_key(name), now);
      burning.erase(known);
    }
  }
}

}  // namespace mxsweep::watch
