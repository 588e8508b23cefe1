// SPDX-License-Identifier: MIT
// The incident as JSON: what webhooks and programs get.
#include <simdjson.h>

#include <algorithm>

#include "mxsweep/results/json_text.h"
#include "watch/compose_parts.h"
#include "watch/plain_text.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kJsonTextOctetsMax = 8 * 1024;
constexpr std::size_t kMetaOctetsMax = 4 * 1024;
constexpr std::size_t kValueOctetsMax = 1024;

// The members of one object; the caller writes the braces.
class Object {
 public:
  explicit Object(results::JsonText& json) : json_(json) {}

  results::JsonText& key(std::string_view name) {
    json_.raw(first_ ? "\"" : ",\"");
    json_.raw(name);
    json_.raw("\":");
    first_ = false;
    return json_;
  }
  void text(std::string_view name, std::string_view text,
            std::size_t octets_max = kValueOctetsMax) {
    key(name).quoted(shown_lines(text, octets_max), results::Encoding::utf8);
  }
  void text_if_any(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void number(std::string_view name, std::uint64_t value) { key(name).number(value); }
  void time(std::string_view name, WallTime time) { text(name, rfc3339(time)); }

 private:
  results::JsonText& json_;
  bool first_ = true;
};

// Whether it is an object that may be embedded as it is.
bool is_object(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  return parser.parse(json.data(), json.size()).get(root) == simdjson::SUCCESS && root.is_object();
}

void write_scope(const Incident& incident, Object& object, results::JsonText& json) {
  object.key("scope").raw("{");
  Object scope(json);
  scope.text("kind", to_string(incident.scope));
  scope.text_if_any("field", incident.scope_field);
  scope.text("value", incident.scope_value);
  json.raw("}");
}

void write_acknowledgement(const Acknowledgement& acknowledged, Object& object,
                           results::JsonText& json) {
  object.key("acknowledged").raw("{");
  Object members(json);
  members.text("by", acknowledged.by);
  members.text("note", acknowledged.note);
  members.time("at", acknowledged.at);
  members.time("until", acknowledged.until);
  json.raw("}");
}

void write_incident(const Incident& incident, results::JsonText& json) {
  json.raw("{");
  Object object(json);
  object.number("id", incident.id);
  object.text("kind", to_string(incident.kind));
  object.text("severity", to_string(incident.severity));
  write_scope(incident, object, json);
  object.time("since", incident.since);
  object.time("opened", incident.opened);
  if (incident.closed) {
    object.time("until", incident.until == WallTime{} ? *incident.closed : incident.until);
  }
  if (incident.cause != Cause::none) {
    object.text("phase", to_string(incident.phase));
    object.text("cause", to_string(incident.cause));
    object.number("percent", incident.percent);
  }
  object.number("members", incident.members.size());
  object.number("members_peak",
                std::max<std::uint64_t>(incident.members_peak, incident.members.size()));
  object.number("watched", incident.watched);
  object.number("revision", incident.revision);
  if (incident.acknowledged) write_acknowledgement(*incident.acknowledged, object, json);
  object.text_if_any("title", incident.title);
  if (!incident.text.empty()) object.text("text", incident.text, kJsonTextOctetsMax);
  json.raw("}");
}

void write_target(const Subject& subject, const Monitor& monitor, results::JsonText& json) {
  json.raw("{");
  Object object(json);
  object.text("key", monitor.key);
  if (monitor.group < subject.settings.groups.size()) {
    object.text("group", subject.settings.groups[monitor.group].name);
  }
  object.text("target", monitor.target);
  object.text_if_any("name", monitor.host);
  if (monitor.address.family != Family::none) object.text("ip", to_string(monitor.address));
  object.number("port", monitor.port);
  object.text_if_any("domain", monitor.domain);
  if (!monitor.meta.empty() && monitor.meta.size() <= kMetaOctetsMax && is_object(monitor.meta)) {
    object.key("meta").raw(monitor.meta);
  }
  json.raw("}");
}

void write_targets(const Subject& subject, results::JsonText& json) {
  json.raw("[");
  std::size_t written = 0;
  for (const MonitorId member : subject.incident.members) {
    const Monitor* const monitor = subject.monitor(member);
    if (monitor == nullptr) continue;
    if (written == kTargetsShown) break;
    if (written++ > 0) json.raw(",");
    write_target(subject, *monitor, json);
  }
  json.raw("]");
}

void write_evidence(std::span<const EvidenceRow> evidence, results::JsonText& json) {
  json.raw("[");
  std::size_t written = 0;
  for (const EvidenceRow& row : evidence) {
    if (written == kEvidenceShown) break;
    std::string_view record = row.record;
    while (record.ends_with('\n')) record.remove_suffix(1);
    if (record.size() > kRecordOctetsMax || !is_object(record)) continue;
    if (written++ > 0) json.raw(",");
    json.raw(record);
  }
  json.raw("]");
}

void write_message(const Message& message, Object& object) {
  object.text("kind", to_string(message.kind));
  object.text("subject", message.subject);
  object.text("summary", message.summary);
  object.text_if_any("link", message.link);
  object.text_if_any("acknowledge_link", message.acknowledge_link);
}

}  // namespace

std::string incident_json(const Subject& subject, const Message* message) {
  std::string out;
  {
    results::JsonText json(out);
    json.raw("{");
    Object object(json);
    object.number("version", 1);
    if (message != nullptr) write_message(*message, object);
    write_incident(subject.incident, object.key("incident"));
    write_targets(subject, object.key("targets"));
    write_evidence(subject.evidence, object.key("evidence"));
    if (subject.incident.kind == IncidentKind::check) {
      object.key("findings").raw(findings_json(subject));
    }
    json.raw("}");
  }
  return out;
}

std::string digest_json(std::span<const Message> messages, const Message& digest) {
  std::string out;
  {
    results::JsonText json(out);
    json.raw("{");
    Object object(json);
    object.number("version", 1);
    write_message(digest, object);
    object.key("messages").raw("[");
    for (std::size_t i = 0; i < messages.size(); ++i) {
      json.raw(i > 0 ? ",{" : "{");
      Object one(json);
      one.number("incident", messages[i].incident);
      one.number("revision", messages[i].revision);
      one.text("severity", to_string(messages[i].severity));
      write_message(messages[i], one);
      json.raw("}");
    }
    json.raw("]}");
  }
  return out;
}

std::string plain_json(const Message& message) {
  std::string out;
  {
    results::JsonText json(out);
    json.raw("{");
    Object object(json);
    object.number("version", 1);
    write_message(message, object);
    json.raw("}");
  }
  return out;
}

std::string to_json(const Subject& subject) { return incident_json(subject, nullptr); }

}  // namespace mxsweep::watch
