// SPDX-License-Identifier: MIT
// Incidents, with the keys that a webhook's have.
#include <algorithm>

#include "api/parts.h"
#include "mxsweep/api/api.h"

namespace mxsweep::api {
namespace {

using results::JsonArray;
using results::JsonObject;

std::string scope_json(const watch::Incident& incident, bool targets) {
  JsonObject scope;
  scope.text("kind", to_string(incident.scope));
  if (!targets) return scope.end();
  scope.text_if_any("field", name_part(incident.scope_field));
  return scope.text("value", name_part(incident.scope_value)).end();
}

std::string acknowledgement_json(const watch::Acknowledgement& acknowledged, bool targets) {
  JsonObject object;
  if (targets) {
    object.text("by", name_part(acknowledged.by)).text("note", text_part(acknowledged.note));
  }
  return object.time("at", acknowledged.at).time("until", acknowledged.until).end();
}

std::string told_json(const view::Told& told) {
  JsonObject object;
  object.text("channel", name_part(told.channel)).flag("opening", told.opening);
  object.flag("closing", told.closing).flag("dead", told.dead).number("tries", told.tries);
  object.time_if_any("next", told.next);
  return object.text_if_any("last_error", text_part(told.error)).end();
}

std::string attempt_json(const watch::DeliveryLogRow& attempt) {
  JsonObject object;
  object.time("at", attempt.at).text("channel", name_part(attempt.channel));
  object.text("kind", attempt.kind).flag("ok", attempt.ok);
  if (attempt.status > 0) object.number("status", static_cast<std::uint64_t>(attempt.status));
  object.milliseconds("took_ms", attempt.took);
  return object.text_if_any("text", text_part(attempt.text)).end();
}

std::string evidence_json(std::span<const watch::EvidenceRow> evidence) {
  JsonArray array;
  std::size_t written = 0;
  for (const watch::EvidenceRow& row : evidence) {
    if (written == kEvidenceMost) break;
    const std::string_view record = record_part(row.record);
    if (record.empty()) continue;
    array.json(record);
    ++written;
  }
  return array.end();
}

auto incident_writer(bool targets) {
  return [targets](const view::IncidentFacts& facts) { return incident_json(facts, targets); };
}

}  // namespace

std::string incident_json(const view::IncidentFacts& facts, bool targets) {
  const watch::Incident& incident = facts.incident;
  JsonObject object;
  object.number("id", incident.id).text("kind", to_string(incident.kind));
  object.text("severity", to_string(incident.severity)).flag("open", incident.open());
  object.json("scope", scope_json(incident, targets));
  object.time("since", incident.since).time("opened", incident.opened);
  if (incident.closed) {
    object.time("until", incident.until == WallTime{} ? *incident.closed : incident.until);
  }
  if (incident.cause != Cause::none) {
    object.text("phase", to_string(incident.phase)).text("cause", to_string(incident.cause));
    object.number("percent", incident.percent);
  }
  object.number("members", facts.members);
  object.number("members_peak", std::max(incident.members_peak, facts.members));
  object.number("watched", incident.watched).number("revision", incident.revision);
  if (incident.acknowledged) {
    object.json("acknowledged", acknowledgement_json(*incident.acknowledged, targets));
  }
  if (targets) {
    object.text_if_any("title", name_part(incident.title));
    object.text_if_any("text", text_part(incident.text));
  }
  object.text("headline", name_part(targets ? facts.headline : facts.public_headline));
  object.text_if_any("blame", name_part(facts.blame));
  JsonArray groups;
  for (const std::string& group : facts.groups) groups.text(name_part(group));
  return object.json("groups", groups.end()).end();
}

std::string incidents(const view::IncidentList& facts, bool targets) {
  JsonObject object = observed(facts.now);
  return list_json(object, json_array(facts.incidents, incident_writer(targets)),
                   facts.next == 0 ? std::string() : std::to_string(facts.next));
}

std::string incident_lines(const view::IncidentList& facts, bool targets) {
  return json_lines(facts.incidents, incident_writer(targets));
}

std::string incident(const view::IncidentPage& facts, bool targets) {
  JsonObject object = observed(facts.now);
  object.json("incident", incident_json(facts.facts, targets));
  object.json("timeline", timeline_json(facts.timeline, targets));
  if (!targets) return object.end();
  object.number("targets_all", facts.all).number("targets_first", facts.first);
  object.json("targets", json_array(facts.members, monitor_json));
  object.json("evidence", evidence_json(facts.evidence));
  object.json("told", json_array(facts.told, told_json));
  return object.json("attempts", json_array(facts.attempts, attempt_json)).end();
}

}  // namespace mxsweep::api
