// SPDX-License-Identifier: MIT
#include "view/archive.h"

#include <algorithm>
#include <iterator>

#include "mxsweep/core/memory.h"
#include "mxsweep/view/board.h"

namespace mxsweep::view {
namespace {

constexpr std::size_t kListNode = 48;

std::size_t octets_of(const watch::TimelineRow& row) {
  return sizeof row + held_by(row.monitor) + held_by(row.what) + held_by(row.text);
}
std::size_t octets_of(const watch::EvidenceRow& row) {
  return sizeof row + held_by(row.monitor) + held_by(row.record);
}
std::size_t octets_of(const watch::DeliveryRow& row) {
  return sizeof row + held_by(row.channel) + held_by(row.last_error);
}
std::size_t octets_of(const watch::DeliveryLogRow& row) {
  return sizeof row + held_by(row.channel) + held_by(row.kind) + held_by(row.text);
}
std::size_t octets_of(const std::string& text) { return sizeof text + held_by(text); }

template <typename Row>
std::size_t octets_of(const std::vector<Row>& rows) {
  std::size_t octets = 0;
  for (const Row& row : rows) octets += octets_of(row);
  return octets;
}

std::size_t octets_of(const Kept& kept) {
  const watch::Incident& incident = kept.incident;
  return kListNode + sizeof kept + held_by(incident.scope_field) + held_by(incident.scope_value) +
         held_by(incident.title) + held_by(incident.text) + held_by(kept.headline) +
         octets_of(kept.groups) + kept.members.capacity() * sizeof(kept.members[0]) +
         octets_of(kept.evidence) + octets_of(kept.timeline) + octets_of(kept.deliveries) +
         octets_of(kept.attempts);
}

bool has_details(const Kept& kept) {
  return !kept.evidence.empty() || !kept.timeline.empty() || !kept.attempts.empty();
}

// The beginning stays; of the rest the latest rows.
template <typename Row>
void append(std::vector<Row>& rows, const Row& row, std::size_t most) {
  if (rows.size() >= most) rows.erase(rows.begin() + 1);
  rows.push_back(row);
}

}  // namespace

const Kept* Archive::find(watch::IncidentId id) const {
  const auto found = kept_.find(id);
  return found == kept_.end() ? nullptr : &found->second;
}

Kept* Archive::known(watch::IncidentId id) {
  const auto found = kept_.find(id);
  return found == kept_.end() ? nullptr : &found->second;
}

void Archive::each(watch::IncidentId below,
                   const std::function<bool(watch::IncidentId, const Kept&)>& visit) const {
  auto at = std::make_reverse_iterator(kept_.lower_bound(below));
  while (at != kept_.rend() && visit(at->first, at->second)) ++at;
}

void Archive::add(const watch::TimelineRow& row) {
  if (Kept* const kept = known(row.incident)) append(kept->timeline, row, kTimelineMost);
  if (row.monitor.empty()) return;
  changes_.push_back(row);
  changes_octets_ += octets_of(row);
  if (changes_.size() <= kChangesMost) return;
  changes_octets_ -= octets_of(changes_.front());
  changes_.pop_front();
}

void Archive::add(const watch::DeliveryRow& row) {
  Kept* const kept = known(row.incident);
  if (kept == nullptr) return;
  std::vector<watch::DeliveryRow>& rows = kept->deliveries;
  const auto found = std::ranges::find(rows, row.channel, &watch::DeliveryRow::channel);
  if (found != rows.end()) {
    *found = row;
  } else {
    rows.push_back(row);
  }
}

void Archive::add(const watch::DeliveryLogRow& row) {
  if (Kept* const kept = known(row.incident)) append(kept->attempts, row, kAttemptsMost);
}

void Archive::add(watch::EvidenceRow&& row) {
  Kept* const kept = known(row.incident);
  if (kept == nullptr || kept->evidence.size() >= kEvidenceMost) return;
  kept->evidence.push_back(std::move(row));
}

void Archive::add_member(Kept& kept, watch::MonitorId monitor) const {
  if (kept.members.size() >= kMembersMost) return;
  const auto place = std::ranges::lower_bound(kept.members, monitor);
  if (place == kept.members.end() || *place != monitor) kept.members.insert(place, monitor);
}

void Archive::weigh(watch::IncidentId id) {
  if (known(id) == nullptr) return;
  Kept& kept = *known(id);
  const bool was_closed = kept.octets > 0 && kept.weighed_closed;
  octets_ -= kept.octets;
  if (was_closed) {
    closed_octets_ -= kept.octets;
    --closed_;
  }
  kept.octets = octets_of(kept);
  kept.weighed_closed = kept.closed();
  octets_ += kept.octets;
  if (!kept.weighed_closed) return;
  closed_octets_ += kept.octets;
  ++closed_;
  make_room();
}

void Archive::make_room() {
  const auto shrink = [this](Kept& kept) {
    kept.evidence = {};
    kept.timeline = {};
    kept.attempts = {};
    const std::size_t octets = octets_of(kept);
    octets_ -= kept.octets - octets;
    closed_octets_ -= kept.octets - octets;
    kept.octets = octets;
  };
  for (auto at = kept_.begin(); at != kept_.end() && closed_octets_ > kArchiveOctetsMost; ++at) {
    if (at->second.weighed_closed && has_details(at->second)) shrink(at->second);
  }
  for (auto at = kept_.begin(); at != kept_.end();) {
    if (closed_ <= kIncidentsMost && closed_octets_ <= kArchiveOctetsMost) return;
    if (!at->second.weighed_closed) {
      ++at;
      continue;
    }
    octets_ -= at->second.octets;
    closed_octets_ -= at->second.octets;
    --closed_;
    at = kept_.erase(at);
  }
}

void Archive::forget(watch::MonitorId monitor) {
  for (auto& [id, kept] : kept_) {
    const auto place = std::ranges::lower_bound(kept.members, monitor);
    if (place != kept.members.end() && *place == monitor) kept.members.erase(place);
  }
}

std::vector<watch::TimelineRow> Archive::changes_of(const std::string& monitor,
                                                    std::size_t most) const {
  std::vector<watch::TimelineRow> found;
  for (auto row = changes_.rbegin(); row != changes_.rend() && found.size() < most; ++row) {
    if (row->monitor == monitor) found.push_back(*row);
  }
  return found;
}

}  // namespace mxsweep::view
