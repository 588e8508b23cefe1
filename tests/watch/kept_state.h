// SPDX-License-Identifier: MIT
// What state.db would have after the batches that were committed, and give to a new process.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "mxsweep/watch/rows.h"

namespace mxsweep::watch {

class KeptState {
 public:
  void commit(const StateBatch& batch) {
    for (const MonitorRow& row : batch.monitors) monitors_.insert_or_assign(row.key, row);
    for (const std::string& key : batch.monitors_removed) monitors_.erase(key);
    for (const IncidentRow& row : batch.incidents) {
      incidents_.insert_or_assign(row.incident.id, row);
      last_incident_ = std::max(last_incident_, row.incident.id);
    }
    evidence_.insert(evidence_.end(), batch.evidence.begin(), batch.evidence.end());
    for (const DeliveryRow& row : batch.deliveries) {
      deliveries_.insert_or_assign({row.incident, row.channel}, row);
    }
    for (const SilenceRow& row : batch.silences) {
      silences_.insert_or_assign(row.id, row);
      last_silence_ = std::max(last_silence_, row.id);
    }
    for (const CertificateRow& row : batch.certificates) {
      certificates_.insert_or_assign(row.sha256, row);
    }
    for (const CertificateHostRow& row : batch.certificate_hosts) {
      certificate_hosts_.insert_or_assign({row.sha256, row.monitor}, row);
    }
    for (const FingerprintRow& row : batch.fingerprints) {
      fingerprints_.insert_or_assign({row.monitor, row.field, row.value}, row);
    }
    for (const FindingRow& row : batch.findings) {
      const auto key = std::tuple(row.monitor, row.check, row.report.finding, row.report.at);
      if (row.ended) findings_.erase(key);
      if (!row.ended) findings_.insert_or_assign(key, row);
    }
    if (batch.digest_sent) digest_sent_ = *batch.digest_sent;
    forget_settled();
  }

  [[nodiscard]] Saved saved() const {
    Saved saved;
    saved.monitors = values_of(monitors_);
    saved.incidents = values_of(incidents_);
    saved.evidence = evidence_;
    saved.deliveries = values_of(deliveries_);
    saved.silences = values_of(silences_);
    saved.certificates = values_of(certificates_);
    saved.certificate_hosts = values_of(certificate_hosts_);
    saved.fingerprints = values_of(fingerprints_);
    saved.findings = values_of(findings_);
    saved.last_incident = last_incident_;
    saved.last_silence = last_silence_;
    saved.digest_sent = digest_sent_;
    return saved;
  }

 private:
  template <typename Map>
  [[nodiscard]] static std::vector<typename Map::mapped_type> values_of(const Map& map) {
    std::vector<typename Map::mapped_type> values;
    for (const auto& [key, value] : map) values.push_back(value);
    return values;
  }

  // A new process gets those that are open, and those that owe a message.
  void forget_settled() {
    for (auto it = incidents_.begin(); it != incidents_.end();) {
      const auto first = deliveries_.lower_bound({it->first, {}});
      const auto last = deliveries_.lower_bound({it->first + 1, {}});
      const bool owes = std::any_of(first, last, [](const auto& each) {
        const DeliveryRow& row = each.second;
        return !row.dead && (row.next_try != WallTime{} || row.opening_told != row.closing_told);
      });
      if (it->second.incident.open() || owes) {
        ++it;
        continue;
      }
      deliveries_.erase(first, last);
      std::erase_if(evidence_, [&](const auto& row) { return row.incident == it->first; });
      it = incidents_.erase(it);
    }
  }

  std::map<std::string, MonitorRow> monitors_;
  std::map<IncidentId, IncidentRow> incidents_;
  std::vector<EvidenceRow> evidence_;
  std::map<std::pair<IncidentId, std::string>, DeliveryRow> deliveries_;
  std::map<std::uint64_t, SilenceRow> silences_;
  std::map<std::string, CertificateRow> certificates_;
  std::map<std::pair<std::string, std::string>, CertificateHostRow> certificate_hosts_;
  std::map<std::tuple<std::string, std::string, std::string>, FingerprintRow> fingerprints_;
  std::map<std::tuple<std::string, std::string, CheckFinding, std::string>, FindingRow> findings_;
  IncidentId last_incident_ = 0;
  std::uint64_t last_silence_ = 0;
  WallTime digest_sent_{};
};

}  // namespace mxsweep::watch
