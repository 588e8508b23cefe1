// SPDX-License-Identifier: MIT
// What GET /metrics shows.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "view/parts.h"

namespace mxsweep::view {
namespace {

// How many certificates of each group are not far from their end. One of several groups counts in
// each of them.
void count_certificates(const watch::Watch& watch, WallTime now,
                        std::vector<GroupMetrics>& groups) {
  std::set<std::pair<std::uint32_t, watch::GroupNumber>> seen;
  watch.certificates().each_expiring(
      now, [&](watch::MonitorId id, std::uint32_t certificate, watch::Expiry expiry) {
        const watch::GroupNumber group = watch.monitor(id).group;
        if (!watch.used(id) || !seen.emplace(certificate, group).second) return;
        ++groups[group].certificates_soon;
        if (expiry >= watch::Expiry::urgent) ++groups[group].certificates_urgent;
      });
}

std::vector<OpenCount> count_open(const std::vector<const watch::Incident*>& open) {
  std::map<std::pair<watch::IncidentKind, watch::Severity>, std::uint32_t> counts;
  for (const watch::Incident* const incident : open) {
    ++counts[{incident->kind, incident->severity}];
  }
  std::vector<OpenCount> found;
  for (const auto& [key, count] : counts) {
    found.push_back({.kind = key.first, .severity = key.second, .count = count});
  }
  return found;
}

}  // namespace

Metrics Board::metrics(bool per_monitor, const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  Metrics facts;
  facts.now = parts.now_facts(now);
  for (std::size_t i = 0; i < parts.groups.size(); ++i) {
    const auto number = static_cast<watch::GroupNumber>(i);
    const GroupState& group = parts.groups[i];
    GroupMetrics& its = facts.groups.emplace_back();
    its.name = group.name;
    its.counts = parts.counts_of(number);
    its.level = parts.level_of(number, now);
    facts.flapping += its.counts.flapping;
    if (group.counters == nullptr) continue;
    its.laps = group.counters->laps();
    group.counters->append_to(facts.probes, group.name);
  }
  count_certificates(parts.watch, now.wall, facts.groups);
  facts.open = count_open(parts.open());
  for (const watch::Watch::ChannelState& state : parts.watch.channels()) {
    ChannelMetrics& channel = facts.channels.emplace_back();
    channel.name = state.name;
    channel.waiting = state.waiting;
    channel.dead = state.dead;
    channel.oldest = state.oldest;
    const auto found = parts.counters.channels.find(state.name);
    if (found == parts.counters.channels.end()) continue;
    channel.delivered = found->second.delivered;
    channel.failed = found->second.failed;
  }
  facts.open_probes = parts.watch.open_probes();
  facts.waiting_probes = parts.watch.waiting_probes();
  if (!per_monitor) return facts;
  for (watch::MonitorId id = 0; id < parts.ids.end(); ++id) {
    if (!parts.ids.knows(id) || !parts.watch.used(id)) continue;
    MonitorMetrics& its = facts.monitors.emplace_back();
    its.line = parts.line_of(id);
    if (const Entry* const latest = parts.recent.latest(id)) its.laps = unpack(*latest).laps;
    const std::array<Day, kDays> days = parts.days_of(id, now);
    its.day = uptime_of_24_hours(days, now.wall);
    its.month = uptime_of_days(days, kFewDays);
    its.certificate_end = parts.watch.certificates().end_of(id).value_or(WallTime{});
  }
  return facts;
}

}  // namespace mxsweep::view
