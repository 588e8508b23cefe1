// SPDX-License-Identifier: MIT
// Incidents: what comes in of them, and their facts.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "mxsweep/watch/compose.h"
#include "view/parts.h"

namespace mxsweep::view {
namespace {

// The word of the key that names the group: "GROUP TARGET:PORT".
std::string_view group_of(std::string_view key) { return key.substr(0, key.find(' ')); }

void note_group(std::vector<std::string>& groups, std::string_view group) {
  if (group.empty() || groups.size() >= kGroupsMost) return;
  if (std::ranges::find(groups, group) == groups.end()) groups.emplace_back(group);
}

}  // namespace

void Board::Parts::keep(const watch::IncidentRow& row) {
  Kept& kept = archive.of(row.incident.id);
  kept.incident = row.incident;
  kept.incident.members.clear();
  kept.last_members = static_cast<std::uint32_t>(row.member_keys.size());
  const std::size_t looked_at = std::min(row.member_keys.size(), kMembersLookedAt);
  for (std::size_t i = 0; i < looked_at; ++i) {
    const std::string& key = row.member_keys[i];
    const watch::MonitorId id = watch.find(key);
    if (id == watch::kNoMonitor) {
      note_group(kept.groups, group_of(key));
      continue;
    }
    archive.add_member(kept, id);
    if (ids.knows(id)) ids.look(id).in_archive = true;
    note_group(kept.groups, watch.settings().groups[watch.monitor(id).group].name);
    if (!watch.monitor(id).domain.empty()) kept.domains = true;
  }
  if (kept.groups.empty() && row.incident.scope == watch::ScopeKind::monitor &&
      !row.incident.scope_value.empty()) {
    note_group(kept.groups, group_of(row.incident.scope_value));
  }
  // With a member it is known what the members are: hosts or domains.
  watch::Incident shown = kept.incident;
  if (!kept.members.empty()) shown.members.push_back(kept.members.front());
  kept.headline = watch.headline(shown);
}

void Board::Parts::on_effects(const watch::Effects& effects) {
  const watch::StateBatch& batch = effects.batch;
  std::set<watch::IncidentId> touched;
  for (const watch::IncidentRow& row : batch.incidents) {
    keep(row);
    touched.insert(row.incident.id);
  }
  for (const watch::EvidenceRow& row : batch.evidence) {
    archive.add(watch::EvidenceRow(row));
    touched.insert(row.incident);
  }
  for (const watch::DeliveryRow& row : batch.deliveries) {
    archive.add(row);
    touched.insert(row.incident);
  }
  for (const watch::DeliveryLogRow& row : batch.delivery_log) {
    archive.add(row);
    touched.insert(row.incident);
  }
  for (const watch::TimelineRow& row : batch.timeline) {
    archive.add(row);
    if (row.incident != 0) touched.insert(row.incident);
  }
  for (const watch::IncidentId id : touched) archive.weigh(id);
}

void Board::Parts::restore(watch::Past&& past) {
  std::set<watch::IncidentId> known;
  for (const watch::IncidentRow& row : past.incidents) {
    keep(row);
    known.insert(row.incident.id);
  }
  for (watch::EvidenceRow& row : past.evidence) {
    if (known.contains(row.incident)) archive.add(std::move(row));
  }
  for (const watch::DeliveryRow& row : past.deliveries) {
    if (known.contains(row.incident)) archive.add(row);
  }
  for (const watch::DeliveryLogRow& row : past.delivery_log) {
    if (known.contains(row.incident)) archive.add(row);
  }
  for (const watch::TimelineRow& row : past.timeline) {
    if (row.incident == 0 || known.contains(row.incident)) archive.add(row);
  }
  for (const watch::IncidentId id : known) archive.weigh(id);
}

std::vector<const watch::Incident*> Board::Parts::open() const {
  std::vector<const watch::Incident*> found;
  watch.each_incident([&found](const watch::Incident& incident) {
    if (incident.open() && !watch::is_notice(incident.kind)) found.push_back(&incident);
  });
  return found;
}

IncidentFacts Board::Parts::facts_of(const watch::Incident& incident) const {
  IncidentFacts facts;
  facts.incident = incident;
  facts.incident.members = {};
  facts.members = static_cast<std::uint32_t>(incident.members.size());
  facts.headline = watch.headline(incident);
  facts.blame = blame_of(incident);
  bool domains = false;
  const std::size_t looked_at = std::min(incident.members.size(), kMembersLookedAt);
  std::set<watch::GroupNumber> numbers;
  for (std::size_t i = 0; i < looked_at; ++i) {
    const watch::Monitor& monitor = watch.monitor(incident.members[i]);
    numbers.insert(monitor.group);
    if (!monitor.domain.empty()) domains = true;
  }
  for (const watch::GroupNumber number : numbers) {
    note_group(facts.groups, watch.settings().groups[number].name);
  }
  facts.public_headline = watch::public_headline(incident, facts.groups, domains);
  return facts;
}

IncidentFacts Board::Parts::facts_of(const Kept& kept) const {
  IncidentFacts facts{.incident = kept.incident,
                      .members = 0,
                      .headline = kept.headline,
                      .public_headline = {},
                      .blame = blame_of(kept.incident),
                      .groups = kept.groups};
  if (!facts.incident.closed) {
    // It ended while no process was there to see it.
    const watch::Incident& it = kept.incident;
    facts.incident.closed = it.until == WallTime{} ? it.opened : it.until;
  }
  facts.public_headline = watch::public_headline(facts.incident, facts.groups, kept.domains);
  return facts;
}

std::vector<IncidentFacts> Board::Parts::most_severe(std::vector<const watch::Incident*> found,
                                                     std::size_t most) const {
  std::ranges::sort(found, [](const watch::Incident* a, const watch::Incident* b) {
    return std::tie(b->severity, b->opened, b->id) < std::tie(a->severity, a->opened, a->id);
  });
  if (found.size() > most) found.resize(most);
  std::vector<IncidentFacts> facts;
  for (const watch::Incident* const incident : found) facts.push_back(facts_of(*incident));
  return facts;
}

}  // namespace mxsweep::view
