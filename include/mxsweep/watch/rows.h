// SPDX-License-Identifier: MIT
// What the monitor keeps in state.db, as plain rows: what `store` reads at the start, and the
// batches that it writes. docs/watch-storage.md describes the tables.
//
//   Shape    A row replaces the one with the same key. Monitors are named by their keys, because
//            ids are of this process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/state.h"

namespace mxsweep::watch {

struct MonitorRow {
  std::string key;
  State state = State::unknown;
  std::uint8_t soft = 0;  // Results in a row that speak against `state`.
  WallTime since{};       // Of the state.
  WallTime first_bad{};   // Of the failures that `soft` counts.
  Cause cause = Cause::none;
  Phase phase = Phase::input;
  double penalty = 0;  // Of flapping, at
  WallTime penalty_at{};
  bool flapping = false;
  WallTime last_good{};
  WallTime last_bad{};
};

struct IncidentRow {
  Incident incident;                     // `members` is empty:
  std::vector<std::string> member_keys;  // these are they.
};

struct EvidenceRow {
  IncidentId incident = 0;
  std::string monitor;
  WallTime at{};
  std::string record;  // One line of JSON, as `scan` writes it.
};

// What a channel has been told of an incident, and what it must be told. The reconciler's whole
// memory: after a restart it goes on from here.
struct DeliveryRow {
  IncidentId incident = 0;
  std::string channel;
  bool opening_told = false;
  bool closing_told = false;
  bool dead = false;  // Given up after Notifier's patience.
  std::uint32_t revision_told = 0;
  std::uint32_t reminders = 0;
  std::uint32_t tries = 0;  // Of the message that waits.
  WallTime next_try{};      // Zero: none waits.
  WallTime first_try{};     // Of the message that waits.
  WallTime last_told{};
  std::string last_error;
};

// One attempt at a delivery, for people who read the log.
struct DeliveryLogRow {
  WallTime at{};
  IncidentId incident = 0;
  std::string channel;
  std::string kind;  // MessageKind as a word.
  bool ok = false;
  int status = 0;
  Duration took{};
  std::string text;
};

struct SilenceRow {
  std::uint64_t id = 0;  // Counted from 1.
  bool maintenance = false;
  Selector match;
  std::string by;
  std::string note;
  WallTime from{};
  WallTime until{};  // In the past: it has ended.
};

struct CertificateRow {
  std::string sha256;
  std::string spki_sha256;
  std::string subject;
  std::string issuer;
  WallTime not_before{};
  WallTime not_after{};
  std::uint8_t latch = 0;  // The most urgent threshold that it was reported for.
};

struct CertificateHostRow {
  std::string sha256;
  std::string monitor;
  WallTime first{};
  WallTime last{};
};

// One value of a field that a server has shown.
struct FingerprintRow {
  std::string monitor;
  std::string
      field;  // "greeting", "extensions", "starttls", "tls", "certificate", "address", "mx".
  std::string value;
  bool adopted = false;
  WallTime first{};
  WallTime last{};
  std::uint32_t seen = 0;  // Of the last 32 probes: one bit for each.
};

// A finding of the checks that is open.
struct FindingRow {
  std::string monitor;
  std::string check;
  FindingReport report{};  // Its finding and its place are the key, with the two before.
  mxsweep::Severity severity = mxsweep::Severity::error;
  WallTime since{};
  bool ended = false;  // There is no such row any longer.
};

struct TimelineRow {
  WallTime at{};
  std::string monitor;      // Empty: of no single one.
  IncidentId incident = 0;  // 0: of none.
  std::string what;         // "down", "up", "ack", "clock", …
  std::string text;
};

// One transaction of state.db. Everything in it is committed, or nothing.
struct StateBatch {
  std::vector<MonitorRow> monitors;
  std::vector<std::string> monitors_removed;
  std::vector<IncidentRow> incidents;
  std::vector<EvidenceRow> evidence;
  std::vector<DeliveryRow> deliveries;
  std::vector<DeliveryLogRow> delivery_log;
  std::vector<SilenceRow> silences;
  std::vector<CertificateRow> certificates;
  std::vector<CertificateHostRow> certificate_hosts;
  std::vector<FingerprintRow> fingerprints;
  std::vector<FindingRow> findings;
  std::vector<TimelineRow> timeline;
  std::optional<WallTime> digest_sent;  // When the last daily digest was made.

  [[nodiscard]] bool empty() const {
    return monitors.empty() && monitors_removed.empty() && incidents.empty() && evidence.empty() &&
           deliveries.empty() && delivery_log.empty() && silences.empty() && certificates.empty() &&
           certificate_hosts.empty() && fingerprints.empty() && findings.empty() &&
           timeline.empty() && !digest_sent;
  }
};

// What state.db had at the start. Of incidents and their deliveries: those that are open, or still
// owe a message; of evidence: theirs.
struct Saved {
  std::vector<MonitorRow> monitors;
  std::vector<IncidentRow> incidents;
  std::vector<EvidenceRow> evidence;
  std::vector<DeliveryRow> deliveries;
  std::vector<SilenceRow> silences;
  std::vector<CertificateRow> certificates;
  std::vector<CertificateHostRow> certificate_hosts;
  std::vector<FingerprintRow> fingerprints;
  std::vector<FindingRow> findings;
  IncidentId last_incident = 0;
  std::uint64_t last_silence = 0;
  WallTime digest_sent{};
};

// What state.db had of the latest incidents, open and closed ones, for those who look back.
struct Past {
  std::vector<IncidentRow> incidents;  // In the order of ids, with the first members.
  std::vector<EvidenceRow> evidence;
  std::vector<DeliveryRow> deliveries;
  std::vector<DeliveryLogRow> delivery_log;
  std::vector<TimelineRow> timeline;
};

}  // namespace mxsweep::watch
