// SPDX-License-Identifier: MIT
#include "mxsweep/watch/watch.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kControls = 3;  // Healthy monitors that are probed before an incident opens.

}  // namespace

Watch::Parts::Parts(Settings its_settings, Zones its_zones, std::uint32_t its_capacity,
                    std::uint64_t seed, const Moment& now)
    : settings(std::move(its_settings)),
      zones(std::move(its_zones)),
      capacity(its_capacity),
      random(seed),
      schedule(its_capacity, now.at),
      incidents(
          settings, [this](MonitorId id) -> const Monitor& { return slots[id].monitor; }, 0),
      holds(settings, zones, now),
      notifier(settings, world()),
      certificates([this](MonitorId id) -> std::string_view { return key_of(id); }),
      changes([this](MonitorId id) -> std::string_view { return key_of(id); }),
      slow_checks([this](MonitorId id) -> std::string_view { return key_of(id); }) {
  reset_vantage();
  incidents.use_controls(kControls);
  set_levels(now);
  set_checks(now);
  set_digest(now);
}

Watch::Watch(Settings settings, Zones zones, std::uint32_t capacity, std::uint64_t seed,
             const Moment& now)
    : parts_(std::make_unique<Parts>(std::move(settings), std::move(zones), capacity, seed, now)) {}

Watch::~Watch() = default;

void Watch::restore(Saved&& saved, const Moment& now) {
  Parts& parts = *parts_;
  INVARIANT(parts.count == 0);
  parts.saved = std::move(saved);
  for (const MonitorRow& row : parts.saved.monitors) parts.saved_monitors[row.key] = &row;
  parts.incidents.count_from(parts.saved.last_incident);
  parts.holds.restore(parts.saved.silences);
  parts.evidence.restore(parts.saved.evidence);
  parts.digest_sent = parts.saved.digest_sent;
  parts.set_digest(now);
  parts.holds_at = now.at;
}

MonitorId Watch::add(Monitor&& monitor, std::uint64_t hash, const Moment& now) {
  Parts& parts = *parts_;
  INVARIANT(parts.count < parts.capacity && !parts.by_key.contains(monitor.key));
  MonitorId id = static_cast<MonitorId>(parts.slots.size());
  if (parts.free_ids.empty()) {
    parts.slots.emplace_back();
  } else {
    id = parts.free_ids.back();
    parts.free_ids.pop_back();
    parts.slots[id] = {};
  }
  Parts::Slot& slot = parts.slots[id];
  slot.monitor = std::move(monitor);
  slot.used = true;
  parts.by_key[slot.monitor.key] = id;
  ++parts.count;
  ++parts.added;
  const auto row = parts.saved_monitors.find(slot.monitor.key);
  if (row != parts.saved_monitors.end()) {
    slot.health = health_of(*row->second);
    // The row is as old as the state: since when it was not observed is not known.
    slot.health.last_any = now.wall;
    slot.cause = slot.health.cause;
    slot.phase = slot.health.phase;
    // It may have recovered while this process was not there.
    if (slot.health.state != State::up) parts.fresh.insert(id);
  }
  const Group& group = parts.group_of(slot);
  const State state = slot.health.state;
  // What is not well, or has never been run, cannot wait for its turn.
  const bool soon =
      state == State::down || state == State::degraded || (group.run && state == State::unknown);
  parts.schedule.add(id, group.interval, hash, soon, now.at);
  // Spread: TLS with all of them in the first round would cost as much as an hour of EHLO.
  if (group.tls_every > Duration::zero()) {
    slot.tls_at = now.at + Duration(static_cast<std::int64_t>(
                               mix(hash) % static_cast<std::uint64_t>(group.tls_every.count())));
  }
  parts.set_checks(id, now);
  slot.uptime.begin(now.wall);
  slot.held_in_window = parts.holds.in_maintenance(slot.monitor);
  parts.count_time(id, now);
  parts.incidents.add(id);
  const GroupNumber number = slot.monitor.group;
  ++parts.watched[number];
  if (state == State::down) ++parts.down[number];
  if (slot.health.flapping.flapping()) {
    parts.flapping.insert(id);
    parts.flapping_at = std::min(parts.flapping_at, now.instant_at(slot.health.flapping.ends_at()));
  }
  return id;
}

void Watch::remove(MonitorId id, const Moment& now) {
  Parts& parts = *parts_;
  Parts::Slot& slot = parts.slots[id];
  parts.schedule.remove(id);
  if (slot.checked) parts.check_schedule->remove(id);
  parts.incidents.remove(id);
  parts.certificates.remove(id);
  parts.changes.remove(id);
  parts.slow_checks.remove(id);
  parts.evidence.drop(id);
  parts.soft.erase(id);
  parts.flapping.erase(id);
  parts.fresh.erase(id);
  parts.asked.erase(id);
  const auto of_it = [id](const FieldChange& change) { return change.monitor == id; };
  std::erase_if(parts.news, of_it);
  std::erase_if(parts.urgent, of_it);
  const GroupNumber group = slot.monitor.group;
  parts.uncount(slot);
  --parts.watched[group];
  if (slot.health.state == State::down) --parts.down[group];
  parts.note_down_counts(group, now);
  parts.effects.batch.monitors_removed.push_back(slot.monitor.key);
  parts.by_key.erase(slot.monitor.key);
  const bool open = slot.open;
  const bool checking = slot.checking;
  slot = {};
  slot.open = open;
  slot.checking = checking;
  parts.give_away(id);
  --parts.count;
}

