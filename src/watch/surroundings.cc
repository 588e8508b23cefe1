// SPDX-License-Identifier: MIT
// What the notifier asks of an incident: whom it concerns, whether it is held, what to write.
#include <algorithm>
#include <string_view>

#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

// Neither is about any group or server, so no selector is meant to leave it out.
bool concerns_all_channels(IncidentKind kind) {
  return kind == IncidentKind::blind || kind == IncidentKind::internal ||
         kind == IncidentKind::digest;
}

std::string_view domain_of(std::string_view mailbox) {
  const std::size_t at = mailbox.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : mailbox.substr(at + 1);
}

bool is_on_path(const Channel& channel, const Monitor& monitor) {
  const auto is_it = [&monitor](std::string_view name) {
    return !name.empty() &&
           (name == monitor.host || name == monitor.target || name == to_string(monitor.address));
  };
  for (const Relay& relay : channel.relays) {
    if (is_it(relay.host)) return true;
    if (!relay.host.empty()) continue;
    for (const std::string& to : channel.to) {
      if (!monitor.domain.empty() && domain_of(to) == monitor.domain) return true;
    }
  }
  return false;
}

}  // namespace

Notifier::World Watch::Parts::world() {
  Notifier::World world;
  world.incident = [this](IncidentId id) { return incidents.find(id); };
  world.matches = [this](const Selector& selector, const Incident& incident) {
    return matches_incident(selector, incident);
  };
  world.held = [this](const Incident& incident, const Moment&) { return held(incident); };
  world.compose = [this](const Incident& incident, MessageKind kind, std::uint32_t reminder,
                         const Channel& channel, const Moment& now) {
    return watch::compose(subject(incident), kind, reminder, channel, now);
  };
  world.compose_digest = [](std::span<const Message> messages, const Channel& channel,
                            const Moment& now) {
    return watch::compose_digest(messages, channel, now);
  };
  world.on_channel = [this](const Channel& channel, std::string_view error, const Moment& now) {
    const std::string key = "channel " + channel.name;
    if (error.empty()) return incidents.settle(IncidentKind::internal, key, now);
    incidents.raise(IncidentKind::internal, Severity::critical, key,
                    "channel " + channel.name + " does not accept messages", std::string(error),
                    now);
  };
  world.is_patient = [this](const Channel& channel, const Incident& incident) {
    return is_patient(channel, incident);
  };
  return world;
}

bool Watch::Parts::matches_incident(const Selector& selector, const Incident& incident) const {
  if (concerns_all_channels(incident.kind)) return true;
  if (incident.members.empty()) {
    return !selector.group && !selector.target && selector.labels.empty() &&
           (!selector.severity || *selector.severity == incident.severity);
  }
  return std::ranges::any_of(incident.members, [&](MonitorId id) {
    const Slot& slot = slots[id];
    return matches(selector, slot.monitor, group_of(slot), incident.severity);
  });
}

bool Watch::Parts::held(const Incident& incident) const {
  if (concerns_all_channels(incident.kind)) return false;
  if (sight != Sight::clear) return true;
  return !incident.members.empty() && std::ranges::all_of(incident.members, [&](MonitorId id) {
    return fresh.contains(id) || holds.holds(slots[id].monitor, incident.severity);
  });
}

bool Watch::Parts::is_patient(const Channel& channel, const Incident& incident) const {
  if (channel.kind != "mail") return false;
  return std::ranges::any_of(incident.members,
                             [&](MonitorId id) { return is_on_path(channel, slots[id].monitor); });
}

Subject Watch::Parts::subject(const Incident& incident) const {
  return {.incident = incident,
          .settings = settings,
          .zones = zones,
          .monitor = [this](MonitorId id) -> const Monitor* {
            return id < slots.size() && slots[id].used ? &slots[id].monitor : nullptr;
          },
          .evidence = evidence.of(incident.id),
          .findings = [this](MonitorId id) { return slow_checks.open(id); }};
}

}  // namespace mxsweep::watch
