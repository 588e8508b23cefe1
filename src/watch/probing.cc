// SPDX-License-Identifier: MIT
// What is probed, and what follows from a result for the state of its monitor.
#include <algorithm>

#include "mxsweep/pace/suspicion.h"
#include "mxsweep/tls/sha256.h"
#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

// In doubt, a bad result does not count, and is asked for again so soon.
constexpr Duration kInDoubt = std::chrono::seconds{5};
// Results in a row that say nothing, before a server of others is probed less often: it throttles
// us. Each further one doubles the interval.
constexpr std::uint8_t kVoidsBefore = 3;
constexpr Duration kIntervalMost = std::chrono::hours{1};

bool is_bad(Verdict verdict) { return verdict == Verdict::bad; }

// A failure that is no blip: the second in a row, or the last before it counts.
bool is_sure(std::uint8_t in_a_row, std::uint8_t needed) {
  return in_a_row == std::clamp(needed - 1, 1, 2);
}

// The server was up then; whether its trouble goes on is not known.
HealthChange note_up(Health& health, WallTime at) {
  health.last_good = at;
  health.last_any = at;
  HealthChange change;
  change.before = health.state;
  change.after = health.state;
  return change;
}

}  // namespace

std::optional<ProbeRequest> Watch::Parts::next_probe(const Moment& now) {
  const std::optional<Due> due = schedule.take(now.at);
  if (!due) return std::nullopt;
  Slot& slot = slots[due->monitor];
  slot.open = true;
  const Group& group = group_of(slot);
  ProbeRequest request{
      .monitor = due->monitor, .depth = group.depth, .due = due->at, .fresh = due->confirms};
  // Failures, and what speaks against one, are tried at full depth: what was down for its TLS is
  // not up for its EHLO.
  if (group.tls_every == Duration::zero() || slot.tls_at <= now.at || due->confirms ||
      slot.health.bad > 0 || slot.health.state == State::down) {
    request.depth = std::max(request.depth, smtp::Depth::tls);
    slot.tls_at = now.at + group.tls_every;
  }
  if (const auto found = asked.find(due->monitor); found != asked.end()) {
    found->second.begun = true;
  }
  return request;
}

void Watch::Parts::on_result(MonitorId id, const Sample& sample, const Moment& now) {
  slots[id].open = false;
  if (!slots[id].used) return give_away(id);  // It was removed meanwhile.
  schedule.finish(id, now.at);
  answer_asked(id, sample, now);
  if (sight == Sight::blind) return;
  if (sight == Sight::doubtful && is_bad(sample.verdict)) {
    schedule.again(id, now.at + kInDoubt);
    slots[id].in_doubt = true;
    follow_suspicion(id);
    return;
  }
  judge(id, sample, now);
  // A good result is confirmed before anything is said: it may be over.
  const Health& health = slots[id].health;
  const bool ending = health.state != State::up && health.good > 0;
  if (!ending && fresh.erase(id) > 0) notifier.on_holds_changed(now);
}

void Watch::Parts::judge(MonitorId id, const Sample& sample, const Moment& now) {
  Slot& slot = slots[id];
  slot.in_doubt = false;
  if (sample.verdict == Verdict::none) return on_void(id, sample, now);
  const bool against_warning = slot.health.state == State::degraded || slot.health.warned > 0;
  if (sample.verdict == Verdict::warn) {
    // A lack of STARTTLS shows without TLS that it is over.
    slot.warned_with_tls = sample.with_tls && sample.cause != Cause::starttls_not_supported;
  }
  const bool says_less = sample.verdict == Verdict::good && against_warning &&
                         slot.health.bad == 0 && slot.warned_with_tls && !sample.with_tls;
  // What was found with TLS is not over because a probe without it has found nothing.
  const HealthChange change =
      says_less ? note_up(slot.health, sample.at)
                : apply(slot.health, group_of(slot).confirmation, sample, sample.at);
  if (slot.voids >= kVoidsBefore && !group_of(slot).own) {
    schedule.set_interval(id, group_of(slot).interval, now.at);
  }
  slot.voids = 0;
  if (std::exchange(slot.unobserved, false)) {
    close_problem(id, IncidentKind::unobserved, sample.at, now);
    count_time(id, now);
  }
  if (sample.verdict != Verdict::good) {
    const IncidentId incident = incidents.incident_of(id, IncidentKind::down);
    if (incident != 0) {
      evidence.add(incident, slot.monitor.key, sample, effects.batch);
    } else {
      evidence.keep(id, sample);
    }
  }
  follow_suspicion(id);
  ask_extent(id, sample.verdict, now);
  if (change.soft) {
    tell("problem", id, 0,
         std::string(to_string(sample.phase)) + " " + std::string(to_string(sample.cause)), now);
    vantage->on_soft(id, count, now);
    follow_sight(now);
  }
  if (change.blip) {
    evidence.drop(id);
    tell("blip", id, 0, "", now);
  }
  if (change.confirm_in) schedule.again(id, now.at + *change.confirm_in);
  if (change.hard()) {
    on_hard_change(id, change, now);
    slot.cause = slot.next_cause = slot.health.cause;
    slot.phase = slot.next_phase = slot.health.phase;
  } else if (slot.health.state == State::down
                 ? sample.verdict == Verdict::bad
                 : slot.health.state == State::degraded && sample.verdict == Verdict::warn) {
    follow_cause(id, now);
  }
  if (change.flapping != Flapping::Change::none) on_flapping(id, change.flapping, now);
  learn(id, sample, now);
}

