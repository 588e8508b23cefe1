// SPDX-License-Identifier: MIT
#include "store/state_reader.h"

#include <unordered_map>
#include <utility>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/outcome.h"
#include "store/words.h"

namespace mxsweep::store {
namespace {

constexpr std::chrono::hours kNoticeOpen{24};

template <typename Enum>
bool read_word(Database& database, std::string_view word, Enum last, Enum& value) {
  if (const auto found = value_of(word, last)) {
    value = *found;
    return true;
  }
  return database.fail(Fault::damaged, "a word that is none of its column's");
}

bool read_monitors(Database& database, watch::Saved& saved) {
  Statement rows = database.prepare(
      "SELECT key, state, soft, since_us, first_bad_us, cause, phase, penalty, penalty_at_us,"
      " flapping, last_good_us, last_bad_us FROM monitor");
  if (!rows.start()) return false;
  while (rows.next()) {
    watch::MonitorRow& row = saved.monitors.emplace_back();
    row.key = rows.text(0);
    if (!read_word(database, rows.text(1), watch::State::down, row.state) ||
        !read_word(database, rows.text(5), kLastCause, row.cause) ||
        !read_word(database, rows.text(6), Phase::quit, row.phase)) {
      return false;
    }
    row.soft = static_cast<std::uint8_t>(rows.integer(2));
    row.since = rows.time(3);
    row.first_bad = rows.time(4);
    row.penalty = rows.real(7);
    row.penalty_at = rows.time(8);
    row.flapping = rows.integer(9) != 0;
    row.last_good = rows.time(10);
    row.last_bad = rows.time(11);
  }
  return database.fault() == Fault::none;
}

bool read_incidents(Database& database, WallTime now, watch::Saved& saved) {
  Statement rows = database.prepare(
      "SELECT * FROM incident WHERE id IN (SELECT incident FROM delivery WHERE dead = 0"
      " AND (next_try_us > 0 OR (opening_told <> closing_told"
      "  AND incident NOT IN (SELECT id FROM incident"
      "   WHERE kind IN ('certificate', 'change', 'digest')))))"
      " OR (closed_us IS NULL AND (kind NOT IN ('certificate', 'change', 'digest')"
      "  OR (opened_us > ? AND (NOT EXISTS (SELECT 1 FROM delivery WHERE incident = incident.id)"
      "   OR EXISTS (SELECT 1 FROM delivery WHERE incident = incident.id"
      "    AND opening_told = 0 AND dead = 0))))) ORDER BY id");
  if (!rows.start(now - kNoticeOpen)) return false;
  while (rows.next()) {
    if (!read_incident(database, rows, saved.incidents.emplace_back().incident)) return false;
  }
  Statement members = database.prepare(
      "SELECT monitor FROM incident_member WHERE incident = ? AND left_us IS NULL");
  Statement evidence = database.prepare(
      "SELECT monitor, at_us, record FROM evidence WHERE incident = ? ORDER BY id");
  Statement deliveries = database.prepare(
      "SELECT channel, opening_told, closing_told, dead, revision_told, reminders, tries,"
      " next_try_us, first_try_us, last_told_us, last_error FROM delivery WHERE incident = ?");
  for (watch::IncidentRow& row : saved.incidents) {
    const watch::IncidentId id = row.incident.id;
    if (!members.start(id)) return false;
    while (members.next()) row.member_keys.emplace_back(members.text(0));
    if (!evidence.start(id)) return false;
    while (evidence.next()) {
      saved.evidence.push_back({.incident = id,
                                .monitor = std::string(evidence.text(0)),
                                .at = evidence.time(1),
                                .record = std::string(evidence.text(2))});
    }
    if (!deliveries.start(id)) return false;
    while (deliveries.next()) {
      saved.deliveries.push_back(
          {.incident = id,
           .channel = std::string(deliveries.text(0)),
           .opening_told = deliveries.integer(1) != 0,
           .closing_told = deliveries.integer(2) != 0,
           .dead = deliveries.integer(3) != 0,
           .revision_told = static_cast<std::uint32_t>(deliveries.integer(4)),
           .reminders = static_cast<std::uint32_t>(deliveries.integer(5)),
           .tries = static_cast<std::uint32_t>(deliveries.integer(6)),
           .next_try = deliveries.time(7),
           .first_try = deliveries.time(8),
           .last_told = deliveries.time(9),
           .last_error = std::string(deliveries.text(10))});
    }
  }
  return database.fault() == Fault::none;
}

bool read_silences(Database& database, WallTime now, watch::Saved& saved) {
  Statement rows = database.prepare(
      "SELECT id, maintenance, grp, severity, target, by, note, from_us, until_us FROM silence"
      " WHERE until_us > ? ORDER BY id");
  Statement labels = database.prepare("SELECT name, value FROM silence_label WHERE silence = ?");
  if (!rows.start(now)) return false;
  while (rows.next()) {
    watch::SilenceRow& row = saved.silences.emplace_back();
    row.id = static_cast<std::uint64_t>(rows.integer(0));
    row.maintenance = rows.integer(1) != 0;
    if (!rows.null(2)) row.match.group = rows.text(2);
    if (!rows.null(3)) {
      row.match.severity.emplace();
      if (!read_word(database, rows.text(3), watch::Severity::critical, *row.match.severity)) {
        return false;
      }
    }
    if (!rows.null(4)) row.match.target = rows.text(4);
    row.by = rows.text(5);
    row.note = rows.text(6);
    row.from = rows.time(7);
    row.until = rows.time(8);
    if (!labels.start(row.id)) return false;
    while (labels.next()) row.match.labels.emplace(labels.text(0), labels.text(1));
  }
  return database.fault() == Fault::none;
}

bool read_certificates(Database& database, watch::Saved& saved) {
  Statement rows = database.prepare(
      "SELECT sha256, spki_sha256, subject, issuer, not_before_us, not_after_us, latch"
      " FROM certificate");
  if (!rows.start()) return false;
  while (rows.next()) {
    saved.certificates.push_back({.sha256 = std::string(rows.text(0)),
                                  .spki_sha256 = std::string(rows.text(1)),
                                  .subject = std::string(rows.text(2)),
                                  .issuer = std::string(rows.text(3)),
                                  .not_before = rows.time(4),
                                  .not_after = rows.time(5),
                                  .latch = static_cast<std::uint8_t>(rows.integer(6))});
  }
  Statement hosts = database.prepare(
      "SELECT sha256, key, first_us, last_us FROM certificate_host"
      " JOIN certificate ON certificate.id = certificate JOIN monitor ON monitor.id = monitor");
  if (!hosts.start()) return false;
  while (hosts.next()) {
    saved.certificate_hosts.push_back({.sha256 = std::string(hosts.text(0)),
                                       .monitor = std::string(hosts.text(1)),
                                       .first = hosts.time(2),
                                       .last = hosts.time(3)});
  }
  return database.fault() == Fault::none;
}

bool read_fingerprints(Database& database, watch::Saved& saved) {
  Statement rows = database.prepare(
      "SELECT key, field, value, adopted, first_us, last_us, seen FROM fingerprint"
      " JOIN monitor ON monitor.id = monitor");
  if (!rows.start()) return false;
  while (rows.next()) {
    saved.fingerprints.push_back({.monitor = std::string(rows.text(0)),
                                  .field = std::string(rows.text(1)),
                                  .value = std::string(rows.text(2)),
                                  .adopted = rows.integer(3) != 0,
                                  .first = rows.time(4),
                                  .last = rows.time(5),
                                  .seen = static_cast<std::uint32_t>(rows.integer(6))});
  }
  return database.fault() == Fault::none;
}

// One that this version does not know is left out: nothing could be said of it.
bool read_findings(Database& database, watch::Saved& saved) {
  Statement rows = database.prepare(
      "SELECT key, subject, finding.id, place, severity, detail, n, most, finding.since_us"
      " FROM finding JOIN monitor ON monitor.id = monitor");
  if (!rows.start()) return false;
  while (rows.next()) {
    const auto id = value_of(rows.text(2), static_cast<CheckFinding>(kCheckFindingCount - 1));
    const auto severity = value_of(rows.text(4), Severity::error);
    if (!id || !severity) continue;
    watch::FindingRow& row = saved.findings.emplace_back();
    row.monitor = rows.text(0);
    row.check = rows.text(1);
    row.report = {
        .finding = *id, .at = std::string(rows.text(3)), .detail = std::string(rows.text(5))};
    if (!rows.null(6)) row.report.n = static_cast<std::uint32_t>(rows.integer(6));
    if (!rows.null(7)) row.report.most = static_cast<std::uint32_t>(rows.integer(7));
    row.severity = *severity;
    row.since = rows.time(8);
  }
  return database.fault() == Fault::none;
}

}  // namespace

bool read_incident(Database& database, const Statement& rows, watch::Incident& incident) {
  incident.id = static_cast<watch::IncidentId>(rows.integer(0));
  if (!read_word(database, rows.text(1), watch::IncidentKind::digest, incident.kind) ||
      !read_word(database, rows.text(2), watch::Severity::critical, incident.severity) ||
      !read_word(database, rows.text(3), watch::ScopeKind::several, incident.scope) ||
      !read_word(database, rows.text(10), Phase::quit, incident.phase) ||
      !read_word(database, rows.text(11), kLastCause, incident.cause)) {
    return false;
  }
  incident.scope_field = rows.text(4);
  incident.scope_value = rows.text(5);
  incident.since = rows.time(6);
  incident.opened = rows.time(7);
  if (!rows.null(8)) incident.closed = rows.time(8);
  incident.until = rows.time(9);
  incident.percent = static_cast<std::uint8_t>(rows.integer(12));
  incident.members_peak = static_cast<std::uint32_t>(rows.integer(13));
  incident.watched = static_cast<std::uint32_t>(rows.integer(14));
  incident.revision = static_cast<std::uint32_t>(rows.integer(15));
  if (!rows.null(18)) {
    incident.acknowledged = watch::Acknowledgement{.by = std::string(rows.text(16)),
                                                   .note = std::string(rows.text(17)),
                                                   .at = rows.time(18),
                                                   .until = rows.time(19)};
  }
  incident.title = rows.text(20);
  incident.text = rows.text(21);
  return true;
}

bool read_state(Database& database, WallTime now, watch::Saved& saved) {
  saved = {};
  if (!read_monitors(database, saved) || !read_incidents(database, now, saved) ||
      !read_silences(database, now, saved) || !read_certificates(database, saved) ||
      !read_fingerprints(database, saved) || !read_findings(database, saved)) {
    return false;
  }
  const auto incident = database.number("SELECT coalesce(max(id), 0) FROM incident");
  const auto silence = database.number("SELECT coalesce(max(id), 0) FROM silence");
  const auto digest = database.number("SELECT value FROM meta WHERE name = 'digest_sent_us'");
  if (!incident || !silence || !digest) {
    return database.fail(Fault::damaged, "a row that each database has is missing");
  }
  saved.last_incident = static_cast<watch::IncidentId>(*incident);
  saved.last_silence = static_cast<std::uint64_t>(*silence);
  saved.digest_sent = WallTime{std::chrono::microseconds{*digest}};
  return true;
}

}  // namespace mxsweep::store
