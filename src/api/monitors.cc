// SPDX-License-Identifier: MIT
// Monitors: a line of a list, and all of one.
#include "api/parts.h"
#include "mxsweep/api/api.h"

namespace mxsweep::api {
namespace {

using results::JsonArray;
using results::JsonObject;

std::string band_json(const view::Band& band) {
  JsonObject object;
  object.time("from", band.from).seconds("lasts_seconds", band.lasts);
  object.number("failed", band.failed);
  return object.json("phases_ms", quantiles_json(band.laps)).end();
}

std::string uptime_json(const view::MonitorPage& facts) {
  JsonObject object;
  if (facts.day) object.decimal("day", *facts.day);
  if (facts.month) object.decimal("month", *facts.month);
  if (facts.quarter) object.decimal("quarter", *facts.quarter);
  return object.end();
}

std::string step_json(const view::CertificateStep& step) {
  JsonObject object;
  object.text_if_any("sha256", step.sha256).text("subject", name_part(step.subject));
  object.text("issuer", name_part(step.issuer));
  object.time_if_any("not_before", step.not_before).time_if_any("not_after", step.not_after);
  object.text_if_any("key", name_part(step.key));
  if (step.names.empty()) return object.end();
  JsonArray names;
  const std::size_t most = std::min(step.names.size(), view::kRowsMost);
  for (std::size_t i = 0; i < most; ++i) names.text(name_part(step.names[i]));
  return object.json("names", names.end()).end();
}

std::string tls_json(const view::MonitorPage& facts) {
  JsonObject object;
  object.text_if_any("session", name_part(facts.tls));
  object.text_if_any("server_name", name_part(facts.server_name));
  object.flag("verified", facts.verified).time_if_any("path_end", facts.path_end);
  return object.json("path", json_array(facts.path, step_json)).end();
}

std::string field_json(const view::FieldValue& value) {
  JsonObject object;
  object.text("field", name_part(value.field)).text("value", text_part(value.value));
  object.flag("adopted", value.adopted).time("first", value.first).time("last", value.last);
  return object.number("percent", value.percent).end();
}

std::string finding_json(const watch::OpenFinding& finding) {
  JsonObject object;
  object.text("id", to_string(finding.report.finding));
  object.text("severity", to_string(finding.severity));
  object.text_if_any("at", name_part(finding.report.at));
  object.text_if_any("detail", name_part(finding.report.detail));
  return object.time("since", finding.since).end();
}

std::string checks_json(const view::MonitorPage& facts) {
  JsonArray words;
  for (const std::string& word : facts.checks.words) words.text(name_part(word));
  JsonObject object;
  object.json("words", words.end()).seconds("interval_seconds", facts.checks.every);
  return object.json("findings", json_array(facts.findings, finding_json)).end();
}

std::string run_json(const view::MonitorPage& facts) {
  JsonObject object;
  object.text("kind", to_string(*facts.run)).text_if_any("text", text_part(facts.said.text));
  return object.text_if_any("data", text_part(facts.said.data)).end();
}

// What a list line has, and the meta of the list.
std::string whole_json(const view::MonitorPage& facts) {
  std::string line = monitor_json(facts.monitor);
  if (facts.meta.size() > kMetaOctetsMax || !results::is_json_object(facts.meta)) return line;
  line.pop_back();
  return line + ",\"meta\":" + facts.meta + '}';
}

}  // namespace

std::string monitor_json(const view::MonitorLine& line) {
  JsonObject object;
  object.text("id", line.id).text("key", name_part(line.key));
  object.text("group", name_part(line.group)).text("target", name_part(line.target));
  object.text_if_any("ip", name_part(line.address)).number("port", line.port);
  object.text("state", to_string(line.state)).time_if_any("since", line.since);
  object.flag("flapping", line.flapping).flag("unobserved", line.unobserved);
  object.flag("maintenance", line.maintenance);
  if (line.cause != Cause::none) {
    object.text("phase", to_string(line.phase)).text("cause", to_string(line.cause));
  }
  if (line.last != WallTime{}) {
    object.time("last_at", line.last).milliseconds("total_ms", line.total);
  }
  return object.number_if_any("incident", line.incident).end();
}

std::string monitors(const view::MonitorList& facts) {
  JsonObject object = observed(facts.now);
  return list_json(object, json_array(facts.monitors, monitor_json), facts.next);
}

std::string monitor_lines(const view::MonitorList& facts) {
  return json_lines(facts.monitors, monitor_json);
}

std::string monitor(const view::MonitorPage& facts) {
  JsonObject object = observed(facts.now);
  object.json("monitor", whole_json(facts)).seconds("interval_seconds", facts.interval);
  if (facts.last) object.json("last", probe_json(*facts.last));
  object.json("uptime", uptime_json(facts)).json("uptime_days", days_json(facts.days));
  object.json("bands", json_array(facts.bands, band_json));
  if (facts.failure) {
    const std::string_view record = record_part(facts.failure->record);
    if (!record.empty()) object.json("failure", record);
  }
  if (!facts.tls.empty() || !facts.path.empty()) object.json("tls", tls_json(facts));
  object.json("fields", json_array(facts.fields, field_json));
  if (!facts.checks.words.empty()) object.json("checks", checks_json(facts));
  if (facts.run) object.json("run", run_json(facts));
  object.json("timeline", timeline_json(facts.timeline, true));
  const auto incident = [](const view::IncidentFacts& each) { return incident_json(each, true); };
  return object.json("incidents", json_array(facts.incidents, incident)).end();
}

}  // namespace mxsweep::api