// Another cause counts when it is seen twice in a row: the first failure of our own network, before
// we notice, must not change what was said of a server.
void Watch::Parts::follow_cause(MonitorId id, const Moment& now) {
  Slot& slot = slots[id];
  const Health& health = slot.health;
  const bool again = health.cause == slot.next_cause && health.phase == slot.next_phase;
  slot.next_cause = health.cause;
  slot.next_phase = health.phase;
  if (!again || (health.cause == slot.cause && health.phase == slot.phase)) return;
  slot.cause = health.cause;
  slot.phase = health.phase;
  incidents.change_cause(id, health.phase, health.cause);
  note("cause", id, incidents.incident_of(id, IncidentKind::down),
       std::string(to_string(health.cause)), now);
}

// What is not confirmed yet.
void Watch::Parts::follow_suspicion(MonitorId id) {
  Slot& slot = slots[id];
  const bool failing = slot.health.bad > 0 || slot.in_doubt;
  const bool warned = slot.health.warned > 0 && slot.health.state != State::degraded;
  if (failing == slot.failing && warned == slot.warned) return;
  if (failing != slot.failing) failing ? void(soft.insert(id)) : void(soft.erase(id));
  slot.failing = failing;
  slot.warned = warned;
  std::optional<IncidentKind> kind;
  if (warned) kind = IncidentKind::degraded;
  if (failing) kind = IncidentKind::down;
  incidents.set_undecided(id, kind);
}

// A failure that is no blip: its neighbours may have it, too.
void Watch::Parts::ask_extent(MonitorId id, Verdict latest, const Moment& now) {
  const Health& health = slots[id].health;
  const Confirmation& rules = group_of(slots[id]).confirmation;
  if (is_bad(latest) && is_sure(health.bad, rules.down_after)) {
    incidents.ask_extent(id, IncidentKind::down, health.first_bad, now);
  } else if (slots[id].warned && is_sure(health.warned, rules.degraded_after)) {
    incidents.ask_extent(id, IncidentKind::degraded, health.first_warned, now);
  }
}

void Watch::Parts::on_hard_change(MonitorId id, const HealthChange& change, const Moment& now) {
  Slot& slot = slots[id];
  const Health& health = slot.health;
  save(id);
  if (change.before != State::unknown || change.after != State::up) {
    note(to_string(change.after), id, 0, std::string(to_string(health.cause)), now);
  }
  if (change.after == State::down) ++down[slot.monitor.group];
  if (change.before == State::down) --down[slot.monitor.group];
  note_down_counts(slot.monitor.group, now);
  const bool quiet = health.flapping.flapping() || change.flapping == Flapping::Change::begins;
  switch (change.after) {
    case State::down:
      if (levels[slot.monitor.group]) levels[slot.monitor.group]->note_down(now.wall);
      tell("confirmed", id, 0,
           std::string(to_string(health.phase)) + " " + std::string(to_string(health.cause)), now);
      close_problem(id, IncidentKind::degraded, health.since, now);
      if (!quiet) open_problem(id, IncidentKind::down, health.since, now);
      break;
    case State::degraded:
      tell("degraded", id, 0, std::string(to_string(health.cause)), now);
      close_problem(id, IncidentKind::down, health.since, now);
      if (!quiet) open_problem(id, IncidentKind::degraded, health.since, now);
      break;
    case State::up:
    case State::unknown:
      if (change.before != State::unknown) tell("recovered", id, 0, "", now);
      close_problem(id, IncidentKind::down, health.since, now);
      close_problem(id, IncidentKind::degraded, health.since, now);
      evidence.drop(id);
      break;
  }
  count_time(id, now);
}