// Everything of the saved state that refers to monitors, now that they are known.
void Watch::end_of_monitors(const Moment& now) {
  Parts& parts = *parts_;
  std::unordered_map<std::string, MonitorId> ids;
  if (!parts.saved.fingerprints.empty() || !parts.saved.certificate_hosts.empty() ||
      !parts.saved.findings.empty()) {
    for (const auto& [key, id] : parts.by_key) ids.emplace(key, id);
  }
  parts.certificates.restore(parts.saved.certificates, parts.saved.certificate_hosts, ids);
  parts.changes.restore(parts.saved.fingerprints, ids);
  parts.slow_checks.restore(parts.saved.findings, ids);
  parts.restore_incidents(now);
  parts.notifier.restore(parts.saved.deliveries, now);
  for (const IncidentRow& row : parts.saved.incidents) {
    parts.notifier.on_change(row.incident.id, now);
  }
  for (GroupNumber i = 0; i < parts.levels.size(); ++i) parts.note_down_counts(i, now);
  parts.reopen_problems(now);
  parts.drop_findings(now);
  for (const MonitorRow& row : parts.saved.monitors) {
    if (find(row.key) == kNoMonitor) parts.effects.batch.monitors_removed.push_back(row.key);
  }
  parts.saved_monitors.clear();
  parts.saved = {};
}

// The row of an incident is written when it has something to tell, those of monitors with each
// hard change: what an incident has missed is made up for.
void Watch::Parts::restore_incidents(const Moment& now) {
  std::vector<std::pair<MonitorId, IncidentKind>> over;
  std::unordered_set<IncidentId> told;
  for (const DeliveryRow& row : saved.deliveries) {
    if (row.opening_told) told.insert(row.incident);
  }
  for (const IncidentRow& row : saved.incidents) {
    const Incident& incident = row.incident;
    std::vector<MonitorId> members;
    for (const std::string& key : row.member_keys) {
      const auto found = by_key.find(key);
      if (found == by_key.end()) continue;
      const MonitorId id = found->second;
      members.push_back(id);
      // What was told goes on: its reminders and escalations do not begin anew.
      if (told.contains(incident.id)) fresh.erase(id);
      const Health& health = slots[id].health;
      if (incident.kind == IncidentKind::unobserved) slots[id].unobserved = true;
      if ((incident.kind == IncidentKind::down && health.state != State::down) ||
          (incident.kind == IncidentKind::degraded && health.state != State::degraded) ||
          (incident.kind == IncidentKind::flapping && !health.flapping.flapping()) ||
          (incident.kind == IncidentKind::check && !slow_checks.has_open(id))) {
        over.emplace_back(id, incident.kind);
      }
    }
    incidents.restore(incident, members);
    if (!incident.open()) {
      ended.push_back(incident.id);
    } else if (incident.kind == IncidentKind::blind) {
      vantage->begin_blind(now);
    } else if (incident.kind == IncidentKind::internal &&
               incident.scope_value.starts_with(kLevelKey)) {
      burning[incident.scope_value.substr(kLevelKey.size())] =
          incident.severity == Severity::critical ? Burn::page : Burn::ticket;
    }
  }
  for (const auto& [id, kind] : over) close_problem(id, kind, slots[id].health.since, now);
  sight = vantage->sight();
  incidents.set_doubtful(sight != Sight::clear);
  for (MonitorId id = 0; id < slots.size(); ++id) {
    if (slots[id].used) count_time(id, now);
  }
}

// Problems that were confirmed, but in no incident yet, when the process ended.
void Watch::Parts::reopen_problems(const Moment& now) {
  for (MonitorId id = 0; id < slots.size(); ++id) {
    const Slot& slot = slots[id];
    if (!slot.used) continue;
    if (slow_checks.has_open(id)) follow_findings(id, now);
    const auto reopen = [&](IncidentKind kind) {
      if (incidents.incident_of(id, kind) == 0) open_problem(id, kind, slot.health.since, now);
    };
    if (slot.health.flapping.flapping()) {
      reopen(IncidentKind::flapping);
    } else if (slot.health.state == State::down) {
      reopen(IncidentKind::down);
    } else if (slot.health.state == State::degraded) {
      reopen(IncidentKind::degraded);
    }
  }
}

MonitorId Watch::find(std::string_view key) const {
  const auto found = parts_->by_key.find(key);
  return found == parts_->by_key.end() ? kNoMonitor : found->second;
}

