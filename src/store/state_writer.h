// SPDX-License-Identifier: MIT
// Writes batches into the tables of state.db, within a transaction that the caller has begun.
//
//   Order     what a batch removes is removed first: a monitor that it also names begins anew.
//   Bounds    evidence: 20 records an incident. Logs: kDeliveryLogRowsMax, kTimelineRowsMax, of
//             which the oldest go. What ended long ago: tidy().
//   Lifetime  must be destroyed before the database is closed.
//   Errors    false: the failure is the database's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/rows.h"
#include "store/database.h"

namespace mxsweep::store {

inline constexpr std::int64_t kEvidenceRowsMax = 20;          // An incident; people read them.
inline constexpr std::int64_t kDeliveryLogRowsMax = 100'000;  // Some 20 MB.
inline constexpr std::int64_t kTimelineRowsMax = 200'000;     // The same.
inline constexpr std::int64_t kIncidentsMax = 50'000;         // Open ones are never removed.
inline constexpr std::int64_t kSilencesMax = 10'000;          // Nor are silences that last.

class StateWriter {
 public:
  explicit StateWriter(Database& database);

  bool write(const watch::StateBatch& batch, WallTime now);
  // Removes what is beyond the bounds of incidents and silences, and certificates that have been
  // out of use for long. Row by row: they are few.
  bool tidy(WallTime now);

 private:
  bool remove_monitor(std::string_view key);
  bool put_monitor(const watch::MonitorRow& row);
  // 0: a failure. A monitor without a row of its own gets one in the state "unknown".
  std::int64_t monitor_number(std::string_view key);
  bool put_incident(const watch::IncidentRow& row, WallTime now);
  bool put_evidence(const watch::EvidenceRow& row);
  bool put_delivery(const watch::DeliveryRow& row);
  bool put_delivery_log(const watch::DeliveryLogRow& row);
  bool put_silence(const watch::SilenceRow& row);
  bool put_certificate(const watch::CertificateRow& row);
  bool put_host(const watch::CertificateHostRow& row);
  bool put_fingerprint(const watch::FingerprintRow& row);
  bool put_finding(const watch::FindingRow& row);
  bool put_timeline(const watch::TimelineRow& row);

  Database& database_;
  Statement monitor_;
  Statement monitor_find_;
  Statement monitor_stub_;
  Statement monitor_delete_;
  Statement monitor_hosts_delete_;
  Statement monitor_certificates_delete_;
  Statement monitor_fingerprints_delete_;
  Statement monitor_findings_delete_;
  Statement incident_;
  Statement members_;
  Statement member_leaves_;
  Statement member_joins_;
  Statement evidence_state_;
  Statement evidence_delete_;
  Statement evidence_;
  Statement delivery_;
  Statement delivery_log_;
  Statement delivery_log_prune_;
  Statement silence_;
  Statement silence_labels_delete_;
  Statement silence_label_;
  Statement certificate_;
  Statement host_;
  Statement fingerprint_;
  Statement fingerprint_delete_;
  Statement finding_;
  Statement finding_delete_;
  Statement timeline_;
  Statement timeline_prune_;
  Statement digest_;
};

}  // namespace mxsweep::store
