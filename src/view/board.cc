// SPDX-License-Identifier: MIT
// What the board is told: results, records, effects.
#include "mxsweep/view/board.h"

#include <algorithm>
#include <utility>

#include "view/parts.h"

namespace mxsweep::view {

Board::Parts::Parts(const BoardOptions& options, const watch::Watch& its_watch,
                    const watch::Moment& now)
    : watch(its_watch),
      began(now.wall),
      latest(now),
      recent(options.monitors_expected, options.octets_max),
      days(options.monitors_expected) {}

Board::Board(const BoardOptions& options, const watch::Watch& watch, const watch::Moment& now)
    : parts_(std::make_unique<Parts>(options, watch, now)) {
  parts_->follow(now);
}

Board::~Board() = default;

// Groups are known by their names: a reload may have given them other numbers.
void Board::Parts::follow_groups(const watch::Moment& now) {
  const std::vector<watch::Group>& its = watch.settings().groups;
  if (std::ranges::equal(groups, its, {}, &GroupState::name, &watch::Group::name)) return;
  std::vector<GroupState> before = std::exchange(groups, {});
  groups.resize(its.size());
  for (std::size_t i = 0; i < its.size(); ++i) {
    const auto known = std::ranges::find(before, its[i].name, &GroupState::name);
    if (known != before.end()) groups[i] = std::move(*known);
    groups[i].name = its[i].name;
    groups[i].says_nothing = 0;
    groups[i].days.advance(watch.counts(static_cast<watch::GroupNumber>(i)), now);
  }
  ids.regroup(watch);
  for (watch::MonitorId id = 0; id < ids.end(); ++id) {
    if (!ids.knows(id)) continue;
    // One that is gone and not forgotten yet may have had a group that is gone, too.
    if (!watch.used(id)) ids.look(id).says_nothing = false;
    if (ids.look(id).says_nothing) ++groups[ids.look(id).group].says_nothing;
  }
}

GroupState& Board::Parts::group_at(watch::GroupNumber number, const watch::Moment& now) {
  if (number >= groups.size() || groups[number].name != watch.settings().groups[number].name) {
    follow_groups(now);
  }
  return groups[number];
}

void Board::Parts::follow_clock(const watch::Moment& now) {
  const watch::Moment before = std::exchange(latest, now);
  if (step_between(before, now) == std::chrono::microseconds{0}) return;
  for (watch::MonitorId id = 0; id < ids.end(); ++id) {
    if (ids.knows(id) && watch.used(id)) days.step(id, watch.shares(id, now), now.wall);
  }
}

void Board::Parts::follow(const watch::Moment& now) {
  follow_clock(now);
  follow_groups(now);
  ids.follow(
      watch, [&](watch::MonitorId id) { advance(id, now); },
      [this](watch::MonitorId id) { forget(id); });
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i].days.advance(watch.counts(static_cast<watch::GroupNumber>(i)), now);
  }
  flapping.assign(groups.size(), 0);
  watch.each_flapping([this](watch::MonitorId id) { ++flapping[watch.monitor(id).group]; });
}

void Board::Parts::advance(watch::MonitorId id, const watch::Moment& now) {
  days.advance(id, watch.shares(id, now), time_of(id), now.wall);
}

void Board::Parts::on_result(watch::MonitorId id, const watch::HistoryRow& row,
                             const watch::Moment& now) {
  if (!watch.used(id)) return;
  if (!ids.knows(id)) follow(now);
  follow_clock(now);
  GroupState& group = group_at(watch.monitor(id).group, now);
  advance(id, now);
  recent.add(id, pack(row));
  Look& look = ids.look(id);
  look.state = row.state;
  const bool nothing = says_nothing(row.outcome);
  if (look.says_nothing != nothing) {
    group.says_nothing += nothing ? 1U : -1U;
    look.says_nothing = nothing;
  }
  group.days.advance(watch.counts(look.group), now);
  if (group.counters == nullptr) group.counters = std::make_unique<ProbeCounters>();
  group.counters->add(row);
}

void Board::Parts::forget(watch::MonitorId id) {
  if (!ids.knows(id)) return;
  const Look& look = ids.look(id);
  if (look.says_nothing) --groups[look.group].says_nothing;
  if (look.in_archive) archive.forget(id);
  ids.forget(id);
  recent.forget(id);
  days.forget(id);
  said.erase(id);
}

void Board::restore(watch::Past&& past) { parts_->restore(std::move(past)); }

void Board::restore(std::span<const MonitorDay> rows) {
  Parts& parts = *parts_;
  const DayNumber began = day_of(parts.began);
  for (const MonitorDay& row : rows) {
    const watch::MonitorId id = parts.watch.find(row.key);
    if (id == watch::kNoMonitor || !parts.ids.knows(id)) continue;
    if (!parts.days.restore(id, row.day, began, row.shares)) continue;
    parts.groups[parts.ids.look(id).group].days.add(row.day, row.shares);
  }
}

void Board::on_result(watch::MonitorId id, const watch::HistoryRow& row, const watch::Moment& now) {
  parts_->on_result(id, row, now);
}

void Board::on_record(const results::Record& record) {
  if (record.tls && record.tls->chain != nullptr) parts_->paths.add(*record.tls->chain);
}

void Board::on_effects(const watch::Effects& effects, const watch::Moment& now) {
  parts_->follow(now);
  parts_->on_effects(effects);
}

void Board::on_delivered(std::string_view channel, bool ok) {
  parts_->counters.add_delivery(channel, ok);
}

void Board::on_reload(std::optional<std::string> problem, const watch::Moment& now) {
  parts_->reload_problem = std::move(problem);
  parts_->follow(now);
}

void Board::on_run(watch::MonitorId id, RunSaid&& said) {
  parts_->said.insert_or_assign(id, std::move(said));
}

void Board::forget(watch::MonitorId id) { parts_->forget(id); }

std::optional<watch::MonitorId> Board::find(std::string_view id) const {
  const watch::Watch& watch = parts_->watch;
  if (const std::optional<std::uint64_t> hash = hash_from(id)) {
    const std::optional<watch::MonitorId> found = parts_->ids.find(*hash);
    return found && watch.used(*found) ? found : std::nullopt;
  }
  const watch::MonitorId found = watch.find(id);
  return found == watch::kNoMonitor ? std::nullopt : std::optional(found);
}

std::optional<watch::MonitorId> Board::find_target(std::string_view target) const {
  const auto found = parts_->ids.find_target(parts_->watch, target);
  return found && parts_->watch.used(*found) ? found : std::nullopt;
}

std::size_t Board::octets_held() const {
  const Parts& parts = *parts_;
  return parts.recent.octets_held() + parts.days.octets_held() + parts.ids.octets_held() +
         parts.paths.octets_held() + parts.archive.octets_held() +
         parts.groups.size() * (sizeof(GroupState) + sizeof(ProbeCounters));
}

}  // namespace mxsweep::view
