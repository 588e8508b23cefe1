// SPDX-License-Identifier: MIT
// The page of an incident.
#include <algorithm>

#include "view/parts.h"

namespace mxsweep::view {
namespace {

std::vector<Told> told_of(const std::vector<watch::DeliveryRow>& rows) {
  std::vector<Told> told;
  for (const watch::DeliveryRow& row : rows) {
    told.push_back({.channel = row.channel,
                    .opening = row.opening_told,
                    .closing = row.closing_told,
                    .dead = row.dead,
                    .tries = row.tries,
                    .next = row.next_try,
                    .error = row.last_error});
  }
  std::ranges::sort(told, {}, &Told::channel);
  return told;
}

}  // namespace

std::optional<IncidentPage> Board::incident(watch::IncidentId id, std::uint32_t first,
                                            std::uint32_t most, const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  const watch::Incident* const live = parts.watch.incident(id);
  const Kept* const kept = parts.archive.find(id);
  const bool open = live != nullptr && live->open();
  if (!open && (kept == nullptr || kept->incident.id == 0)) return std::nullopt;
  IncidentPage page;
  page.now = parts.now_facts(now);
  page.facts = open ? parts.facts_of(*live) : parts.facts_of(*kept);
  const std::vector<watch::MonitorId>& members = open ? live->members : kept->members;
  page.all = static_cast<std::uint32_t>(members.size());
  page.first = std::min(first, page.all);
  const std::uint32_t last = page.first + std::min(rows_of(most), page.all - page.first);
  for (std::uint32_t i = page.first; i < last; ++i) {
    if (parts.ids.knows(members[i]) && parts.watch.used(members[i])) {
      page.members.push_back(parts.line_of(members[i]));
    }
  }
  if (kept != nullptr) {
    page.timeline = kept->timeline;
    page.evidence = kept->evidence;
    page.attempts = kept->attempts;
  }
  std::vector<watch::DeliveryRow> deliveries = parts.watch.deliveries(id);
  if (deliveries.empty() && kept != nullptr) deliveries = kept->deliveries;
  page.told = told_of(deliveries);
  return page;
}

}  // namespace mxsweep::view