const Monitor& Watch::monitor(MonitorId id) const { return parts_->slots[id].monitor; }
const Health& Watch::health(MonitorId id) const { return parts_->slots[id].health; }
Shares Watch::shares(MonitorId id, const Moment& now) const {
  return parts_->slots[id].uptime.shares(now.wall);
}
const Settings& Watch::settings() const { return parts_->settings; }

std::optional<ProbeRequest> Watch::next_probe(const Moment& now) { return parts_->next_probe(now); }

std::optional<CanaryRequest> Watch::next_canary(const Moment& now) {
  parts_->begin_round(now);
  if (parts_->canaries.empty()) return std::nullopt;
  const CanaryRequest request = parts_->canaries.front();
  parts_->canaries.pop_front();
  return request;
}

void Watch::on_result(MonitorId id, const Sample& sample, const Moment& now) {
  parts_->on_result(id, sample, now);
}

void Watch::on_canary(const CanaryRequest& request, bool answered, const Moment& now) {
  parts_->vantage->on_canary(request.round, request.canary, answered, now);
  parts_->follow_sight(now);
}

void Watch::on_delivered(const Delivered& delivered, const Moment& now) {
  parts_->notifier.on_delivered(delivered, now);
}

void Watch::on_names(MonitorId id, std::string_view addresses, std::string_view mx_set,
                     const Moment& now) {
  Parts& parts = *parts_;
  std::vector<FieldChange> found;
  if (!addresses.empty()) {
    parts.changes.on_value(id, Field::addresses, addresses, now.wall, found, parts.effects.batch);
  }
  if (!mx_set.empty()) {
    parts.changes.on_value(id, Field::mx, mx_set, now.wall, found, parts.effects.batch);
  }
  parts.take_news(found, now);
}

void Watch::on_clock_step(std::chrono::microseconds by, const Moment& now) {
  Parts& parts = *parts_;
  const std::string text =
      "the wall clock was stepped by " + std::to_string(by.count() / 1'000'000) + " s";
  parts.tell("clock", kNoMonitor, 0, text, now);
  parts.note("clock", kNoMonitor, 0, text, now);
  for (Parts::Slot& slot : parts.slots) {
    if (!slot.used) continue;
    slot.uptime.step(by);
    // What was not observed has not lasted longer by the step.
    if (slot.health.last_any != WallTime{}) slot.health.last_any += by;
  }
  for (std::optional<ServiceLevel>& level : parts.levels) {
    if (level) level->step(by);
  }
  parts.set_digest(now);
  parts.holds_at = now.at;
  parts.flapping_at = parts.flapping.empty() ? kNever : now.at;
  parts.notifier.on_holds_changed(now);
}

void Watch::on_internal(std::string_view key, std::string_view text, bool ends, const Moment& now) {
  Parts& parts = *parts_;
  parts.tell("internal", kNoMonitor, 0, std::string(text), now);
  if (ends) {
    parts.incidents.settle(IncidentKind::internal, key, now);
  } else {
    parts.incidents.raise(IncidentKind::internal, Severity::critical, key, std::string(text),
                          std::string(text), now);
  }
}

void Watch::turn(const Moment& now) { parts_->turn(now); }
Instant Watch::next() const { return parts_->next(); }
Effects Watch::take_effects() { return std::exchange(parts_->effects, {}); }

bool Watch::unobserved(MonitorId id) const {
  return parts_->sight == Sight::blind || parts_->slots[id].unobserved;
}
bool Watch::in_maintenance(MonitorId id) const { return parts_->slots[id].held_in_window; }

const std::string& Watch::Parts::key_of(MonitorId id) const {
  static const std::string none;
  return id == kNoMonitor ? none : slots[id].monitor.key;
}

void Watch::Parts::give_away(MonitorId id) {
  if (!slots[id].open && !slots[id].checking) free_ids.push_back(id);
}

void Watch::Parts::save(MonitorId id) {
  const Slot& slot = slots[id];
  effects.batch.monitors.push_back(row_of(slot.monitor.key, slot.health));
}

void Watch::Parts::tell(std::string_view type, MonitorId id, IncidentId incident, std::string text,
                        const Moment& now) {
  effects.events.push_back({.type = type,
                            .at = now.wall,
                            .monitor = key_of(id),
                            .incident = incident,
                            .channel = {},
                            .text = std::move(text)});
}

void Watch::Parts::note(std::string_view what, MonitorId id, IncidentId incident, std::string text,
                        const Moment& now) {
  effects.batch.timeline.push_back({.at = now.wall,
                                    .monitor = key_of(id),
                                    .incident = incident,
                                    .what = std::string(what),
                                    .text = std::move(text)});
}

void Watch::Parts::set_levels(const Moment& now) {
  levels.clear();
  for (const Group& group : settings.groups) {
    levels.emplace_back();
    if (group.objective) levels.back().emplace(*group.objective, now.wall);
  }
  watched.assign(settings.groups.size(), 0);
  down.assign(settings.groups.size(), 0);
  counts.assign(settings.groups.size(), {});
  levels_at = now.at;
}

}  // namespace mxsweep::watch
