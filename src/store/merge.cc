// SPDX-License-Identifier: MIT
#include "store/merge.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mxsweep::store {
namespace {

template <typename Row, typename KeyOf>
void keep_last(std::vector<Row>& rows, const KeyOf& key_of) {
  std::unordered_set<std::string> seen;
  std::vector<Row> kept;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (seen.insert(key_of(*row)).second) kept.push_back(std::move(*row));
  }
  std::reverse(kept.begin(), kept.end());
  rows = std::move(kept);
}

template <typename Row>
void keep_newest(std::vector<Row>& rows) {
  if (rows.size() <= kLogRowsMax) return;
  rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(kLogRowsMax));
}

// Keys may contain blanks, but no zero.
std::string joined(std::string text, const std::string& more) {
  text += '\0';
  return text += more;
}

}  // namespace

void append(watch::StateBatch& batch, watch::StateBatch&& later) {
  if (!later.monitors_removed.empty()) {
    const std::unordered_set<std::string> removed(later.monitors_removed.begin(),
                                                  later.monitors_removed.end());
    std::erase_if(batch.monitors, [&](const auto& row) { return removed.contains(row.key); });
    std::erase_if(batch.certificate_hosts,
                  [&](const auto& row) { return removed.contains(row.monitor); });
    std::erase_if(batch.fingerprints,
                  [&](const auto& row) { return removed.contains(row.monitor); });
    std::erase_if(batch.findings, [&](const auto& row) { return removed.contains(row.monitor); });
  }
  move_behind(batch.monitors, std::move(later.monitors));
  move_behind(batch.monitors_removed, std::move(later.monitors_removed));
  move_behind(batch.incidents, std::move(later.incidents));
  move_behind(batch.evidence, std::move(later.evidence));
  move_behind(batch.deliveries, std::move(later.deliveries));
  move_behind(batch.delivery_log, std::move(later.delivery_log));
  move_behind(batch.silences, std::move(later.silences));
  move_behind(batch.certificates, std::move(later.certificates));
  move_behind(batch.certificate_hosts, std::move(later.certificate_hosts));
  move_behind(batch.fingerprints, std::move(later.fingerprints));
  move_behind(batch.findings, std::move(later.findings));
  move_behind(batch.timeline, std::move(later.timeline));
  if (later.digest_sent) batch.digest_sent = later.digest_sent;
}

void condense(watch::StateBatch& batch) {
  keep_last(batch.monitors, [](const auto& row) { return row.key; });
  keep_last(batch.monitors_removed, [](const auto& key) { return key; });
  keep_last(batch.incidents, [](const auto& row) { return std::to_string(row.incident.id); });
  keep_last(batch.deliveries,
            [](const auto& row) { return joined(std::to_string(row.incident), row.channel); });
  keep_last(batch.silences, [](const auto& row) { return std::to_string(row.id); });
  keep_last(batch.certificates, [](const auto& row) { return row.sha256; });
  keep_last(batch.certificate_hosts,
            [](const auto& row) { return joined(row.sha256, row.monitor); });
  keep_last(batch.fingerprints,
            [](const auto& row) { return joined(joined(row.monitor, row.field), row.value); });
  keep_last(batch.findings, [](const auto& row) {
    return joined(
        joined(joined(row.monitor, row.check), std::string(to_string(row.report.finding))),
        row.report.at);
  });
  keep_newest(batch.evidence);
  keep_newest(batch.delivery_log);
  keep_newest(batch.timeline);
}

std::size_t row_count(const watch::StateBatch& batch) {
  return batch.monitors.size() + batch.monitors_removed.size() + batch.incidents.size() +
         batch.evidence.size() + batch.deliveries.size() + batch.delivery_log.size() +
         batch.silences.size() + batch.certificates.size() + batch.certificate_hosts.size() +
         batch.fingerprints.size() + batch.findings.size() + batch.timeline.size();
}

}  // namespace mxsweep::store
