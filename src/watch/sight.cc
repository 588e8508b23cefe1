// SPDX-License-Identifier: MIT
// Whether we see: the rounds of probes that the vantage asks for, and what follows from them.
#include <algorithm>
#include <unordered_set>

#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kTriesEach = 50;  // At random, for one neighbour.

// The octets that servers of one network share: /24 and /48.
Address prefix_of(Address address) {
  const std::size_t kept = address.family == Family::ipv4 ? 3 : 6;
  std::fill(address.octets.begin() + static_cast<std::ptrdiff_t>(kept), address.octets.end(),
            std::uint8_t{0});
  return address;
}

struct Hash {
  std::size_t operator()(const Address& address) const { return hash(address); }
};

}  // namespace

std::vector<MonitorId> Watch::Parts::pick_well(std::size_t most) {
  std::unordered_set<Address, Hash> failing;
  for (const MonitorId id : soft) failing.insert(prefix_of(slots[id].monitor.address));
  for (const MonitorId id : vantage->recent()) {
    failing.insert(prefix_of(slots[id].monitor.address));
  }
  std::vector<MonitorId> picked;
  if (slots.empty()) return picked;
  for (std::size_t i = 0; i < most * kTriesEach && picked.size() < most; ++i) {
    const MonitorId id = random.below(static_cast<std::uint32_t>(slots.size()));
    const Slot& slot = slots[id];
    if (!slot.used || slot.health.state != State::up || slot.health.bad > 0) continue;
    if (group_of(slot).run) continue;  // It is no server.
    if (failing.contains(prefix_of(slot.monitor.address))) continue;
    if (std::ranges::find(picked, id) == picked.end()) picked.push_back(id);
  }
  return picked;
}

void Watch::Parts::reset_vantage() {
  vantage.emplace(settings.vantage, [this](std::size_t most) { return pick_well(most); });
  for (auto& [id, about] : asked) about.round = 0;
  canaries.clear();
}

void Watch::Parts::begin_round(const Moment& now) {
  const std::optional<VantageCheck::Round> round = vantage->take_round(now);
  if (!round) return;
  for (const std::uint32_t canary : round->canaries) {
    canaries.push_back({.round = round->number, .canary = canary});
  }
  for (const MonitorId id : round->neighbours) {
    Asked& about = asked[id];
    about.round = round->number;
    about.begun = false;
    schedule.again(id, now.at);
  }
}

void Watch::Parts::ask_controls(const Moment& now) {
  for (const Incidents::Control& control : incidents.take_controls()) {
    Asked& about = asked[control.monitor];
    about.incidents.push_back(control.incident);
    about.begun = false;
    schedule.again(control.monitor, now.at);
  }
}

// Those that have shown nothing since their neighbour fails.
void Watch::Parts::ask_neighbours(const Moment& now) {
  const auto wanted = [&](MonitorId id, IncidentKind kind, WallTime since) {
    const Slot& slot = slots[id];
    const Health& health = slot.health;
    if (!slot.used || slot.open || health.state == State::down) return false;
    if (slot.failing || health.warned > 0) return false;
    if (health.last_any < since) return true;
    // A warning may show with TLS only.
    const Duration tls_every = group_of(slot).tls_every;
    return kind == IncidentKind::degraded && health.state != State::degraded &&
           now.wall_at(slot.tls_at - tls_every) < since;
  };
  for (const MonitorId id : incidents.take_neighbours(now, wanted)) schedule.again(id, now.at);
}

void Watch::Parts::answer_asked(MonitorId id, const Sample& sample, const Moment& now) {
  const auto found = asked.find(id);
  if (found == asked.end() || !found->second.begun) return;
  const Asked about = std::move(found->second);
  asked.erase(found);
  // A refusal is an answer, too: our network has carried it.
  const bool answered = sample.outcome != Outcome::failed && sample.outcome != Outcome::local;
  for (const IncidentId incident : about.incidents) {
    incidents.on_control(incident, id, answered, now);
  }
  if (about.round == 0) return;
  vantage->on_neighbour(about.round, id, answered, now);
  follow_sight(now);
}

void Watch::Parts::follow_sight(const Moment& now) {
  const Sight before = std::exchange(sight, vantage->sight());
  if (before == sight) return;
  incidents.set_doubtful(sight != Sight::clear);
  if (sight == Sight::doubtful) return;
  if (sight == Sight::blind) {
    tell("blind", kNoMonitor, 0, vantage->explain(), now);
    note("blind", kNoMonitor, 0, vantage->explain(), now);
    incidents.raise(IncidentKind::blind, Severity::critical, "vantage",
                    "we are blind: " + vantage->explain(), vantage->explain(), now);
    for (const MonitorId id : std::vector<MonitorId>(soft.begin(), soft.end())) {
      forget_soft(slots[id].health);
      slots[id].in_doubt = false;
      evidence.drop(id);
      follow_suspicion(id);
    }
  } else if (before == Sight::blind) {
    tell("sighted", kNoMonitor, 0, vantage->explain(), now);
    note("sighted", kNoMonitor, 0, vantage->explain(), now);
    incidents.settle(IncidentKind::blind, "vantage", now);
    notifier.on_path_restored(now);
  }
  if (sight == Sight::blind || before == Sight::blind) {
    for (MonitorId id = 0; id < slots.size(); ++id) {
      if (slots[id].used) count_time(id, now);
    }
  }
  notifier.on_holds_changed(now);
}

}  // namespace mxsweep::watch
