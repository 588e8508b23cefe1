// SPDX-License-Identifier: MIT
// The records that show what failed: kept from the first failure on, because an incident opens only
// when it is confirmed, and then given to the incident.
//
//   Rules    Of each incident: one record for each distinct phase, cause and reply, at most
//            kEvidenceMost.
//   Memory   kPendingOctetsMax for failures that are not confirmed; beyond it the records of more
//            monitors are not kept, because thousands fail alike.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/sample.h"

namespace mxsweep::watch {

inline constexpr std::size_t kEvidenceMost = 20;
inline constexpr std::size_t kPendingOctetsMax = 8 * 1024 * 1024;

class Evidence {
 public:
  // A failure of a monitor that is in no incident.
  void keep(MonitorId monitor, const Sample& sample);
  void drop(MonitorId monitor);  // It was a blip.
  // A failure of a member: appends the row if it shows something new.
  void add(IncidentId incident, const std::string& key, const Sample& sample, StateBatch& batch);
  // The monitor has become a member: what was kept of it is evidence of the incident.
  void join(IncidentId incident, MonitorId monitor, const std::string& key, StateBatch& batch);

  void restore(const std::vector<EvidenceRow>& rows);
  [[nodiscard]] std::span<const EvidenceRow> of(IncidentId incident) const;
  void forget(IncidentId incident);

 private:
  struct Record {
    std::uint64_t look = 0;  // Hash of phase, cause and reply.
    WallTime at{};
    std::string json;
  };
  struct Rows {
    std::vector<EvidenceRow> rows;
    std::vector<std::uint64_t> looks;
  };

  void append(Rows& rows, EvidenceRow&& row, std::uint64_t look, StateBatch& batch);

  std::unordered_map<MonitorId, std::vector<Record>> pending_;
  std::unordered_map<IncidentId, Rows> incidents_;
  std::size_t pending_octets_ = 0;
};

}  // namespace mxsweep::watch
