// SPDX-License-Identifier: MIT
#include "store/state_writer.h"

#include <unordered_set>
#include <vector>

namespace mxsweep::store {
namespace {

// What makes two records of an incident different: where the conversation ended, why, and with
// which reply code. A record that is not JSON is of a kind of its own.
constexpr char kEvidenceKind[] =
    "CASE WHEN json_valid(?4) THEN coalesce(json_extract(?4, '$.phase'), '') || ' ' || "
    "coalesce(json_extract(?4, '$.cause'), '') || ' ' || "
    "coalesce(json_extract(?4, '$.reply.code'), '') ELSE '' END";

std::optional<std::string_view> word_of(const std::optional<watch::Severity>& severity) {
  if (!severity) return std::nullopt;
  return to_string(*severity);
}

std::int64_t in_us(Duration span) {
  return std::chrono::duration_cast<std::chrono::microseconds>(span).count();
}

}  // namespace

StateWriter::StateWriter(Database& database)
    : database_(database),
      monitor_(database.prepare(
          "INSERT INTO monitor(key, state, soft, since_us, first_bad_us, cause, phase, penalty,"
          " penalty_at_us, flapping, last_good_us, last_bad_us)"
          " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(key) DO UPDATE SET"
          " state = excluded.state, soft = excluded.soft, since_us = excluded.since_us,"
          " first_bad_us = excluded.first_bad_us, cause = excluded.cause, phase = excluded.phase,"
          " penalty = excluded.penalty, penalty_at_us = excluded.penalty_at_us,"
          " flapping = excluded.flapping, last_good_us = excluded.last_good_us,"
          " last_bad_us = excluded.last_bad_us")),
      monitor_find_(database.prepare("SELECT id FROM monitor WHERE key = ?")),
      monitor_stub_(database.prepare("INSERT INTO monitor(key) VALUES(?)")),
      monitor_delete_(database.prepare("DELETE FROM monitor WHERE id = ?")),
      monitor_hosts_delete_(database.prepare("DELETE FROM certificate_host WHERE monitor = ?")),
      monitor_certificates_delete_(database.prepare(
          "DELETE FROM certificate WHERE id IN (SELECT certificate FROM certificate_host AS mine"
          " WHERE monitor = ?1 AND NOT EXISTS (SELECT 1 FROM certificate_host AS other"
          " WHERE other.certificate = mine.certificate AND other.monitor <> ?1))")),
      monitor_fingerprints_delete_(database.prepare("DELETE FROM fingerprint WHERE monitor = ?")),
      monitor_findings_delete_(database.prepare("DELETE FROM finding WHERE monitor = ?")),
      incident_(
          database.prepare("INSERT OR REPLACE INTO incident VALUES("
                           "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      members_(database.prepare(
          "SELECT monitor FROM incident_member WHERE incident = ? AND left_us IS NULL")),
      member_leaves_(database.prepare(
          "UPDATE incident_member SET left_us = ?3 WHERE incident = ?1 AND monitor = ?2")),
      member_joins_(
          database.prepare("INSERT INTO incident_member VALUES(?1, ?2, ?3, NULL)"
                           " ON CONFLICT(incident, monitor) DO UPDATE SET left_us = NULL")),
      evidence_state_(database.prepare(
          "SELECT count(*), max(id), (SELECT count(*) FROM evidence WHERE incident = ?1 AND kind ="
          " (SELECT kind FROM evidence WHERE incident = ?1 ORDER BY id DESC LIMIT 1))"
          " FROM evidence WHERE incident = ?1")),
      evidence_delete_(database.prepare("DELETE FROM evidence WHERE id = ?")),
      evidence_(database.prepare("INSERT INTO evidence(incident, monitor, at_us, record, kind)"
                                 " VALUES(?1, ?2, ?3, ?4, " +
                                 std::string(kEvidenceKind) + ")")),
      delivery_(database.prepare("INSERT OR REPLACE INTO delivery VALUES("
                                 "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      delivery_log_(
          database.prepare("INSERT INTO delivery_log(at_us, incident, channel, kind, ok, status,"
                           " took_us, text) VALUES(?, ?, ?, ?, ?, ?, ?, ?)")),
      delivery_log_prune_(database.prepare("DELETE FROM delivery_log WHERE id <= ?")),
      silence_(
          database.prepare("INSERT OR REPLACE INTO silence VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      silence_labels_delete_(database.prepare("DELETE FROM silence_label WHERE silence = ?")),
      silence_label_(database.prepare("INSERT INTO silence_label VALUES(?, ?, ?)")),
      certificate_(database.prepare(
          "INSERT INTO certificate(sha256, spki_sha256, subject, issuer, not_before_us,"
          " not_after_us, latch) VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(sha256) DO UPDATE SET"
          " spki_sha256 = excluded.spki_sha256, subject = excluded.subject,"
          " issuer = excluded.issuer, not_before_us = excluded.not_before_us,"
          " not_after_us = excluded.not_after_us, latch = excluded.latch")),
      host_(database.prepare("INSERT OR REPLACE INTO certificate_host"
                             " SELECT id, ?2, ?3, ?4 FROM certificate WHERE sha256 = ?1")),
      fingerprint_(
          database.prepare("INSERT OR REPLACE INTO fingerprint VALUES(?, ?, ?, ?, ?, ?, ?)")),
      fingerprint_delete_(database.prepare(
          "DELETE FROM fingerprint WHERE monitor = ? AND field = ? AND value = ?")),
      finding_(
          database.prepare("INSERT OR REPLACE INTO finding VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      finding_delete_(database.prepare(
          "DELETE FROM finding WHERE monitor = ? AND subject = ? AND id = ? AND place = ?")),
      timeline_(database.prepare(
          "INSERT INTO timeline(at_us, monitor, incident, what, text) VALUES(?, ?, ?, ?, ?)")),
      timeline_prune_(database.prepare("DELETE FROM timeline WHERE id <= ?")),
      digest_(database.prepare("INSERT OR REPLACE INTO meta VALUES('digest_sent_us', ?)")) {}

bool StateWriter::write(const watch::StateBatch& batch, WallTime now) {
  for (const std::string& key : batch.monitors_removed) {
    if (!remove_monitor(key)) return false;
  }
  const auto each = [](const auto& rows, const auto& put) {
    for (const auto& row : rows) {
      if (!put(row)) return false;
    }
    return true;
  };
  return each(batch.monitors, [&](const auto& row) { return put_monitor(row); }) &&
         each(batch.incidents, [&](const auto& row) { return put_incident(row, now); }) &&
         each(batch.evidence, [&](const auto& row) { return put_evidence(row); }) &&
         each(batch.deliveries, [&](const auto& row) { return put_delivery(row); }) &&
         each(batch.delivery_log, [&](const auto& row) { return put_delivery_log(row); }) &&
         each(batch.silences, [&](const auto& row) { return put_silence(row); }) &&
         each(batch.certificates, [&](const auto& row) { return put_certificate(row); }) &&
         each(batch.certificate_hosts, [&](const auto& row) { return put_host(row); }) &&
         each(batch.fingerprints, [&](const auto& row) { return put_fingerprint(row); }) &&
         each(batch.findings, [&](const auto& row) { return put_finding(row); }) &&
         each(batch.timeline, [&](const auto& row) { return put_timeline(row); }) &&
         (!batch.digest_sent || digest_.run(*batch.digest_sent));
}

bool StateWriter::remove_monitor(std::string_view key) {
  if (!monitor_find_.start(key)) return false;
  if (!monitor_find_.next()) return database_.fault() == Fault::none;
  const std::int64_t number = monitor_find_.integer(0);
  // Its certificates before its rows as a host, by which they are found.
  return monitor_find_.finish() && monitor_certificates_delete_.run(number) &&
         monitor_hosts_delete_.run(number) && monitor_fingerprints_delete_.run(number) &&
         monitor_findings_delete_.run(number) && monitor_delete_.run(number);
}

bool StateWriter::put_monitor(const watch::MonitorRow& row) {
  return monitor_.run(row.key, to_string(row.state), row.soft, row.since, row.first_bad,
                      to_string(row.cause), to_string(row.phase), row.penalty, row.penalty_at,
                      row.flapping, row.last_good, row.last_bad);
}

std::int64_t StateWriter::monitor_number(std::string_view key) {
  if (!monitor_find_.start(key)) return 0;
  if (monitor_find_.next()) {
    const std::int64_t number = monitor_find_.integer(0);
    return monitor_find_.finish() ? number : 0;
  }
  return database_.fault() == Fault::none && monitor_stub_.run(key) ? database_.last_rowid() : 0;
}

bool StateWriter::put_incident(const watch::IncidentRow& row, WallTime now) {
  const watch::Incident& it = row.incident;
  std::optional<std::string_view> by;
  std::optional<std::string_view> note;
  std::optional<WallTime> at;
  std::optional<WallTime> until;
  if (it.acknowledged) {
    by = it.acknowledged->by;
    note = it.acknowledged->note;
    at = it.acknowledged->at;
    until = it.acknowledged->until;
  }
  if (!incident_.run(it.id, to_string(it.kind), to_string(it.severity), to_string(it.scope),
                     it.scope_field, it.scope_value, it.since, it.opened, it.closed, it.until,
                     to_string(it.phase), to_string(it.cause), it.percent, it.members_peak,
                     it.watched, it.revision, by, note, at, until, it.title, it.text) ||
      !members_.start(it.id)) {
    return false;
  }
  // Most members stay: only the difference is written.
  std::unordered_set<std::string_view> joining(row.member_keys.begin(), row.member_keys.end());
  std::vector<std::string> leaving;
  while (members_.next()) {
    if (joining.erase(members_.text(0)) == 0) leaving.emplace_back(members_.text(0));
  }
  if (database_.fault() != Fault::none) return false;
  for (const std::string& key : leaving) {
    if (!member_leaves_.run(it.id, key, now)) return false;
  }
  for (const std::string_view key : joining) {
    if (!member_joins_.run(it.id, key, now)) return false;
  }
  return true;
}

// Kept are the first record, the first of each kind, and the last one.
bool StateWriter::put_evidence(const watch::EvidenceRow& row) {
  if (!evidence_state_.start(row.incident) || !evidence_state_.next()) return false;
  const std::int64_t count = evidence_state_.integer(0);
  const std::int64_t newest = evidence_state_.integer(1);
  const bool only_last = evidence_state_.integer(2) > 1;  // Its kind is kept already.
  if (!evidence_state_.finish()) return false;
  if (count > 1 && (only_last || count >= kEvidenceRowsMax) && !evidence_delete_.run(newest)) {
    return false;
  }
  return evidence_.run(row.incident, row.monitor, row.at, row.record);
}

bool StateWriter::put_delivery(const watch::DeliveryRow& row) {
  return delivery_.run(row.incident, row.channel, row.opening_told, row.closing_told, row.dead,
                       row.revision_told, row.reminders, row.tries, row.next_try, row.first_try,
                       row.last_told, row.last_error);
}

bool StateWriter::put_delivery_log(const watch::DeliveryLogRow& row) {
  return delivery_log_.run(row.at, row.incident, row.channel, row.kind, row.ok, row.status,
                           in_us(row.took), row.text) &&
         delivery_log_prune_.run(database_.last_rowid() - kDeliveryLogRowsMax);
}

bool StateWriter::put_silence(const watch::SilenceRow& row) {
  if (!silence_.run(row.id, row.maintenance, row.match.group, word_of(row.match.severity),
                    row.match.target, row.by, row.note, row.from, row.until) ||
      !silence_labels_delete_.run(row.id)) {
    return false;
  }
  for (const auto& [name, value] : row.match.labels) {
    if (!silence_label_.run(row.id, name, value)) return false;
  }
  return true;
}

bool StateWriter::put_certificate(const watch::CertificateRow& row) {
  return certificate_.run(row.sha256, row.spki_sha256, row.subject, row.issuer, row.not_before,
                          row.not_after, row.latch);
}

bool StateWriter::put_host(const watch::CertificateHostRow& row) {
  const std::int64_t monitor = monitor_number(row.monitor);
  return monitor != 0 && host_.run(row.sha256, monitor, row.first, row.last);
}

bool StateWriter::put_fingerprint(const watch::FingerprintRow& row) {
  const std::int64_t monitor = monitor_number(row.monitor);
  if (monitor == 0) return false;
  // Neither adopted nor seen: it was lost, and there is nothing to remember of it.
  if (!row.adopted && row.seen == 0) return fingerprint_delete_.run(monitor, row.field, row.value);
  return fingerprint_.run(monitor, row.field, row.value, row.adopted, row.first, row.last,
                          row.seen);
}

bool StateWriter::put_finding(const watch::FindingRow& row) {
  const std::int64_t monitor = monitor_number(row.monitor);
  if (monitor == 0) return false;
  const FindingReport& it = row.report;
  const std::string_view id = to_string(it.finding);
  if (row.ended) return finding_delete_.run(monitor, row.check, id, it.at);
  return finding_.run(monitor, row.check, id, it.at, to_string(row.severity), it.detail, it.n,
                      it.most, row.since);
}

bool StateWriter::put_timeline(const watch::TimelineRow& row) {
  return timeline_.run(row.at, row.monitor, row.incident, row.what, row.text) &&
         timeline_prune_.run(database_.last_rowid() - kTimelineRowsMax);
}

bool StateWriter::tidy(WallTime now) {
  constexpr std::chrono::hours kUnusedMax{24 * 90};
  const WallTime unused_since = now - kUnusedMax;
  Statement hosts = database_.prepare(
      "DELETE FROM certificate_host WHERE last_us < ?1 AND certificate IN"
      " (SELECT id FROM certificate WHERE not_after_us < ?1)");
  Statement certificates = database_.prepare(
      "DELETE FROM certificate WHERE not_after_us < ?1 AND id NOT IN"
      " (SELECT certificate FROM certificate_host)");
  Statement incidents = database_.prepare(
      "DELETE FROM incident WHERE id <= (SELECT max(id) FROM incident) - ?1"
      " AND (closed_us IS NOT NULL OR kind IN ('certificate', 'change', 'digest'))"
      " AND id NOT IN (SELECT incident FROM delivery WHERE dead = 0"
      " AND (next_try_us > 0 OR opening_told <> closing_told))");
  Statement silences = database_.prepare(
      "DELETE FROM silence WHERE id <= (SELECT max(id) FROM silence) - ?1 AND until_us < ?2");
  return hosts.run(unused_since) && certificates.run(unused_since) &&
         incidents.run(kIncidentsMax) && silences.run(kSilencesMax, now) &&
         database_.execute(
             "DELETE FROM incident_member WHERE incident < (SELECT min(id) FROM incident);"
             "DELETE FROM evidence WHERE incident < (SELECT min(id) FROM incident);"
             "DELETE FROM delivery WHERE incident < (SELECT min(id) FROM incident);"
             "DELETE FROM silence_label WHERE silence NOT IN (SELECT id FROM silence)");
}

}  // namespace mxsweep::store
