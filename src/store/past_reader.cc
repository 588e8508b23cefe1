// SPDX-License-Identifier: MIT
#include "store/past_reader.h"

#include <algorithm>

#include "store/state_reader.h"

namespace mxsweep::store {
namespace {

watch::DeliveryRow delivery_of(const Statement& row, watch::IncidentId incident) {
  return {.incident = incident,
          .channel = std::string(row.text(0)),
          .opening_told = row.integer(1) != 0,
          .closing_told = row.integer(2) != 0,
          .dead = row.integer(3) != 0,
          .revision_told = static_cast<std::uint32_t>(row.integer(4)),
          .reminders = static_cast<std::uint32_t>(row.integer(5)),
          .tries = static_cast<std::uint32_t>(row.integer(6)),
          .next_try = row.time(7),
          .first_try = row.time(8),
          .last_told = row.time(9),
          .last_error = std::string(row.text(10))};
}

bool read_details(Database& database, watch::Past& past) {
  Statement members =
      database.prepare("SELECT monitor FROM incident_member WHERE incident = ? LIMIT ?");
  Statement evidence = database.prepare(
      "SELECT monitor, at_us, record FROM evidence WHERE incident = ? ORDER BY id LIMIT ?");
  Statement deliveries = database.prepare(
      "SELECT channel, opening_told, closing_told, dead, revision_told, reminders, tries,"
      " next_try_us, first_try_us, last_told_us, last_error FROM delivery WHERE incident = ?");
  for (watch::IncidentRow& row : past.incidents) {
    const watch::IncidentId id = row.incident.id;
    if (!members.start(id, kPastMembersMost)) return false;
    while (members.next()) row.member_keys.emplace_back(members.text(0));
    if (!evidence.start(id, kPastEvidenceMost)) return false;
    while (evidence.next()) {
      past.evidence.push_back({.incident = id,
                               .monitor = std::string(evidence.text(0)),
                               .at = evidence.time(1),
                               .record = std::string(evidence.text(2))});
    }
    if (!deliveries.start(id)) return false;
    while (deliveries.next()) past.deliveries.push_back(delivery_of(deliveries, id));
  }
  return database.fault() == Fault::none;
}

// Rows of other incidents count as read, so that the time is bounded, too.
bool read_log(Database& database, watch::IncidentId oldest, watch::Past& past) {
  Statement rows = database.prepare(
      "SELECT at_us, incident, channel, kind, ok, status, took_us, text FROM"
      " (SELECT * FROM delivery_log ORDER BY id DESC LIMIT ?1) WHERE incident >= ?2 ORDER BY id");
  if (!rows.start(kPastRowsMost, oldest)) return false;
  while (rows.next()) {
    past.delivery_log.push_back({.at = rows.time(0),
                                 .incident = static_cast<watch::IncidentId>(rows.integer(1)),
                                 .channel = std::string(rows.text(2)),
                                 .kind = std::string(rows.text(3)),
                                 .ok = rows.integer(4) != 0,
                                 .status = static_cast<int>(rows.integer(5)),
                                 .took = std::chrono::microseconds{rows.integer(6)},
                                 .text = std::string(rows.text(7))});
  }
  return database.fault() == Fault::none;
}

bool read_timeline(Database& database, watch::IncidentId oldest, watch::Past& past) {
  Statement rows = database.prepare(
      "SELECT at_us, monitor, incident, what, text FROM"
      " (SELECT * FROM timeline ORDER BY id DESC LIMIT ?1)"
      " WHERE incident >= ?2 OR (incident = 0 AND monitor <> '') ORDER BY id");
  if (!rows.start(kPastRowsMost, oldest)) return false;
  while (rows.next()) {
    past.timeline.push_back({.at = rows.time(0),
                             .monitor = std::string(rows.text(1)),
                             .incident = static_cast<watch::IncidentId>(rows.integer(2)),
                             .what = std::string(rows.text(3)),
                             .text = std::string(rows.text(4))});
  }
  return database.fault() == Fault::none;
}

}  // namespace

bool read_past(Database& database, std::size_t incidents_most, watch::Past& past) {
  Statement rows = database.prepare("SELECT * FROM incident ORDER BY id DESC LIMIT ?");
  if (!rows.start(static_cast<std::int64_t>(incidents_most))) return false;
  while (rows.next()) {
    if (!read_incident(database, rows, past.incidents.emplace_back().incident)) return false;
  }
  if (database.fault() != Fault::none) return false;
  std::ranges::reverse(past.incidents);
  const watch::IncidentId oldest = past.incidents.empty() ? 1 : past.incidents.front().incident.id;
  return read_details(database, past) && read_log(database, oldest, past) &&
         read_timeline(database, oldest, past);
}

}  // namespace mxsweep::store
