// SPDX-License-Identifier: MIT
// The overview, and the page of a group.
#include <algorithm>

#include "view/parts.h"

namespace mxsweep::view {
namespace {

void add_to(Counts& sum, const Counts& counts) {
  sum.monitors += counts.monitors;
  sum.up += counts.up;
  sum.degraded += counts.degraded;
  sum.down += counts.down;
  sum.unknown += counts.unknown;
  sum.flapping += counts.flapping;
  sum.unobserved += counts.unobserved;
  sum.maintenance += counts.maintenance;
}

// The worst first.
constexpr watch::State kWorstFirst[] = {watch::State::down, watch::State::degraded,
                                        watch::State::unknown, watch::State::up};

}  // namespace

Now Board::now(const watch::Moment& now) const { return parts_->now_facts(now); }

Overview Board::overview(std::uint32_t first_group, std::uint32_t groups_most,
                         const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  Overview facts;
  facts.now = parts.now_facts(now);
  const std::vector<const watch::Incident*> open = parts.open();
  facts.open_incidents = static_cast<std::uint32_t>(open.size());
  facts.incidents = parts.most_severe(open, kIncidentsShown);
  facts.groups_all = static_cast<std::uint32_t>(parts.groups.size());
  facts.first_group = std::min(first_group, facts.groups_all);
  const std::uint32_t last =
      facts.first_group + std::min(rows_of(groups_most), facts.groups_all - facts.first_group);
  for (std::uint32_t i = 0; i < facts.groups_all; ++i) {
    const auto number = static_cast<watch::GroupNumber>(i);
    add_to(facts.counts, parts.counts_of(number));
    if (i >= facts.first_group && i < last) facts.groups.push_back(parts.group_facts(number, now));
  }
  facts.holds = parts.watch.active_holds();
  parts.archive.each(UINT64_MAX, [&](watch::IncidentId id, const Kept& kept) {
    const watch::Incident* const live = parts.watch.incident(id);
    const bool closed = live == nullptr || !live->open();
    if (closed && !watch::is_notice(kept.incident.kind)) {
      facts.recent.push_back(parts.facts_of(kept));
    }
    return facts.recent.size() < kRecentShown;
  });
  return facts;
}

std::optional<GroupPage> Board::group(std::string_view name, std::uint32_t first,
                                      std::uint32_t most, const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  const std::optional<watch::GroupNumber> number = parts.group_named(name);
  if (!number) return std::nullopt;
  GroupPage page;
  page.now = parts.now_facts(now);
  page.group = parts.group_facts(*number, now);
  std::vector<const watch::Incident*> open = parts.open();
  std::erase_if(open, [&](const watch::Incident* incident) {
    const std::size_t looked_at = std::min(incident->members.size(), kMembersLookedAt);
    return std::none_of(
        incident->members.begin(),
        incident->members.begin() + static_cast<std::ptrdiff_t>(looked_at),
        [&](watch::MonitorId id) { return parts.watch.monitor(id).group == *number; });
  });
  page.incidents = parts.most_severe(std::move(open), kGroupIncidentsShown);

  const std::vector<watch::MonitorId>& order = parts.ids.order(parts.watch);
  const auto group_of = [&](watch::MonitorId id) { return parts.ids.look(id).group; };
  const auto begin = std::ranges::lower_bound(order, *number, {}, group_of);
  const auto end = std::ranges::upper_bound(order, *number, {}, group_of);
  page.all = static_cast<std::uint32_t>(end - begin);
  page.first = std::min(first, page.all);
  std::uint32_t skip = page.first;
  const std::uint32_t wanted = rows_of(most);
  for (const watch::State state : kWorstFirst) {
    if (page.monitors.size() == wanted) break;
    for (auto member = begin; member != end; ++member) {
      const watch::MonitorId id = *member;
      if (parts.ids.look(id).state != state) continue;
      if (skip > 0) {
        --skip;
        continue;
      }
      if (page.monitors.size() == wanted) break;
      page.monitors.push_back(parts.line_of(id));
    }
  }
  return page;
}

}  // namespace mxsweep::view
