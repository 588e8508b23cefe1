// SPDX-License-Identifier: MIT
// Facts of which every private text is hostile and has a mark.
#include "support/sample_fact_parts.h"
#include "support/sample_facts.h"

namespace mxsweep::view::samples {
namespace {

using namespace std::string_view_literals;

void mark(Now& now) {
  now.trouble = marked("trouble");
  now.reload_problem = marked("reload");
}

void mark(MonitorLine& line) {
  line.key = marked("key");
  line.target = marked("target");
  line.address = marked("address");
}

void mark(IncidentFacts& facts) {
  facts.incident.scope_field = marked("scope_field");
  facts.incident.scope_value = marked("scope_value");
  facts.incident.title = marked("title");
  facts.incident.text = marked("text");
  facts.incident.acknowledged =
      watch::Acknowledgement{.by = marked("by"), .note = marked("note"), .at = kNow, .until = kNow};
  facts.headline = marked("headline");
}

void mark(watch::TimelineRow& row) {
  row.monitor = marked("timeline_monitor");
  row.text = marked("timeline_text");
}

void mark(watch::EvidenceRow& row) {
  row.monitor = marked("evidence_monitor");
  row.record = R"({"target":"MARKED<script>","ip":"192.0.2.9","port":25,"outcome":"failed",)"
               R"("phase":"greeting","cause":"protocol.not_smtp","greeting":{"code":220,)"
               R"("text":["<img src=//MARKED>","]]>&amp;\u0000\u001b[31m\u202e"]}})";
}

template <typename Rows>
void mark_all(Rows& rows) {
  for (auto& row : rows) mark(row);
}

}  // namespace

std::string marked(std::string_view field) {
  std::string text(kMark);
  text += "<script>\"'&lt;</title></style><img src=x onerror=alert(1)>-->]]>";
  text += field;
  text += "\0\x01\x1b[31m\x7f\xff\xc3(\xed\xa0\x80\xf4\x90\x80\x80\xe2\x80\xae"sv;
  text += std::string(300, 'W');
  return text;
}

Overview marked_overview() {
  Overview overview = outage_overview();
  mark(overview.now);
  mark_all(overview.incidents);
  mark_all(overview.recent);
  for (watch::SilenceRow& row : overview.holds) {
    row.by = marked("hold_by");
    row.note = marked("hold_note");
    row.match.target = marked("hold_target");
    row.match.labels = {{marked("hold_label"), marked("hold_value")}};
  }
  return overview;
}

GroupPage marked_group() {
  GroupPage page = outage_group();
  mark(page.now);
  mark_all(page.incidents);
  mark_all(page.monitors);
  return page;
}

MonitorPage marked_monitor() {
  MonitorPage page = up_monitor();
  mark(page.now);
  mark(page.monitor);
  page.meta = marked("meta");
  page.failure = down_monitor().failure;
  mark(*page.failure);
  for (CertificateStep& step : page.path) {
    step.subject = marked("subject");
    step.issuer = marked("issuer");
    step.key = marked("key");
  }
  page.tls = marked("tls");
  page.server_name = marked("server_name");
  for (FieldValue& field : page.fields) {
    field.field = marked("field");
    field.value = marked("value");
  }
  page.checks = down_monitor().checks;
  page.findings = down_monitor().findings;
  for (watch::OpenFinding& finding : page.findings) {
    finding.report.at = marked("at");
    finding.report.detail = marked("detail");
  }
  mark_all(page.timeline);
  mark_all(page.incidents);
  return page;
}

IncidentPage marked_incident() {
  IncidentPage page = open_incident();
  mark(page.now);
  mark(page.facts);
  mark_all(page.members);
  mark_all(page.timeline);
  mark_all(page.evidence);
  for (Told& told : page.told) {
    told.channel = marked("channel");
    told.error = marked("channel_error");
  }
  for (watch::DeliveryLogRow& row : page.attempts) {
    row.channel = marked("attempt_channel");
    row.text = marked("attempt_text");
  }
  return page;
}

IncidentList marked_incidents() {
  IncidentList list = many_incidents();
  mark(list.now);
  mark_all(list.incidents);
  return list;
}

CertificateList marked_certificates() {
  CertificateList list = many_certificates();
  mark(list.now);
  for (CertificateLine& line : list.certificates) {
    line.certificate.sha256 = marked("sha256");
    line.certificate.subject = marked("subject");
    line.certificate.issuer = marked("issuer");
    mark_all(line.first_hosts);
  }
  return list;
}

MonitorList marked_monitors() {
  MonitorList list = many_monitors();
  mark(list.now);
  mark_all(list.monitors);
  return list;
}

Metrics marked_metrics() {
  Metrics metrics = many_metrics();
  mark(metrics.now);
  for (MonitorMetrics& monitor : metrics.monitors) mark(monitor.line);
  return metrics;
}

}  // namespace mxsweep::view::samples
