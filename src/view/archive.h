// SPDX-License-Identifier: MIT
// What is remembered of incidents: their rows, members, evidence, timeline, and who was told.
//
//   Shape    open ones are known by watch::Watch; of these only what it does not keep is here. The
//            evidence of one is taken when it closes.
//   Memory   kIncidentsMost closed ones, and kArchiveOctetsMost beside the open ones: the details
//            of the oldest go first, then the incidents themselves. Of one, kMembersMost members,
//            kTimelineMost rows of the timeline and kAttemptsMost attempts to tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::view {

inline constexpr std::size_t kArchiveOctetsMost = 3'000'000;
inline constexpr std::size_t kMembersMost = 1000;
inline constexpr std::size_t kEvidenceMost = 20;
inline constexpr std::size_t kTimelineMost = 200;
inline constexpr std::size_t kAttemptsMost = 100;
inline constexpr std::size_t kChangesMost = 2000;  // Of all monitors together.
inline constexpr std::size_t kGroupsMost = 8;

struct Kept {
  watch::Incident incident;               // As of its latest row; without members.
  std::vector<watch::MonitorId> members;  // Those that it ever had, by their ids.
  std::uint32_t last_members = 0;         // As of its latest row.
  std::vector<std::string> groups;
  bool domains = false;  // Its members are mail domains.
  std::string headline;
  std::vector<watch::EvidenceRow> evidence;  // Of a closed one.
  std::vector<watch::TimelineRow> timeline;
  std::vector<watch::DeliveryRow> deliveries;  // The latest row of each channel.
  std::vector<watch::DeliveryLogRow> attempts;
  // As of when it was last weighed.
  std::size_t octets = 0;
  bool weighed_closed = false;

  // Notices are closed as they open.
  [[nodiscard]] bool closed() const { return !incident.open() || watch::is_notice(incident.kind); }
};

class Archive {
 public:
  [[nodiscard]] Kept& of(watch::IncidentId id) { return kept_[id]; }  // A new one, if need be.
  [[nodiscard]] const Kept* find(watch::IncidentId id) const;
  // The ids, the newest first, until `visit` returns false. Only those below `below`.
  void each(watch::IncidentId below,
            const std::function<bool(watch::IncidentId, const Kept&)>& visit) const;

  // Rows of incidents that are not known are dropped.
  void add(const watch::TimelineRow& row);
  void add(const watch::DeliveryRow& row);
  void add(const watch::DeliveryLogRow& row);
  void add(watch::EvidenceRow&& row);
  void add_member(Kept& kept, watch::MonitorId monitor) const;
  void weigh(watch::IncidentId id);  // It may have changed: makes room.
  void forget(watch::MonitorId monitor);

  // The newest first.
  [[nodiscard]] std::vector<watch::TimelineRow> changes_of(const std::string& monitor,
                                                           std::size_t most) const;
  [[nodiscard]] std::size_t octets_held() const { return octets_ + changes_octets_; }

 private:
  [[nodiscard]] Kept* known(watch::IncidentId id);
  void make_room();

  std::map<watch::IncidentId, Kept> kept_;
  std::size_t octets_ = 0;
  std::size_t closed_octets_ = 0;
  std::size_t closed_ = 0;
  std::deque<watch::TimelineRow> changes_;  // Of monitors.
  std::size_t changes_octets_ = 0;
};

}  // namespace mxsweep::view
