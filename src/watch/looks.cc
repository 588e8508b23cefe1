// SPDX-License-Identifier: MIT
// What pages, API and metrics read of the monitor.
#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

constexpr IncidentKind kMostSevereFirst[] = {IncidentKind::down, IncidentKind::flapping,
                                             IncidentKind::degraded, IncidentKind::unobserved,
                                             IncidentKind::check};

}  // namespace

MonitorId Watch::end() const { return static_cast<MonitorId>(parts_->slots.size()); }

bool Watch::used(MonitorId id) const { return id < parts_->slots.size() && parts_->slots[id].used; }

std::uint64_t Watch::added() const { return parts_->added; }

const GroupCounts& Watch::counts(GroupNumber group) const { return parts_->counts[group]; }

void Watch::each_flapping(const std::function<void(MonitorId)>& visit) const {
  for (const MonitorId id : parts_->flapping) visit(id);
}

std::optional<LevelNow> Watch::level(GroupNumber number, const Moment& now) const {
  std::optional<ServiceLevel>& level = parts_->levels[number];
  const Group& group = parts_->settings.groups[number];
  if (!level || !group.objective) return std::nullopt;
  return LevelNow{.objective = *group.objective,
                  .budget_left = level->budget_left(now.wall),
                  .burn_hour = level->rate(std::chrono::hours{1}, now.wall),
                  .burn_day = level->rate(std::chrono::hours{24}, now.wall)};
}

Sight Watch::sight() const { return parts_->sight; }
std::string Watch::explain_sight() const { return parts_->vantage->explain(); }
std::uint32_t Watch::open_probes() const { return parts_->schedule.open(); }
std::uint32_t Watch::waiting_probes() const { return parts_->schedule.waiting(); }

const Incident* Watch::incident(IncidentId id) const { return parts_->incidents.find(id); }

IncidentId Watch::incident_of(MonitorId id) const {
  for (const IncidentKind kind : kMostSevereFirst) {
    if (const IncidentId incident = parts_->incidents.incident_of(id, kind)) return incident;
  }
  return 0;
}

std::span<const EvidenceRow> Watch::evidence(IncidentId id) const {
  return parts_->evidence.of(id);
}

std::vector<DeliveryRow> Watch::deliveries(IncidentId id) const {
  return parts_->notifier.deliveries(id);
}

std::string Watch::headline(const Incident& incident) const {
  return watch::headline(parts_->subject(incident));
}

const Certificates& Watch::certificates() const { return parts_->certificates; }
const Changes& Watch::changes() const { return parts_->changes; }
const SlowChecks& Watch::slow_checks() const { return parts_->slow_checks; }

void Watch::ask(MonitorId id, const Moment& now) {
  if (!parts_->schedule.is_asked_for(id)) parts_->schedule.again(id, now.at);
}

}  // namespace mxsweep::watch
