// SPDX-License-Identifier: MIT
// The tables of state.db. docs/watch-storage.md describes them for people.
//
//   Units     columns that end in _us: microseconds since 1970, UTC.
//   Versions  kStateVersion is PRAGMA user_version, and meta.version too: a number that was damaged
//             is told from one of a later mxsweep.
#pragma once

#include <cstdint>

namespace mxsweep::store {

inline constexpr std::int64_t kStateVersion = 2;
inline constexpr std::int64_t kStateApplication = 0x6d78'7773;  // "mxws": PRAGMA application_id.

inline constexpr char kFindingTable[] = R"sql(
CREATE TABLE finding(
  monitor INTEGER NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL, place TEXT NOT NULL,
  severity TEXT NOT NULL, detail TEXT NOT NULL, n INTEGER, most INTEGER, since_us INTEGER NOT NULL,
  PRIMARY KEY(monitor, subject, id, place)) WITHOUT ROWID;
)sql";

// Beside kFindingTable.
inline constexpr char kStateSchema[] = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE monitor(
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, state TEXT NOT NULL DEFAULT 'unknown',
  soft INTEGER NOT NULL DEFAULT 0, since_us INTEGER NOT NULL DEFAULT 0,
  first_bad_us INTEGER NOT NULL DEFAULT 0, cause TEXT NOT NULL DEFAULT 'none',
  phase TEXT NOT NULL DEFAULT 'input', penalty REAL NOT NULL DEFAULT 0,
  penalty_at_us INTEGER NOT NULL DEFAULT 0, flapping INTEGER NOT NULL DEFAULT 0,
  last_good_us INTEGER NOT NULL DEFAULT 0, last_bad_us INTEGER NOT NULL DEFAULT 0);
CREATE TABLE incident(
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, severity TEXT NOT NULL, scope TEXT NOT NULL,
  scope_field TEXT NOT NULL, scope_value TEXT NOT NULL, since_us INTEGER NOT NULL,
  opened_us INTEGER NOT NULL, closed_us INTEGER, until_us INTEGER NOT NULL, phase TEXT NOT NULL,
  cause TEXT NOT NULL, percent INTEGER NOT NULL, members_peak INTEGER NOT NULL,
  watched INTEGER NOT NULL, revision INTEGER NOT NULL, ack_by TEXT, ack_note TEXT,
  ack_at_us INTEGER, ack_until_us INTEGER, title TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX incident_open ON incident(id) WHERE closed_us IS NULL;
CREATE TABLE incident_member(
  incident INTEGER NOT NULL, monitor TEXT NOT NULL, joined_us INTEGER NOT NULL, left_us INTEGER,
  PRIMARY KEY(incident, monitor)) WITHOUT ROWID;
CREATE TABLE evidence(
  id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, monitor TEXT NOT NULL, at_us INTEGER NOT NULL,
  kind TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX evidence_incident ON evidence(incident);
CREATE TABLE delivery(
  incident INTEGER NOT NULL, channel TEXT NOT NULL, opening_told INTEGER NOT NULL,
  closing_told INTEGER NOT NULL, dead INTEGER NOT NULL, revision_told INTEGER NOT NULL,
  reminders INTEGER NOT NULL, tries INTEGER NOT NULL, next_try_us INTEGER NOT NULL,
  first_try_us INTEGER NOT NULL, last_told_us INTEGER NOT NULL, last_error TEXT NOT NULL,
  PRIMARY KEY(incident, channel)) WITHOUT ROWID;
CREATE INDEX delivery_owed ON delivery(incident)
  WHERE dead = 0 AND (next_try_us > 0 OR opening_told <> closing_told);
CREATE TABLE delivery_log(
  id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, incident INTEGER NOT NULL, channel TEXT NOT NULL,
  kind TEXT NOT NULL, ok INTEGER NOT NULL, status INTEGER NOT NULL, took_us INTEGER NOT NULL,
  text TEXT NOT NULL);
CREATE TABLE silence(
  id INTEGER PRIMARY KEY, maintenance INTEGER NOT NULL, grp TEXT, severity TEXT, target TEXT,
  by TEXT NOT NULL, note TEXT NOT NULL, from_us INTEGER NOT NULL, until_us INTEGER NOT NULL);
CREATE TABLE silence_label(
  silence INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY(silence, name)) WITHOUT ROWID;
CREATE TABLE certificate(
  id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, spki_sha256 TEXT NOT NULL,
  subject TEXT NOT NULL, issuer TEXT NOT NULL, not_before_us INTEGER NOT NULL,
  not_after_us INTEGER NOT NULL, latch INTEGER NOT NULL);
CREATE TABLE certificate_host(
  certificate INTEGER NOT NULL, monitor INTEGER NOT NULL, first_us INTEGER NOT NULL,
  last_us INTEGER NOT NULL, PRIMARY KEY(certificate, monitor)) WITHOUT ROWID;
CREATE INDEX certificate_host_monitor ON certificate_host(monitor);
CREATE TABLE fingerprint(
  monitor INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, adopted INTEGER NOT NULL,
  first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, seen INTEGER NOT NULL,
  PRIMARY KEY(monitor, field, value)) WITHOUT ROWID;
CREATE TABLE timeline(
  id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, monitor TEXT NOT NULL, incident INTEGER NOT NULL,
  what TEXT NOT NULL, text TEXT NOT NULL);
INSERT INTO meta VALUES('version', 2), ('digest_sent_us', 0);
)sql";

}  // namespace mxsweep::store