void Watch::Parts::on_flapping(MonitorId id, Flapping::Change change, const Moment& now) {
  Slot& slot = slots[id];
  save(id);
  if (change == Flapping::Change::begins) {
    flapping.insert(id);
    flapping_at = std::min(flapping_at, now.instant_at(slot.health.flapping.ends_at()));
    tell("flapping", id, 0, "", now);
    open_problem(id, IncidentKind::flapping, slot.health.since, now);
    return;
  }
  flapping.erase(id);
  tell("settled", id, 0, std::string(to_string(slot.health.state)), now);
  close_problem(id, IncidentKind::flapping, now.wall, now);
  if (slot.health.state == State::down) {
    open_problem(id, IncidentKind::down, slot.health.since, now);
  } else if (slot.health.state == State::degraded) {
    open_problem(id, IncidentKind::degraded, slot.health.since, now);
  }
}

void Watch::Parts::on_void(MonitorId id, const Sample& sample, const Moment& now) {
  Slot& slot = slots[id];
  const Group& group = group_of(slot);
  if (slot.voids < 255) ++slot.voids;
  if (sample.outcome == Outcome::local && pace::is_suspicious(sample.cause)) {
    vantage->on_soft(id, count, now);
    follow_sight(now);
  }
  if (!group.own && sample.outcome == Outcome::refused && slot.voids >= kVoidsBefore) {
    const int doublings = std::min(slot.voids - kVoidsBefore + 1, 8);
    const Duration longest = std::max(kIntervalMost, group.interval);
    schedule.set_interval(id, std::min(group.interval * (1 << doublings), longest), now.at);
  }
  if (slot.health.last_any == WallTime{}) slot.health.last_any = now.wall;
  if (!slot.unobserved && now.wall - slot.health.last_any >= group.void_after) {
    slot.unobserved = true;
    count_time(id, now);
    incidents.open_problem({.monitor = id,
                            .kind = IncidentKind::unobserved,
                            .severity = Severity::warning,
                            .phase = sample.phase,
                            .cause = sample.cause,
                            .since = slot.health.last_any},
                           now);
  }
}

// What the server shows beside its state.
void Watch::Parts::learn(MonitorId id, const Sample& sample, const Moment& now) {
  if (sample.record == nullptr) return;
  const results::Record& record = *sample.record;
  std::vector<FieldChange> found;
  changes.on_record(id, record, now.wall, found, effects.batch);
  if (!found.empty()) take_news(found, now);
  if (!record.tls || record.tls->chain == nullptr || record.tls->chain->certificates.empty()) {
    return;
  }
  certificates.on_chain(id, *record.tls->chain, now.wall, effects.batch);
  const tls::Digest& digest = record.tls->chain->certificates.front().spki_sha256;
  const std::string_view octets(reinterpret_cast<const char*>(digest.data()), digest.size());
  const std::uint64_t look = std::hash<std::string_view>{}(octets);
  // As a text, because it is the name of what servers have in common.
  if (look != slots[id].certificate) incidents.set_certificate(id, tls::to_hexadecimal(digest));
  slots[id].certificate = look;
}

void Watch::Parts::open_problem(MonitorId id, IncidentKind kind, WallTime since,
                                const Moment& now) {
  const Slot& slot = slots[id];
  const Health& health = slot.health;
  incidents.open_problem({.monitor = id,
                          .kind = kind,
                          // Flapping stands for all the times that it is down.
                          .severity = kind == IncidentKind::down || kind == IncidentKind::flapping
                                          ? group_of(slot).severity
                                          : Severity::warning,
                          .phase = health.phase,
                          .cause = health.cause,
                          .since = since},
                         now);
}

void Watch::Parts::close_problem(MonitorId id, IncidentKind kind, WallTime until,
                                 const Moment& now) {
  incidents.close_problem(id, kind, until, now);
}

void Watch::Parts::count_time(MonitorId id, const Moment& now) {
  Slot& slot = slots[id];
  const State state = slot.health.state;
  const bool unobserved = sight == Sight::blind || slot.unobserved;
  slot.uptime.set(state, unobserved, slot.held_in_window, now.wall);
  uncount(slot);
  slot.counted = true;
  slot.counted_state = state;
  slot.counted_time = slot.held_in_window                     ? &GroupCounts::maintenance
                      : unobserved || state == State::unknown ? &GroupCounts::unobserved
                      : state == State::down                  ? &GroupCounts::down
                                                              : &GroupCounts::up;
  GroupCounts& group = counts[slot.monitor.group];
  ++group.states[static_cast<std::size_t>(state)];
  ++(group.*slot.counted_time);
}

void Watch::Parts::uncount(Slot& slot) {
  if (!std::exchange(slot.counted, false)) return;
  GroupCounts& group = counts[slot.monitor.group];
  --group.states[static_cast<std::size_t>(slot.counted_state)];
  --(group.*slot.counted_time);
}

void Watch::Parts::note_down_counts(GroupNumber group, const Moment& now) {
  if (levels[group]) levels[group]->set(watched[group], down[group], now.wall);
}

}  // namespace mxsweep::watch
