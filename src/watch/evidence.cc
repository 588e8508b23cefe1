// SPDX-License-Identifier: MIT
#include "watch/evidence.h"

#include <algorithm>

#include "mxsweep/core/random.h"
#include "mxsweep/results/json_writer.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kPendingMost = 3;  // Of one monitor: the confirmations are as many.

std::uint64_t look_of(const Sample& sample) {
  return mix(mix(static_cast<std::uint64_t>(sample.phase) << 8U |
                 static_cast<std::uint64_t>(sample.cause)) ^
             sample.reply);
}

std::string json_of(const Sample& sample) {
  std::string json;
  if (sample.record == nullptr) return json;
  results::append_json(*sample.record, json);
  json.pop_back();  // The line end.
  return json;
}

}  // namespace

void Evidence::keep(MonitorId monitor, const Sample& sample) {
  if (sample.record == nullptr || pending_octets_ > kPendingOctetsMax) return;
  std::vector<Record>& records = pending_[monitor];
  if (records.size() == kPendingMost) return;
  records.push_back({.look = look_of(sample), .at = sample.at, .json = json_of(sample)});
  pending_octets_ += records.back().json.size() + sizeof(Record);
}

void Evidence::drop(MonitorId monitor) {
  const auto found = pending_.find(monitor);
  if (found == pending_.end()) return;
  for (const Record& record : found->second) pending_octets_ -= record.json.size() + sizeof(Record);
  pending_.erase(found);
}

void Evidence::add(IncidentId incident, const std::string& key, const Sample& sample,
                   StateBatch& batch) {
  if (sample.record == nullptr) return;
  Rows& rows = incidents_[incident];
  const std::uint64_t look = look_of(sample);
  if (std::ranges::find(rows.looks, look) != rows.looks.end()) return;
  append(rows, {.incident = incident, .monitor = key, .at = sample.at, .record = json_of(sample)},
         look, batch);
}

void Evidence::join(IncidentId incident, MonitorId monitor, const std::string& key,
                    StateBatch& batch) {
  const auto found = pending_.find(monitor);
  if (found == pending_.end()) return;
  Rows& rows = incidents_[incident];
  for (Record& record : found->second) {
    if (std::ranges::find(rows.looks, record.look) != rows.looks.end()) continue;
    append(rows, {.incident = incident, .monitor = key, .at = record.at, .record = record.json},
           record.look, batch);
  }
  drop(monitor);
}

void Evidence::append(Rows& rows, EvidenceRow&& row, std::uint64_t look, StateBatch& batch) {
  if (rows.rows.size() >= kEvidenceMost) return;
  rows.looks.push_back(look);
  rows.rows.push_back(row);
  batch.evidence.push_back(std::move(row));
}

void Evidence::restore(const std::vector<EvidenceRow>& rows) {
  for (const EvidenceRow& row : rows) incidents_[row.incident].rows.push_back(row);
}

std::span<const EvidenceRow> Evidence::of(IncidentId incident) const {
  const auto found = incidents_.find(incident);
  return found == incidents_.end() ? std::span<const EvidenceRow>{} : found->second.rows;
}

void Evidence::forget(IncidentId incident) { incidents_.erase(incident); }

}  // namespace mxsweep::watch
